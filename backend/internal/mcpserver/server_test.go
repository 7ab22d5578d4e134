package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

// store is a list of one user, enough to see what the tools ask for.
type store struct {
	Tasks
	created todo.Task
	filter  todo.TaskFilter
	err     error
}

func (s *store) CreateTask(_ context.Context, _ string, task todo.Task) (todo.Task, error) {
	s.created = task
	task.ID = 1
	return task, s.err
}

func (s *store) ListTasks(_ context.Context, _ string, f todo.TaskFilter) ([]todo.Task, bool, error) {
	s.filter = f
	due := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	return []todo.Task{{ID: 3, Title: "Milk", Priority: todo.PriorityLow, Tags: []string{}, DueAt: &due}}, true, s.err
}

// TestTools_Snapshots keeps what clients have learned of each tool: its name,
// schemas and hints. UPDATE_GOLDEN=1 accepts a change on purpose.
func TestTools_Snapshots(t *testing.T) {
	t.Parallel()
	for _, tool := range New(nil, "test", nil, nil).mcp.ListTools() {
		t.Run(tool.Tool.Name, func(t *testing.T) {
			t.Parallel()
			raw, err := json.Marshal(tool.Tool)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, raw, "", "  "); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
			file := filepath.Join("testdata", tool.Tool.Name+".json")
			if os.Getenv("UPDATE_GOLDEN") == "1" {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("%s; UPDATE_GOLDEN=1 accepts it", diff)
			}
		})
	}
}

func TestTools_AreWhole(t *testing.T) {
	t.Parallel()
	for _, tool := range tools(kit{}) {
		definition := tool.Tool
		hints := definition.Annotations
		if definition.Description == "" || hints.Title == "" || hints.ReadOnlyHint == nil || hints.DestructiveHint == nil || hints.IdempotentHint == nil {
			t.Errorf("%s lacks a description or a hint", definition.Name)
		}
		if len(definition.OutputSchema.Properties) == 0 {
			t.Errorf("%s has no output schema", definition.Name)
		}
		for name, property := range definition.InputSchema.Properties {
			if described, ok := property.(map[string]any); !ok || described["description"] == nil {
				t.Errorf("%s: %s is not described", definition.Name, name)
			}
		}
	}
}

func newTestCaller(t *testing.T, tasks Tasks, observe Observe) *Caller {
	t.Helper()
	caller, err := New(tasks, "test", observe, slog.New(slog.DiscardHandler)).NewCaller(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := caller.Close(); err != nil {
			t.Error(err)
		}
	})
	return caller
}

func TestCaller(t *testing.T) {
	t.Parallel()
	karachi := auth.User{ID: "me", TimeZone: "Asia/Karachi"}
	for name, test := range map[string]struct {
		tool, arguments, want string
		isError               bool
	}{
		"adds":                  {"add_task", `{"title":"Milk","due_at":"2026-01-01T12:00:00Z"}`, `{"status":"created","task_id":1,"title":"Milk"}`, false},
		"adds for oneself":      {"add_task", `{"title":"Milk","user_id":"me"}`, `{"status":"created","task_id":1,"title":"Milk"}`, false},
		"not for another":       {"add_task", `{"title":"Milk","user_id":"you"}`, `"You can only use your own list. Leave user_id out."`, true},
		"lists in one's zone":   {"list_tasks", `{}`, `{"next_cursor":"eyJzIjoiY3JlYXRlZCIsImkiOjN9","tasks":[{"completed":false,"completed_at":null,"created_at":"0001-01-01T04:28:12+04:28","description":"","due_at":"2026-01-01T17:00:00+05:00","id":3,"priority":"low","tags":[],"title":"Milk"}]}`, false},
		"not behind any cursor": {"list_tasks", `{"cursor":"x"}`, `"The cursor is not the next_cursor of an answer."`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caller := newTestCaller(t, &store{}, nil)
			got, isError, err := caller.CallTool(auth.WithUser(t.Context(), karachi), test.tool, json.RawMessage(test.arguments))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" || isError != test.isError {
				t.Errorf("error %v: %s", isError, diff)
			}
		})
	}
}

func TestCaller_MistakesAreToldInWords(t *testing.T) {
	t.Parallel()
	caller := newTestCaller(t, todo.NewService(nil), nil)
	for call, want := range map[string]string{
		`add_task {}`:                                "title must not be empty",
		`add_task {"title":7}`:                       "title must be a text, not a number.",
		`add_task {"title":"x","tags":"a"}`:          "tags must be a list of texts, not a string.",
		`add_task {"title":"x","colour":"red"}`:      `There is no argument "colour".`,
		`add_task {"title":"x","priority":"huge"}`:   "priority must be low, medium or high",
		`delete_task {"task_id":"4"}`:                "task_id must be a whole number, not a string.",
		`update_task {"task_id":1,"completed":"no"}`: "completed must be true or false, not a string.",
		`list_tasks {"status":"open"}`:               "status must be all, pending, completed or overdue",
		`list_tasks {"limit":1000}`:                  "limit must be from 1 to 100",
	} {
		tool, arguments, _ := strings.Cut(call, " ")
		got, isError, err := caller.CallTool(auth.WithUser(t.Context(), auth.User{ID: "me"}), tool, json.RawMessage(arguments))
		if err != nil || !isError || !strings.Contains(strings.ReplaceAll(string(got), `\"`, `"`), want) {
			t.Errorf("%s: got %s, %v, %v", call, got, isError, err)
		}
	}
}

func TestCaller_WithoutIdentity(t *testing.T) {
	t.Parallel()
	_, _, err := newTestCaller(t, &store{}, nil).CallTool(t.Context(), "list_tasks", json.RawMessage(`{}`))
	if err == nil {
		t.Error("a nobody was answered")
	}
}

func TestCaller_FailureKeepsItsCause(t *testing.T) {
	t.Parallel()
	away := &todo.Error{Code: todo.CodeUnavailable, Message: "Away.", Err: errors.New("dial tcp: secret host")}
	var outcome string
	caller := newTestCaller(t, &store{err: away}, func(_, o string, _ time.Duration) { outcome = o })
	_, _, err := caller.CallTool(auth.WithUser(t.Context(), auth.User{ID: "me"}), "list_tasks", json.RawMessage(`{}`))
	if !errors.Is(err, away) || outcome != "failed" {
		t.Errorf("got %v, outcome %q", err, outcome)
	}
}

func TestServer_HidesCausesFromTheWire(t *testing.T) {
	t.Parallel()
	away := &todo.Error{Code: todo.CodeUnavailable, Message: "Away.", Err: errors.New("dial tcp: secret host")}
	s := New(&store{err: away}, "test", nil, slog.New(slog.DiscardHandler))
	answer := s.mcp.HandleMessage(auth.WithUser(t.Context(), auth.User{ID: "me"}),
		json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tasks","arguments":{}}}`))
	raw, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "secret") || !strings.Contains(string(raw), "Away.") {
		t.Errorf("on the wire: %s", raw)
	}
}
