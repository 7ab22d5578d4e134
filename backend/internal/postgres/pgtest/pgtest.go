// Package pgtest gives tests a real PostgreSQL: a database of its own for each
// test, migrated. The server is the one of TEST_DATABASE_URL, or one that is
// started for the package's tests and stopped after them.
package pgtest

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"todo-chatbot/backend/internal/postgres"
	"todo-chatbot/dev/localpg"
)

// startTimeout leaves time to fetch PostgreSQL on a new machine.
const startTimeout = 5 * time.Minute

// server is the one that the tests of this process share; it starts with the
// first test that asks for it.
var server struct {
	once     sync.Once
	url      string
	template string
	stop     func()
	err      error
}

// Main runs a package's tests, stops what they started and then calls after.
// Every package that calls URL has `func TestMain(m *testing.M) { pgtest.Main(m) }`.
func Main(m *testing.M, after ...func()) {
	code := m.Run()
	for _, clean := range after {
		clean()
	}
	if server.stop != nil {
		server.stop()
	}
	os.Exit(code)
}

// URL is a new, migrated database, dropped when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	server.once.Do(start)
	return create(t, server.template)
}

// EmptyURL is a new database without a schema, dropped when the test ends.
func EmptyURL(t testing.TB) string {
	t.Helper()
	server.once.Do(start)
	return create(t, "template1")
}

func create(t testing.TB, template string) string {
	t.Helper()
	if server.err != nil {
		t.Fatalf("start PostgreSQL for tests: %v", server.err)
	}
	name := "test_" + uuid.NewString()
	if err := admin(fmt.Sprintf(`CREATE DATABASE %q TEMPLATE %q`, name, template)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin(fmt.Sprintf(`DROP DATABASE %q WITH (FORCE)`, name)); err != nil {
			t.Error(err)
		}
	})
	return withDatabase(server.url, name)
}

// Open is a DB on a new database; both end with the test.
func Open(t testing.TB) *postgres.DB {
	t.Helper()
	return OpenURL(t, URL(t))
}

// OpenURL is a DB, such as a second replica's, on a database of URL.
func OpenURL(t testing.TB, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, postgres.Options{MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func start() {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	server.url = os.Getenv("TEST_DATABASE_URL")
	var stops []func()
	if server.url == "" {
		local, err := localpg.Start(ctx, localpg.Options{})
		if err != nil {
			server.err = err
			return
		}
		server.url = local.URL()
		stops = append(stops, func() { report(local.Stop(context.Background())) })
	}
	server.template = "template_" + uuid.NewString()
	server.stop = func() {
		report(admin(fmt.Sprintf(`DROP DATABASE IF EXISTS %q`, server.template)))
		for _, stop := range stops {
			stop()
		}
	}
	if server.err = admin(fmt.Sprintf(`CREATE DATABASE %q`, server.template)); server.err != nil {
		return
	}
	server.err = postgres.Migrate(ctx, withDatabase(server.url, server.template), slog.New(slog.DiscardHandler))
}

func report(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "clean up after tests:", err)
	}
}

func admin(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, server.url)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

func withDatabase(raw, name string) string {
	u, err := url.Parse(raw)
	if err != nil {
		panic(fmt.Sprintf("TEST_DATABASE_URL must be a URL: %v", err))
	}
	u.Path = "/" + name
	return u.String()
}
