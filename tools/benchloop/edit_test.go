package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"todo-chatbot/dev/loop"
)

const root = "../.."

func read(t *testing.T, elem ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, text string, elem ...string) {
	t.Helper()
	path := filepath.Join(elem...)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The edits name places in the sources; whoever changes one of those learns it
// here and not when a benchmark fails.
func TestEdits_FitTheSources(t *testing.T) {
	t.Parallel()
	for _, e := range edits {
		text := read(t, root, e.file)
		one, err := e.apply(text, mark("bench-x", 1))
		if err != nil {
			t.Errorf("%s: %v", e.name, err)
			continue
		}
		ten, err := e.apply(text, mark("bench-x", 10))
		if err != nil {
			t.Errorf("%s: %v", e.name, err)
		}
		if one == text || one == ten || strings.Contains(ten, mark("bench-x", 1)) {
			t.Errorf("%s: the edits cannot be told apart", e.name)
		}
	}
	if last, err := lastMigration(root); err != nil || last < 2 {
		t.Errorf("the last migration is %d, %v", last, err)
	}
}

func TestEdit_ErrPlaceGone(t *testing.T) {
	t.Parallel()
	e := edit{file: "a.go", at: "here", to: "%s"}
	for _, text := range []string{"not at all", "here and here"} {
		if _, err := e.apply(text, "x"); err == nil || !strings.Contains(err.Error(), "a.go") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

var demoEdit = edit{name: "demo", file: "page.txt", at: "hello", to: "hello %s", server: frontend, path: "/page"}

// serveFolder is a site whose page is the file as it is, behind a loop that
// has nothing to do.
func serveFolder(t *testing.T) *site {
	t.Helper()
	s := &site{dir: t.TempDir(), limit: 10 * time.Second}
	write(t, "hello there", s.dir, demoEdit.file)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, _ *http.Request) {
		text, err := os.ReadFile(filepath.Join(s.dir, demoEdit.file))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(text)
	})
	mux.HandleFunc("POST "+loop.SyncPath, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("demo: nothing changed\n"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.pages, s.api = server.URL, server.URL
	return s
}

func newDemoEdit(t *testing.T, s *site) *fileEdit {
	t.Helper()
	e, err := newFileEdit(demoEdit, s, "bench-x")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestMeasure_EditsAndRestores(t *testing.T) {
	t.Parallel()
	s := serveFolder(t)
	b := &bench{options: options{n: 3}, out: io.Discard}
	r, err := b.measure(t.Context(), newDemoEdit(t, s), s, nil)
	if err != nil || len(r.Live) != 3 || r.Name != "demo" {
		t.Errorf("%+v, %v", r, err)
	}
	if text := read(t, s.dir, demoEdit.file); text != "hello there" {
		t.Errorf("the file is left as %q", text)
	}
}

func TestMeasure_RestoresAfterCtrlC(t *testing.T) {
	t.Parallel()
	s := serveFolder(t)
	s.pages = "http://127.0.0.1:1" // nothing will ever be served
	ctx, stop := context.WithCancel(t.Context())
	e := newDemoEdit(t, s)
	done := make(chan error)
	go func() {
		b := &bench{options: options{n: 3}, out: io.Discard}
		_, err := b.measure(ctx, e, s, nil)
		done <- err
	}()
	waitFor(t, func() bool { return strings.Contains(read(t, s.dir, demoEdit.file), mark("bench-x", 1)) })
	stop()
	if err := <-done; err == nil {
		t.Error("it says nothing of being stopped")
	}
	if text := read(t, s.dir, demoEdit.file); text != "hello there" {
		t.Errorf("the file is left as %q", text)
	}
}

func waitFor(t *testing.T, what func() bool) {
	t.Helper()
	err := await(t.Context(), 10*time.Second, func(context.Context) error {
		if what() {
			return nil
		}
		return errStale
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFileEdit_LeavesOthersChangesAlone(t *testing.T) {
	t.Parallel()
	s := serveFolder(t)
	e := newDemoEdit(t, s)
	if err := e.save(1); err != nil {
		t.Fatal(err)
	}
	write(t, "hello from an editor", s.dir, demoEdit.file)
	for name, err := range map[string]error{"save": e.save(2), "restore": e.restore(t.Context())} {
		if err == nil || !strings.Contains(err.Error(), "somebody else") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text := read(t, s.dir, demoEdit.file); text != "hello from an editor" {
		t.Errorf("the file is %q", text)
	}
}

func TestFileEdit_KeepsTheMode(t *testing.T) {
	t.Parallel()
	s := serveFolder(t)
	path := filepath.Join(s.dir, demoEdit.file)
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	e := newDemoEdit(t, s)
	if err := e.save(1); err != nil {
		t.Fatal(err)
	}
	if err := e.restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAwait_ErrTooLong(t *testing.T) {
	t.Parallel()
	err := await(t.Context(), 20*time.Millisecond, func(context.Context) error { return errStale })
	if err == nil || !strings.Contains(err.Error(), errStale.Error()) || !strings.Contains(err.Error(), "20ms") {
		t.Errorf("%v", err)
	}
}
