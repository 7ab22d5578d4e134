package mcpserver

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

// watched is a list that notes when somebody else's is asked for.
type watched struct {
	store
	strangers atomic.Int64
}

func (w *watched) check(userID string) {
	if userID != "me" {
		w.strangers.Add(1)
	}
}

func (w *watched) CreateTask(ctx context.Context, userID string, task todo.Task) (todo.Task, error) {
	w.check(userID)
	return w.store.CreateTask(ctx, userID, task)
}

func (w *watched) FindTaskByID(ctx context.Context, userID string, id int64) (todo.Task, error) {
	w.check(userID)
	return w.store.FindTaskByID(ctx, userID, id)
}

func (w *watched) ListTasks(ctx context.Context, userID string, f todo.TaskFilter) ([]todo.Task, bool, error) {
	w.check(userID)
	return w.store.ListTasks(ctx, userID, f)
}

func (w *watched) UpdateTask(_ context.Context, userID string, id int64, change func(*todo.Task)) (todo.Task, error) {
	w.check(userID)
	task := todo.Task{ID: id, Priority: todo.PriorityLow, Tags: []string{}}
	change(&task)
	return task, nil
}

func (w *watched) DeleteTask(_ context.Context, userID string, id int64) (todo.Task, error) {
	w.check(userID)
	return todo.Task{ID: id}, nil
}

// FuzzHandler sends anything at all to /mcp: whatever it is, the answer is one
// of the protocol, nothing breaks, and nobody else's list is touched.
func FuzzHandler(f *testing.F) {
	const start = `{"jsonrpc":"2.0","id":1,"method":"`
	for _, seed := range []string{
		start + `initialize","params":{"protocolVersion":"","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}`,
		start + `tools/list"}`, start + `prompts/list"}`, start + `resources/templates/list"}`, start + `ping"}`,
		start + `tools/call","params":{"name":"add_task","arguments":{"title":"x","user_id":"you","tags":["a"],"due_at":"2026-01-01T00:00:00Z"}}}`,
		start + `tools/call","params":{"name":"list_tasks","arguments":{"q":"x","sort":"due","order":"desc","limit":3,"cursor":"eyJzIjoiY3JlYXRlZCIsImkiOjN9"}}}`,
		start + `tools/call","params":{"name":"update_task","arguments":{"task_id":9007199254740993,"due_at":"","completed":true}}}`,
		start + `tools/call","params":{"name":"delete_task","arguments":{"task_id":1}}}`,
		start + `tools/call","params":{"name":"get_task","arguments":{"task_id":3},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`,
		start + `resources/read","params":{"uri":"todo://tasks/3"}}`, start + `prompts/get","params":{"name":"weekly_review"}}`,
		start + `server/discover","params":{}}`, start + `subscriptions/listen","params":{}}`, start + `logging/setLevel","params":{"level":"debug"}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`, `{"jsonrpc":"2.0","id":1,"result":{}}`, `[]`, `{`, ``, `null`,
	} {
		f.Add([]byte(seed), "")
		f.Add([]byte(seed), "2025-11-25")
		f.Add([]byte(seed), "2026-07-28")
	}
	tasks := new(watched)
	handler := New(tasks, "test", nil, slog.New(slog.DiscardHandler)).Handler()
	f.Fuzz(func(t *testing.T, body []byte, version string) {
		r := httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(string(body)))
		// As /mcp has it: a client that listens is cut off by its request's end.
		ctx, cancel := context.WithTimeout(auth.WithUser(r.Context(), auth.User{ID: "me"}), 50*time.Millisecond)
		defer cancel()
		r = r.WithContext(ctx)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Mcp-Protocol-Version", version)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if tasks.strangers.Load() != 0 {
			t.Error("somebody else's list was reached")
		}
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("status %d, %s", w.Code, w.Body)
		}
		if w.Header().Get("Content-Type") == jsonType && !json.Valid(w.Body.Bytes()) {
			t.Errorf("answered %s", w.Body)
		}
		if strings.Contains(w.Body.String(), "panic") || strings.Contains(w.Body.String(), "goroutine") {
			t.Errorf("a cause on the wire: %s", w.Body)
		}
	})
}
