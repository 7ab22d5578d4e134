package app_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/app"
	"todo-chatbot/backend/internal/postgres/pgtest"
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

// frozen is a way to the database at url that stops to pass anything on when
// freeze is called, like a network that swallows packets.
func frozen(t *testing.T, databaseURL string) (through string, freeze func()) {
	t.Helper()
	target, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	database := target.Host
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	var gate sync.RWMutex // held for writing while nothing passes
	pass := func(to, from net.Conn) {
		defer to.Close()
		buffer := make([]byte, 32<<10)
		for {
			n, err := from.Read(buffer)
			if err != nil {
				return
			}
			gate.RLock()
			_, err = to.Write(buffer[:n])
			gate.RUnlock()
			if err != nil {
				return
			}
		}
	}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", database)
			if err != nil {
				client.Close()
				continue
			}
			go pass(server, client)
			go pass(client, server)
		}
	}()
	target.Host = listener.Addr().String()
	return target.String(), func() {
		gate.Lock()
		t.Cleanup(gate.Unlock)
	}
}

func TestDatabaseHangs(t *testing.T) {
	t.Parallel()
	through, freeze := frozen(t, pgtest.URL(t))
	url, stop := start(t, testConfig(through))
	p := signUp(t, url, nil)
	freeze()
	_, err := p.ListTasks(t.Context(), p.id, api.TaskQuery{})
	if codeOf(err) != api.CodeUnavailable {
		t.Errorf("got %v", err)
	}
	if err := p.Ready(t.Context()); codeOf(err) != api.CodeUnavailable {
		t.Errorf("readiness: %v", err)
	}
	stop() // must not wait for the database
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	backend, err := app.New(t.Context(), testConfig(pgtest.URL(t)), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- backend.Run(ctx) }()
	p := signUp(t, backend.URL(), nil)
	if _, err := p.Chat(t.Context(), p.id, "", api.ChatRequest{Message: "Add a task to buy milk"}); err != nil {
		t.Fatal(err)
	}
	strange, err := http.NewRequestWithContext(t.Context(), "BREW", backend.URL()+"/coffee", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(strange); err != nil {
		t.Fatal(err)
	} else {
		resp.Body.Close()
	}
	resp, err := http.Get(backend.MetricsURL() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`todo_http_request_duration_seconds_count{method="POST",route="/api/{user_id}/chat",status="200"} 1`,
		`todo_tool_call_duration_seconds_count{outcome="ok",tool="add_task"} 1`,
		`todo_http_request_duration_seconds_count{method="other",route="none"`,
		`todo_database_connections_max 6`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(string(text), "BREW") {
		t.Error("a client made a metric of its own")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	backend.Close()
}
