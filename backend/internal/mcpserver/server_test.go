package mcpserver

import (
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
	"github.com/mark3labs/mcp-go/mcp"

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

func (s *store) FindTaskByID(_ context.Context, _ string, id int64) (todo.Task, error) {
	if id != 3 {
		return todo.Task{}, todo.Errorf(todo.CodeNotFound, "There is no task %d.", id)
	}
	return todo.Task{ID: 3, Title: "Milk", Description: strings.Repeat("x", 300), Priority: todo.PriorityLow, Tags: []string{}}, s.err
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

// TestSnapshots keeps what clients have learned: each tool's name, schemas and
// hints, the resources, the prompts. UPDATE_GOLDEN=1 accepts a change on purpose.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	s := New(nil, "test", nil, nil).mcp
	offered := map[string]any{}
	for _, tool := range s.ListTools() {
		offered[tool.Tool.Name] = tool.Tool
	}
	for _, method := range []string{"resources/list", "resources/templates/list", "prompts/list"} {
		answer := s.HandleMessage(t.Context(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"`+method+`"}`))
		offered[strings.ReplaceAll(method, "/", "_")] = answer.(mcp.JSONRPCResponse).Result
	}
	for name, value := range offered {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.MarshalIndent(value, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			file := filepath.Join("testdata", name+".json")
			if os.Getenv("UPDATE_GOLDEN") == "1" {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
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
		"lists in one's zone":   {"list_tasks", `{}`, `{"next_cursor":"eyJzIjoiY3JlYXRlZCIsImkiOjN9","tasks":[{"completed":false,"completed_at":null,"created_at":"0001-01-01T04:28:12+04:28","description":"","due_at":"2026-01-01T17:00:00+05:00","id":3,"priority":"low","recurrence":"","remind_at":null,"tags":[],"title":"Milk"}]}`, false},
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
		`add_task {}`:                               "title must not be empty",
		`add_task {"title":7}`:                      "title must be a text, not a number.",
		`add_task {"title":"x","tags":"a"}`:         "tags must be a list of texts, not a string.",
		`add_task {"title":"x","colour":"red"}`:     `There is no argument "colour".`,
		`add_task {"title":"x","priority":"huge"}`:  "priority must be low, medium or high",
		`add_task {"title":"x","remind_at":"soon"}`: `remind_at "soon" is no RFC 3339 time such as`,
		`add_task {"title":"x","recurrence":"often","due_at":"2026-01-01T12:00:00Z"}`: "recurrence must be a rule of RFC 5545",
		`add_task {"title":"x","recurrence":"FREQ=DAILY"}`:                            "recurrence needs due_at, the first time that the task is due",
		`list_tasks {"priority":"huge"}`:                                              "priority must be low, medium or high",
		`list_tasks {"sort":"colour"}`:                                                "sort must be created, due, priority or title",
		`list_tasks {"order":"up"}`:                                                   "order must be asc or desc.",
		`list_tasks {"due_before":"tomorrow"}`:                                        `due_before "tomorrow" is no RFC 3339 time such as`,
		`list_tasks {"cursor":"7"}`:                                                   "The cursor is not the next_cursor of an answer.",
		`delete_task {"task_id":"4"}`:                                                 "task_id must be a whole number, not a string.",
		`update_task {"task_id":1,"completed":"no"}`:                                  "completed must be true or false, not a string.",
		`list_tasks {"status":"open"}`:                                                "status must be all, pending, completed or overdue",
		`list_tasks {"limit":1000}`:                                                   "limit must be from 1 to 100",
	} {
		tool, arguments, _ := strings.Cut(call, " ")
		got, isError, err := caller.CallTool(auth.WithUser(t.Context(), auth.User{ID: "me"}), tool, json.RawMessage(arguments))
		if err != nil || !isError || !strings.Contains(strings.ReplaceAll(string(got), `\"`, `"`), want) {
			t.Errorf("%s: got %s, %v, %v", call, got, isError, err)
		}
	}
}

func TestListTasks_PassesEveryFilterOn(t *testing.T) {
	t.Parallel()
	tasks := &store{}
	caller := newTestCaller(t, tasks, nil)
	before, after := time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	_, isError, err := caller.CallTool(auth.WithUser(t.Context(), auth.User{ID: "me"}), "list_tasks", json.RawMessage(
		`{"status":"pending","priority":"high","tag":"home","q":"paint wall","due_before":"2026-03-08T00:00:00Z","due_after":"2026-03-01T00:00:00Z",`+
			`"sort":"due","order":"desc","limit":7}`))
	if err != nil || isError {
		t.Fatal(isError, err)
	}
	want := todo.TaskFilter{
		Status: todo.StatusPending, Priority: todo.PriorityHigh, Tag: "home", Query: "paint wall", DueBefore: &before, DueAfter: &after,
		Sort: todo.SortDue, Descending: true, Limit: 7,
	}
	if diff := cmp.Diff(want, tasks.filter); diff != "" {
		t.Error(diff)
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

// ask sends one request for a user and returns the answer as JSON.
func ask(t *testing.T, s *Server, method, params string) string {
	t.Helper()
	answer := s.mcp.HandleMessage(auth.WithUser(t.Context(), auth.User{ID: "me", TimeZone: "Asia/Karachi"}),
		json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`))
	raw, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

const (
	readList = `{"uri":"todo://tasks"}`
	readOne  = `{"uri":"todo://tasks/3"}`
	planDay  = `{"name":"plan_my_day"}`
)

func TestServer_HidesCausesFromTheWire(t *testing.T) {
	t.Parallel()
	away := &todo.Error{Code: todo.CodeUnavailable, Message: "Away.", Err: errors.New("dial tcp: secret host")}
	s := New(&store{err: away}, "test", nil, slog.New(slog.DiscardHandler))
	broken := New(nil, "test", nil, slog.New(slog.DiscardHandler)) // every use of the tasks panics
	for request, params := range map[string]string{
		"tools/call": `{"name":"list_tasks","arguments":{}}`, "resources/read": readList, "prompts/get": planDay,
		"prompts/get ": `{"name":"weekly_review"}`, "resources/read ": readOne,
	} {
		method := strings.TrimSpace(request)
		if got := ask(t, s, method, params); strings.Contains(got, "secret") || !strings.Contains(got, "Away.") {
			t.Errorf("%s, on the wire: %s", method, got)
		}
		if got := ask(t, broken, method, params); strings.Contains(got, "nil pointer") || !strings.Contains(got, "Something went wrong on our side.") {
			t.Errorf("%s that panics, on the wire: %s", method, got)
		}
	}
}

func TestServer_RefusesNobody(t *testing.T) {
	t.Parallel()
	s := New(&store{}, "test", nil, slog.New(slog.DiscardHandler))
	for method, params := range map[string]string{"resources/read": readList, "prompts/get": planDay} {
		answer, err := json.Marshal(s.mcp.HandleMessage(t.Context(),
			json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`)))
		if err != nil || !strings.Contains(string(answer), "Sign in first.") {
			t.Errorf("%s: %s, %v", method, answer, err)
		}
	}
}

func TestResources(t *testing.T) {
	t.Parallel()
	tasks := &store{}
	s := New(tasks, "test", nil, slog.New(slog.DiscardHandler))
	for params, want := range map[string]string{
		readList:                   `{\"tasks\":[{\"id\":3,\"title\":\"Milk\"`,
		readOne:                    strings.Repeat("x", 300),
		`{"uri":"todo://tasks/9"}`: "There is no task 9. The first pending tasks are 3.",
		`{"uri":"todo://tasks/x"}`: "There is no resource todo://tasks/x; tasks are todo://tasks/ and a number.",
		`{"uri":"todo://users"}`:   "not found",
		`{"uri":"file:///etc"}`:    "not found",
	} {
		if got := ask(t, s, "resources/read", params); !strings.Contains(got, want) {
			t.Errorf("%s: %s", params, got)
		}
	}
	if tasks.filter.Status != todo.StatusPending {
		t.Errorf("read %+v", tasks.filter)
	}
}

func TestPrompts(t *testing.T) {
	t.Parallel()
	s := New(&store{}, "test", nil, slog.New(slog.DiscardHandler))
	for name, want := range map[string]string{
		"plan_my_day":   `{\"tasks\":[{\"id\":3`,
		"weekly_review": `\"completed_in_the_last_seven_days\":[]`,
	} {
		got := ask(t, s, "prompts/get", `{"name":"`+name+`"}`)
		if !strings.Contains(got, want) || !strings.Contains(got, "+05:00") || strings.Contains(got, "{{") || !strings.Contains(got, `"type":"resource"`) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestSince(t *testing.T) {
	t.Parallel()
	now := time.Now()
	before, after := now.Add(-time.Hour), now.Add(time.Hour)
	got := since(now, []todo.Task{{ID: 1, CompletedAt: &before}, {ID: 2, CompletedAt: &after}, {ID: 3}})
	if len(got) != 1 || got[0].ID != 2 {
		t.Errorf("got %+v", got)
	}
}
