package agent_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"todo-chatbot/backend/internal/llm"
)

func TestAgent_HostileModel(t *testing.T) {
	t.Parallel()
	stranger := uuid.NewString()
	for name, call := range map[string]string{
		"another user's list":   `add_task {"title":"x","user_id":"` + stranger + `"}`,
		"an unknown tool":       `drop_database {}`,
		"broken JSON":           `add_task {"title":`,
		"no object":             `add_task ["x"]`,
		"an unknown argument":   `add_task {"title":"x","admin":true}`,
		"a wrong type":          `add_task {"title":7}`,
		"a title too long":      `add_task {"title":"` + strings.Repeat("x", 501) + `"}`,
		"ten megabytes":         `add_task {"title":"` + strings.Repeat("x", 10<<20) + `"}`,
		"a zero byte":           "add_task {\"title\":\"a\\u0000b\"}",
		"a task that is absent": `delete_task {"task_id":999}`,
		"a date that is none":   `add_task {"title":"x","due_at":"tomorrow"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReplica(t, script(calls(call), says("I could not.")))
			turn, _, err := r.say(t.Context(), r.request(0, "", "hello"))
			if err != nil {
				t.Fatal(err)
			}
			made := turn.ToolCalls()
			if len(made) != 1 || !made[0].IsError {
				t.Errorf("the model was not told of its mistake: %+v", made)
			}
			var told string
			if err := json.Unmarshal(made[0].Result, &told); err != nil || told == "" || strings.Contains(told, "SQLSTATE") {
				t.Errorf("told %q, %v", told, err)
			}
			if titles := r.titles(t); len(titles) != 0 {
				t.Errorf("the list has %v", titles)
			}
		})
	}
}

func TestAgent_EndlessLoopStops(t *testing.T) {
	t.Parallel()
	r := newReplica(t, model(func(context.Context, llm.Request) (llm.Response, error) { return calls(`list_tasks {}`), nil }))
	turn, _, err := r.say(t.Context(), r.request(0, "", "hello"))
	if err != nil {
		t.Fatal(err)
	}
	if len(turn.Steps) != limits.Steps || !strings.Contains(turn.Reply, "stopped") {
		t.Errorf("%d steps, reply %q", len(turn.Steps), turn.Reply)
	}
}

func TestAgent_TooManyCallsAreCut(t *testing.T) {
	t.Parallel()
	r := newReplica(t, script(calls(strings.Split(strings.Repeat("list_tasks {}\n", 1000), "\n")...), says("Done.")))
	turn, _, err := r.say(t.Context(), r.request(0, "", "hello"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(turn.ToolCalls()); n != 100 {
		t.Errorf("ran %d calls", n)
	}
}

func TestAgent_EmptyAnswer(t *testing.T) {
	t.Parallel()
	r := newReplica(t, script(says(" \x00 ")))
	turn, _, err := r.say(t.Context(), r.request(0, "", "hello"))
	if err != nil || turn.Reply != "I have no answer to that. Please say it another way." {
		t.Errorf("got %q, %v", turn.Reply, err)
	}
}
