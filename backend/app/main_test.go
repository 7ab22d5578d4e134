package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/app"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/internal/config"
)

// TestMain holds every request of these tests against the written contract.
func TestMain(m *testing.M) {
	checked, err := newContract(http.DefaultTransport)
	if err != nil {
		panic(err)
	}
	http.DefaultTransport = checked
	pgtest.Main(m, removeProgram)
}

const jwtSecret = "a secret of thirty-two bytes or so"

// testConfig is a whole configuration on the database at url.
func testConfig(url string) app.Config {
	return app.Config{
		DatabaseURL: config.URL(url), DatabaseMaxConns: 6,
		JWTSecret: jwtSecret, JWTLifetime: time.Hour,
		RetentionKeys: time.Hour,
		LLMProvider:   app.ProviderRules, ChatMaxSteps: 8, ChatHistoryMessages: 30,
		ChatTurnTimeout: 20 * time.Second, ChatLease: 2 * time.Second,
		ShutdownDrain: 10 * time.Second, LogFormat: "json",
	}
}

// start runs a backend until the test ends, or until stop is called, which
// waits for its end.
func start(t *testing.T, cfg app.Config) (url string, stop func()) {
	t.Helper()
	backend, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return backend.URL(), run(t, backend)
}

func run(t *testing.T, backend *app.App) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- backend.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		backend.Close()
	}
	t.Cleanup(stop)
	return stop
}

// person is somebody who signed up.
type person struct {
	*api.Client
	id    string
	token string
}

func signUp(t *testing.T, url string, httpClient *http.Client) person {
	t.Helper()
	client := api.NewClient(url, httpClient)
	session, err := client.SignUp(t.Context(), api.SignUpRequest{
		Email: "ada@example.com", Password: "correct horse", Name: "Ada", TimeZone: "Europe/Berlin",
	})
	if err != nil {
		t.Fatal(err)
	}
	return person{client.WithToken(session.Token), session.User.ID, session.Token}
}

// newPerson is somebody with a backend and a database of their own.
func newPerson(t *testing.T) (person, string) {
	t.Helper()
	url, _ := start(t, testConfig(pgtest.URL(t)))
	return signUp(t, url, nil), url
}
