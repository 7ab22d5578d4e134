package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/llmtest"
)

// hostile texts would make naive patterns slow: 10,000 characters, and as many
// as are read.
func hostile() map[string]string {
	out := map[string]string{}
	for _, start := range []string{"", "add ", "delete ", "add these: ", "show tasks "} {
		for _, part := range []string{
			"then ", "and ", ", ", "\"", "'", "'a' ", " 'a", "1 ", "12,", "at 5 ", "tomorrow ", "#a ", "- a\n", "a",
			"add a and ", "delete task 1, ", "and delete it ",
		} {
			for _, size := range []int{10_000, maxText} {
				out[fmt.Sprintf("%q %q %d", start, part, size)] = start + strings.Repeat(part, (size-len(start))/len(part))
			}
		}
	}
	return out
}

func TestClauses_AreBounded(t *testing.T) {
	t.Parallel()
	for name, text := range hostile() {
		if n := len(clauses(normalise(text).text)); n > maxClauses+1 {
			t.Errorf("%s: %d clauses", name, n)
		}
	}
}

// completeEach asks for n tasks one by one.
func completeEach(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "complete task %d; ", i+1)
	}
	return b.String()
}

func TestProvider_TooMuchAtOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want int // calls
	}{
		"as many as may be":           {completeEach(maxClauses), maxClauses},
		"one too many":                {completeEach(maxClauses + 1), 0},
		"a list as long as it may be": {"add tasks: " + strings.Repeat("a, ", maxAdded), maxAdded},
		"a list that is too long":     {"add tasks: " + strings.Repeat("a, ", maxAdded+1), 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := long(t, maxClauses+1, 0)
			reply := c.say(tt.text)
			if n := len(c.changes()); n != tt.want {
				t.Errorf("%d changes, want %d", n, tt.want)
			}
			if isTooMuch := reply == tooMuch; isTooMuch != (tt.want == 0) {
				t.Errorf("reply = %q", reply)
			}
		})
	}
}

// history is a conversation of turns that were answered with reply.
func history(reply string, texts ...string) []llm.Message {
	var out []llm.Message
	for _, text := range texts {
		out = append(out, llmtest.User(text), llm.Message{Role: llm.RoleAssistant, Text: reply})
	}
	return out
}

func TestFirstReplayed(t *testing.T) {
	t.Parallel()
	half := strings.Repeat("x", replayedText/2)
	tests := map[string]struct {
		messages []llm.Message
		want     int
	}{
		"questions":            {history("Which one?", "a", "b", "c", "d", "e", "f", "g", "h"), 2},
		"no question":          {history("Okay.", "a", "b", "c"), 3},
		"long turns":           {history("Which one?", half, half, half, half), 2},
		"one that is too long": {history("Which one?", "a", half+half+half, "b"), 2},
		"a list that was cut":  {history("You have 60 tasks:\n\n- **1** a\n- …and 10 more", "a"), 0},
		"not understood":       {history(sorry+" Which?", "a", "b"), 2},
		"never read":           {history(tooLong+"?", half+half+half), 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			turns := episodes(append(tt.messages, llmtest.User("now")))
			if got := firstReplayed(turns); got != tt.want {
				t.Errorf("firstReplayed = %d, want %d", got, tt.want)
			}
		})
	}
}

// A turn that was not understood is not run again: its text, read today, could
// open a question that nobody was asked.
func TestReplay_SkipsWhatWasNotUnderstood(t *testing.T) {
	t.Parallel()
	c := newConversation(t, home())
	c.messages = history(sorry+" "+abilities, "buy stamps")
	if c.say("yes"); len(c.calls) != 0 {
		t.Errorf("calls = %v", written(c.calls))
	}
}

// expiring is a context that is over after some looks at it.
type expiring struct {
	context.Context
	left int
}

func (c *expiring) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestReplay_EndsWithContext(t *testing.T) {
	t.Parallel()
	req := llmtest.Request(append(history("Okay.", "a", "b", "c"), llmtest.User("add milk"))...)
	for left := range 5 {
		ctx := &expiring{Context: t.Context(), left: left}
		if _, err := New().Complete(ctx, req, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("after %d looks: error = %v, want %v", left, err, context.Canceled)
		}
	}
}

// long is a list of n tasks, of which the first done are completed.
func long(t *testing.T, n, done int) *conversation {
	t.Helper()
	tasks := make([]task, n)
	for i := range tasks {
		tasks[i] = task{Title: fmt.Sprintf("Chore no%d", i+1), Completed: i < done}
	}
	c := newConversation(t, tasks)
	i := slices.IndexFunc(c.tools, func(tool llm.Tool) bool { return tool.Name == "list_tasks" })
	c.tools[i].InputSchema = json.RawMessage(`{"properties":{"status":{},"cursor":{}}}`)
	return c
}

// conversation.say fails when a turn takes more steps than the agent allows.
func TestProvider_LongList(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		n, done int
		text    string
		calls   int // that change something
		reply   string
	}{
		"all in reach":            {399, 0, "show my tasks", 0, "You have 399 tasks:"},
		"more than in reach":      {900, 0, "show my tasks", 0, "You have more than 400 tasks. Here are the first 50:"},
		"a part of them":          {900, 0, "find tasks about no7", 0, "You have 1 task about “no7” among the first 400 tasks:"},
		"the last in reach":       {900, 0, "complete the no400 chore", 1, "Completed task 400, “Chore no400”."},
		"only pending are read":   {900, 700, "complete the no850 chore", 1, "Completed task 850, “Chore no850”."},
		"only completed are read": {900, 100, "reopen the no90 chore", 1, "Reopened task 90, “Chore no90”."},
		"out of reach":            {900, 0, "delete the no850 chore", 0, "I found no task about “no850 chore” among the first 400 tasks."},
		"by its number":           {900, 0, "delete tasks 850 and 851", 0, "That would delete 2 tasks:\n\n- **850**"},
		"all of them":             {900, 0, "mark everything as done", maxChanges, "Your list is long: I looked at the first 400 tasks only."},
		"two lists":               {900, 0, "complete the no400 chore, then show my tasks", 1, "Completed task 400"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := long(t, tt.n, tt.done)
			reply := c.say(tt.text)
			changes := c.changes()
			if len(changes) != tt.calls || !strings.HasPrefix(reply, tt.reply) {
				t.Errorf("%d changes, want %d; reply = %q, want %q", len(changes), tt.calls, reply, tt.reply)
			}
		})
	}
}

func TestTask_UnreadableDueDate(t *testing.T) {
	t.Parallel()
	for _, due := range []string{`"soon"`, `"10000-01-01T00:00:00Z"`, `7`, `{}`} {
		var list taskList
		err := json.Unmarshal([]byte(`{"tasks":[{"id":1,"title":"a","due_at":`+due+`},{"id":2,"due_at":"2026-03-05T10:00:00Z"}]}`), &list)
		if err != nil || len(list.Tasks) != 2 {
			t.Errorf("due_at %s: %d tasks, error %v", due, len(list.Tasks), err)
			continue
		}
		if k := list.Tasks[0]; k.Title != "a" || k.DueAt != nil || list.Tasks[1].DueAt == nil {
			t.Errorf("due_at %s: tasks are %+v", due, list.Tasks)
		}
	}
}

// BenchmarkComplete_Hostile measures the slowest of the hostile texts, after a
// history of the same.
func BenchmarkComplete_Hostile(b *testing.B) {
	for name, text := range hostile() {
		req := llmtest.Request(append(history("Which one?", text, text, text, text, text, text), llmtest.User(text))...)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := New().Complete(b.Context(), req, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
