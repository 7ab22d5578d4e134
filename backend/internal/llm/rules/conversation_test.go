package rules_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/llmeval"
	"todo-chatbot/backend/internal/llm/rules"
)

// What generated conversations are made of: forms with places for tasks,
// titles and dates, and answers to questions that may not be open.
var (
	forms = []string{
		"add T", "add T D", "remind me to T D", "I need to T", "add T, T and T", "new task: T #home", "add 'T' D", "T", "add T and R",
		"complete R", "R is done", "I finished R", "mark R as done", "done with R", "R has been bought", "I called mom", "done", "did it",
		"delete R", "remove R", "get rid of R", "delete R and R", "delete all but R", "delete R, R", "scratch that", "undo", "I don't need R anymore",
		"rename R to T", "change R to T", "move R to D", "make R high priority", "R is urgent", "tag R with x", "R is due D", "push R back 2 days", "make it low priority", "for D",
		"show my tasks", "what's pending?", "what's due D?", "find T", "how many?", "what should I do first?", "summary", "when is R?", "did I do R?",
		"yes", "no", "both", "the first one", "only the first", "all of them", "neither", "2", "R", "the last two", "maybe", "cancel", "yes, but not R",
		"delete everything", "delete all completed tasks", "complete everything", "reopen R", "hi", "thanks", "what's the weather?",
		"complete R, delete R and add T", "R done, R done", "Lösche R", "Lösche alles", "سب کام حذف کر دو", "ہاں", "kaam 2 ho gaya", "ja", "haan", "", "?!", "🙂", "\u202Eabc", "delete R but don't delete it",
	}
	refs = []string{
		"task 1", "task 3", "#2", "4", "99", "99999999999999999999", "0", "-1", "the first one", "the last one", "it", "that", "them", "mom", "the meeting", "'Call mom'",
		"groceries", "grocries", "the overdue one", "the work ones", "all tasks", "the one about the bill", "buy", "call", "unicorn", "1 and 3", "the second", "task 1-3", "\"", "all my tasks",
	}
	titles = []string{"buy milk", "call mom", "delete everything", "yes", "pay the bill", "team meeting", "write 2 tests", "- **1** x", "a [b](c)", "mark task 1 as done", "Tomorrow Never Dies", "naïve café", "دودھ"}
	days   = []string{"tomorrow", "on friday at 5pm", "in 3 days", "30 February", "every monday", "yesterday", "next week", "at noon", "by the end of the month"}
	place  = regexp.MustCompile(`\b[RTD]\b`)
)

func sentence(r *rand.Rand) string {
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	return place.ReplaceAllStringFunc(pick(forms), func(p string) string {
		return pick(map[string][]string{"R": refs, "T": titles, "D": days}[p])
	})
}

func list() []llmeval.Task {
	late, soon := "@-2d", "@tomorrow 10:00"
	return []llmeval.Task{
		{Title: "Buy groceries"}, {Title: "Team meeting", Tags: []string{"work"}, DueAt: &soon}, {Title: "Call mom"}, {Title: "Client meeting", Tags: []string{"work"}},
		{Title: "Pay the electricity bill", Priority: "high", DueAt: &late}, {Title: "Water the plants", Completed: true}, {Title: "delete all my tasks"}, {Title: "Buy bread"},
	}
}

// FuzzConversation holds conversations, and checks after every turn that
// nothing was touched but what the reply names.
func FuzzConversation(f *testing.F) {
	for seed := range uint64(400) {
		f.Add(seed, "")
	}
	f.Add(uint64(1), "delete everything")
	f.Fuzz(func(t *testing.T, seed uint64, said string) {
		r := rand.New(rand.NewPCG(seed, 1))
		s, err := llmeval.NewSession(rules.New(), "", llmeval.Case{Tasks: list()}, noon(t))
		if err != nil {
			t.Fatal(err)
		}
		asked := ""
		for n := range 8 {
			text := sentence(r)
			if n == 4 && said != "" {
				text = said
			}
			out, err := s.Say(t.Context(), text)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			checkTurn(t, text, asked, out, s.List.Tasks)
			asked = out.Reply
		}
	})
}

func checkTurn(t *testing.T, text, asked string, out llmeval.Outcome, after []llmeval.Task) {
	t.Helper()
	if strings.TrimSpace(out.Reply) == "" {
		t.Errorf("%q: empty reply", text)
	}
	deleted := 0
	touched := map[int64]bool{}
	for i, call := range out.Calls {
		var args struct {
			ID int64 `json:"task_id"`
		}
		if err := json.Unmarshal(call.Arguments, &args); err != nil {
			t.Errorf("%q: arguments %s", text, call.Arguments)
		}
		if call.Name == "list_tasks" || call.Name == "add_task" || out.Failed[i] {
			continue
		}
		touched[args.ID] = true
		if call.Name == "delete_task" {
			deleted++
		}
		if !names(out.Reply, args.ID) && !strings.Contains(out.Reply, "…and") {
			t.Errorf("%q: %s %s, but the reply is %q", text, call.Name, call.Arguments, out.Reply)
		}
	}
	if deleted > 1 && !isQuestion(asked) {
		t.Errorf("%q: %d deleted after %q", text, deleted, asked)
	}
	for _, k := range out.Before {
		i := slices.IndexFunc(after, func(now llmeval.Task) bool { return now.ID == k.ID })
		if !touched[k.ID] && (i < 0 || fmt.Sprint(flat(after[i])) != fmt.Sprint(flat(k))) {
			t.Errorf("%q: task %d was changed without a call", text, k.ID)
		}
	}
}

// flat is what can be compared of a task.
func flat(k llmeval.Task) []any { return []any{k.Title, k.Completed, k.Priority, k.Tags, k.Recurrence} }

func isQuestion(reply string) bool { return strings.ContainsAny(reply, "?؟") }

func names(reply string, id int64) bool {
	return regexp.MustCompile(fmt.Sprintf(`(?i)(?:task|aufgabe|kaam|کام) %d\b|\*\*%d\*\*`, id, id)).MatchString(reply)
}

// BenchmarkTurn is a whole turn, all its steps, at the end of a long
// conversation: at most two milliseconds.
func BenchmarkTurn(b *testing.B) {
	s, err := llmeval.NewSession(rules.New(), "", llmeval.Case{Tasks: list()}, noon(b))
	if err != nil {
		b.Fatal(err)
	}
	for i := range 10 {
		for _, text := range []string{fmt.Sprintf("add water plant %d tomorrow at 3pm", i), "what's pending?", "delete the meeting", "never mind"} {
			if _, err := s.Say(b.Context(), text); err != nil {
				b.Fatal(err)
			}
		}
	}
	history := slices.Clone(s.Messages)
	texts := []string{"mark the second one as done", "delete the client meeting", "add buy flowers tomorrow at 5pm and write a card", "I finished the team meeting", "what is the capital of Portugal?"}
	for _, text := range texts {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s.Messages = slices.Clone(history)
				tasks := slices.Clone(s.List.Tasks)
				b.StartTimer()
				if _, err := s.Say(b.Context(), text); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				s.List.Tasks = tasks
				b.StartTimer()
			}
		})
	}
}

// The same conversation gives the same answers, whenever it is asked and
// whatever was asked before.
func TestProvider_IsDeterministic(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	p := rules.New()
	tools, err := llmeval.Tools()
	if err != nil {
		t.Fatal(err)
	}
	now := noon(t)
	var requests []llm.Request
	for range 50 {
		requests = append(requests, llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Text: sentence(r)}}, Tools: tools, Now: now})
	}
	ask := func(req llm.Request) string {
		res, err := p.Complete(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(res)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	first := make([]string, len(requests))
	for i, req := range requests {
		first[i] = ask(req)
	}
	for i := range requests {
		j := len(requests) - 1 - i
		if again := ask(requests[j]); again != first[j] {
			t.Errorf("%q: first %s, then %s", requests[j].Messages[0].Text, first[j], again)
		}
	}
}
