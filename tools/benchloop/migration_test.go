package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/dev/loop"
)

var (
	renames = regexp.MustCompile(`SET name = '([^']*)'`)
	forgets = regexp.MustCompile(`DELETE FROM goose_db_version WHERE version_id BETWEEN 3 AND (\d+);`)
)

// serveMigrations is a site whose backend obeys the migrations that the
// benchmark writes, as far as the user of the benchmark sees it.
func serveMigrations(t *testing.T) (s *site, forgot func() bool) {
	t.Helper()
	s = &site{dir: t.TempDir(), limit: 10 * time.Second}
	write(t, "-- first", s.dir, migrationFolder, "00001_first.sql")
	write(t, "-- second", s.dir, migrationFolder, "00002_second.sql")
	database := filepath.Join(s.dir, "forgot")
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/auth/signup", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(api.Session{Token: "token"})
	})
	mux.HandleFunc("GET /api/auth/me", func(w http.ResponseWriter, _ *http.Request) {
		files := migrationFiles(t, s)
		last, err := os.ReadFile(filepath.Join(s.dir, migrationFolder, files[len(files)-1]))
		if err != nil {
			t.Error(err)
		}
		if forgets.Match(last) {
			write(t, "", database)
			http.Error(w, "{}", http.StatusUnauthorized)
			return
		}
		name := "nobody yet"
		if found := renames.FindSubmatch(last); found != nil {
			name = string(found[1])
		}
		_ = json.NewEncoder(w).Encode(api.Me{User: api.User{Name: name}})
	})
	mux.HandleFunc("POST "+loop.SyncPath, func(w http.ResponseWriter, _ *http.Request) {
		text := "backend: nothing changed\n"
		if files := migrationFiles(t, s); forgets.MatchString(read(t, s.dir, migrationFolder, files[len(files)-1])) {
			text = "backend is not live:\nthe migrations do not run\n"
		}
		_, _ = w.Write([]byte(text))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.api = server.URL
	return s, func() bool { _, err := os.Stat(database); return err == nil }
}

func migrationFiles(t *testing.T, s *site) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.dir, migrationFolder))
	if err != nil {
		t.Error(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

var untouched = []string{"00001_first.sql", "00002_second.sql"}

func TestMigrations_EditsAndRestores(t *testing.T) {
	t.Parallel()
	s, forgot := serveMigrations(t)
	m, err := newMigrations(t.Context(), s, "bench-x")
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		if _, err := live(t.Context(), m, n, s.limit); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := migrationFiles(t, s), append(slices.Clone(untouched), "00003_bench_x.sql", "00004_bench_x.sql"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := m.restore(t.Context()); err != nil {
		t.Error(err)
	}
	if got := migrationFiles(t, s); !slices.Equal(got, untouched) || !forgot() {
		t.Errorf("%q are left; the database forgot: %v", got, forgot())
	}
}

// After Ctrl-C a database of the user's is cleared, one of the benchmark's own
// is not worth the wait; no file stays in either case.
func TestMigrations_RestoreAfterCtrlC(t *testing.T) {
	t.Parallel()
	for name, theirs := range map[string]bool{"the user's": true, "our own": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, forgot := serveMigrations(t)
			s.theirs = theirs
			m, err := newMigrations(t.Context(), s, "bench-x")
			if err != nil {
				t.Fatal(err)
			}
			if err := m.save(1); err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			stop()
			if err := m.restore(ctx); err != nil {
				t.Error(err)
			}
			if got := migrationFiles(t, s); !slices.Equal(got, untouched) || forgot() != theirs {
				t.Errorf("%q are left; the database forgot: %v", got, forgot())
			}
		})
	}
}

func TestMigrations_ErrDatabaseRemembers(t *testing.T) {
	t.Parallel()
	s, _ := serveMigrations(t)
	m, err := newMigrations(t.Context(), s, "bench-x")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.save(1); err != nil {
		t.Fatal(err)
	}
	m.client = api.NewClient("http://127.0.0.1:1", nil) // the backend has gone
	s.limit = 50 * time.Millisecond
	err = m.restore(t.Context())
	if err == nil || !strings.Contains(err.Error(), "DELETE FROM goose_db_version WHERE version_id BETWEEN 3 AND 4;") {
		t.Errorf("it does not say what is left to do: %v", err)
	}
	if got := migrationFiles(t, s); !slices.Equal(got, untouched) {
		t.Errorf("%q are left", got)
	}
}
