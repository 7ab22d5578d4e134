package postgres_test

import (
	"log/slog"
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
	url := pgtest.URL(t)
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
