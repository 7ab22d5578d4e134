package app_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/app"
	"todo-chatbot/dev/localpg"
)

// startDatabase runs a PostgreSQL that the test may stop and start again.
func startDatabase(t *testing.T, dir string) *localpg.Server {
	t.Helper()
	server, err := localpg.Start(t.Context(), localpg.Options{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopDatabase(t, server) })
	return server
}

func stopDatabase(t *testing.T, server *localpg.Server) {
	t.Helper()
	if err := server.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !condition() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		case <-look.C:
		}
	}
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	// Not t.TempDir, which a server that runs as another user cannot enter.
	dir := filepath.Join(os.TempDir(), "todo-outage-"+uuid.NewString())
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	database := startDatabase(t, dir)
	cfg := testConfig(database.URL())
	if err := app.Migrate(t.Context(), cfg, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	url, _ := start(t, cfg)
	p := signUp(t, url, nil)
	withTasks(t, p, "Buy milk")

	stopDatabase(t, database)
	eventually(t, "readiness falls", func() bool { return codeOf(p.Ready(t.Context())) == api.CodeUnavailable })
	_, list := p.ListTasks(t.Context(), p.id, api.TaskQuery{})
	_, chat := p.Chat(t.Context(), p.id, "key", api.ChatRequest{Message: "What's pending?"})
	_, signIn := p.SignIn(t.Context(), api.SignInRequest{Email: "ada@example.com", Password: "correct horse"})
	for name, err := range map[string]error{"list": list, "chat": chat, "sign in": signIn} {
		var e *api.Error
		if !errors.As(err, &e) || e.Code != api.CodeUnavailable || e.RetryAfter < time.Second {
			t.Errorf("%s: got %#v", name, err)
		}
	}
	alive, err := http.Get(url + "/api/health")
	if err != nil || alive.StatusCode != http.StatusOK {
		t.Errorf("the process does not count as alive: %v, %v", alive, err)
	}
	alive.Body.Close()

	startDatabase(t, dir)
	eventually(t, "readiness comes back", func() bool { return p.Ready(t.Context()) == nil })
	answer, err := p.Chat(t.Context(), p.id, "key", api.ChatRequest{Message: "What's pending?"})
	if err != nil || len(answer.ToolCalls) != 1 {
		t.Errorf("got %+v, %v", answer, err)
	}
}
