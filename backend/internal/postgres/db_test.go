package postgres_test

import (
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/postgres"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/backend/internal/todo"
)

func TestOpen_SaysWhatIsWrongWithoutThePassword(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open(t.Context(), "postgres://me:hunter2@host:notaport/db", postgres.Options{MaxConns: 2})
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("got %v", err)
	}
}

func TestPing_DatabaseAway(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none", postgres.Options{MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Ping(t.Context()); !todo.HasCode(err, todo.CodeUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
}

func TestMigrate_ReplicasThatStartTogether(t *testing.T) {
	t.Parallel()
	url := pgtest.EmptyURL(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := postgres.Migrate(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestUsers(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	id := newUser(t, db)
	user, hash, err := db.FindUserByEmail(t.Context(), id+"@example.com")
	if err != nil || user.ID != id || hash != "hash" {
		t.Errorf("got %+v, %q, %v", user, hash, err)
	}
	if err := db.SetTimeZone(t.Context(), id, "Asia/Karachi"); err != nil {
		t.Fatal(err)
	}
	if user, err := db.FindUserByID(t.Context(), id); err != nil || user.TimeZone != "Asia/Karachi" {
		t.Errorf("got %+v, %v", user, err)
	}
	err = db.CreateUser(t.Context(), auth.User{ID: "4c9e8a9e-2c5d-4f0f-9a53-1f1f0a3b7c11", Email: id + "@example.com"}, "hash")
	if !todo.HasCode(err, todo.CodeConflict) {
		t.Errorf("got %v, want a conflict", err)
	}
	if _, _, err := db.FindUserByEmail(t.Context(), "nobody@example.com"); !todo.HasCode(err, todo.CodeNotFound) {
		t.Errorf("got %v, want not found", err)
	}
}

func TestMigrate_WrongPassword(t *testing.T) {
	t.Parallel()
	wrong, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	wrong.User = url.UserPassword(wrong.User.Username(), "hunter2")
	err = postgres.Migrate(t.Context(), wrong.String(), slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "password authentication failed") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestMigrate_WaitsForADatabaseThatStarts(t *testing.T) {
	t.Parallel()
	database, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	behind := database.Host
	database.Host = listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	waiting, migrated := make(chan struct{}), make(chan error, 1)
	log := slog.New(slog.NewTextHandler(writerFunc(sync.OnceFunc(func() { close(waiting) })), nil))
	go func() { migrated <- postgres.Migrate(t.Context(), database.String(), log) }()
	<-waiting
	forward(t, database.Host, behind)
	if err := <-migrated; err != nil {
		t.Error(err)
	}
}

type writerFunc func()

func (f writerFunc) Write(b []byte) (int, error) {
	f()
	return len(b), nil
}

// forward passes connections to one address on to another, until the test ends.
func forward(t *testing.T, from, to string) {
	t.Helper()
	listener, err := net.Listen("tcp", from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				client.Close()
				continue
			}
			pass := func(to, from net.Conn) {
				defer to.Close()
				_, _ = io.Copy(to, from)
			}
			go pass(server, client)
			go pass(client, server)
		}
	}()
}
