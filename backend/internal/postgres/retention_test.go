package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/backend/internal/todo"
)

func TestRemoveExpired(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db, replica := pgtest.OpenURL(t, url), pgtest.OpenURL(t, url)
	user := newUser(t, db)
	for range 3 {
		finish(t, db, begin(t, db, todo.TurnRequest{UserID: user, Message: "hello"}), "hello")
	}
	running := begin(t, db, todo.TurnRequest{UserID: user, Message: "hello"})
	for _, key := range []string{"old", "new"} {
		_, _, err := db.Once(t.Context(), todo.KeyedRequest{UserID: user, Key: key, Fingerprint: []byte("f")},
			func(context.Context) ([]byte, error) { return []byte("answer"), nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.EndSession(t.Context(), user, []byte("old"), time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{
		`UPDATE conversations SET updated_at = now() - interval '9 days' WHERE id <> 2`,
		`UPDATE idempotency_keys SET created_at = now() - interval '9 days' WHERE key = 'old'`,
		`INSERT INTO rate_limits VALUES ('old', now() - interval '1 second'), ('new', now() + interval '1 hour')`,
		`INSERT INTO idempotency_keys SELECT id, 'k' || n, '', '', now() - interval '9 days' FROM users, generate_series(1, 1234) n`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	count := func(sql string) (n int) {
		if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}

	if _, err := db.RemoveExpired(t.Context(), todo.Retention{Keys: 10 * 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	if n := count(`SELECT count(*) FROM conversations`); n != 4 {
		t.Errorf("%d conversations are left where all are kept", n)
	}
	keep := todo.Retention{Conversations: 24 * time.Hour, Keys: 24 * time.Hour}
	both := make(chan error, 2)
	for _, db := range []todo.Expirer{db, replica} {
		go func() {
			_, err := db.RemoveExpired(t.Context(), keep)
			both <- err
		}()
	}
	if a, b := <-both, <-both; a != nil || b != nil {
		t.Fatal(a, b)
	}
	if _, err := db.RemoveExpired(t.Context(), keep); err != nil { // what each left to the other
		t.Fatal(err)
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM conversations WHERE id IN (2, 4)`: 2, // the recent one, and the one that is answered just now
		`SELECT count(*) FROM conversations`:                    2,
		`SELECT count(*) FROM turns`:                            2,
		`SELECT count(*) FROM idempotency_keys`:                 1,
		`SELECT count(*) FROM ended_sessions`:                   0,
		`SELECT count(*) FROM rate_limits`:                      1,
	} {
		if n := count(sql); n != want {
			t.Errorf("%s: %d, want %d", sql, n, want)
		}
	}
	finish(t, db, running, "done")
}
