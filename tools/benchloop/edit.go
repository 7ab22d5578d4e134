package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// The two programs; a kind of edit names the one whose floor stands beside it.
const (
	backend  = "backend"
	frontend = "frontend"
)

// edit is a change of one file whose effect can be seen over HTTP.
type edit struct {
	name string
	file string // in the checkout
	// at occurs once in the file; to takes its place, with the mark for %s.
	// Without at, to goes to the end.
	at, to string
	// server is the program that shows the mark, at path.
	server, path string
	floor        string // the program whose floor is measured beside it; "" for none
}

const (
	signIn     = "frontend/internal/pages/signin/view.templ"
	signInPath = "/signin"
)

// The kinds of edits, but for migrations.
var (
	goBackend = edit{
		name: "Go, backend", file: "backend/internal/rest/health.go",
		at:     `return respond(w, http.StatusOK, api.Health{Status: "ok"})`,
		to:     `return respond(w, http.StatusOK, api.Health{Status: "%s"})`,
		server: backend, path: "/api/health", floor: backend,
	}
	goFrontend = edit{
		name: "Go, frontend", file: "frontend/app/health.go",
		at:     `writeHealth(w, http.StatusOK, api.Health{Status: "ok"})`,
		to:     `writeHealth(w, http.StatusOK, api.Health{Status: "%s"})`,
		server: frontend, path: "/api/health", floor: frontend,
	}
	templText = edit{
		name: "templ, text", file: signIn,
		at: `<h1>Welcome back</h1>`, to: `<h1>Welcome back, %s</h1>`,
		server: frontend, path: signInPath,
	}
	templStructure = edit{
		name: "templ, structure", file: signIn,
		at: `<h1>Welcome back</h1>`, to: `<h1>Welcome back { "%s" }</h1>`,
		server: frontend, path: signInPath,
	}
	style = edit{
		name: "stylesheet", file: "frontend/internal/static/css/base.css",
		to:     "\n.%s {\n  color: red;\n}\n",
		server: frontend, path: "/static/app.css",
	}
	edits = []edit{goBackend, goFrontend, templText, templStructure, style}
)

const migrationName = "migration"

// apply is the file's text with the mark in it.
func (e edit) apply(text, mark string) (string, error) {
	to := strings.Replace(e.to, "%s", mark, 1)
	if e.at == "" {
		return text + to, nil
	}
	if n := strings.Count(text, e.at); n != 1 {
		return "", fmt.Errorf("%s has %q %d times, and the edit needs it once", e.file, e.at, n)
	}
	return strings.Replace(text, e.at, to, 1), nil
}

// kind is something to edit again and again, and to put back.
type kind interface {
	// describe names the edit, and the program of its floor.
	describe() (name, floor string)
	// save makes the n-th edit.
	save(n int) error
	// served is nil once the n-th edit is served.
	served(ctx context.Context, n int) error
	// restore puts the files back, whatever ctx says, and waits until that is
	// served too, unless ctx is done.
	restore(ctx context.Context) error
}

// fileEdit is an edit at a site.
type fileEdit struct {
	edit
	site   *site
	marker string
	target *file
}

func newFileEdit(e edit, s *site, marker string) (*fileEdit, error) {
	target, err := openFile(filepath.Join(s.dir, filepath.FromSlash(e.file)))
	if err != nil {
		return nil, err
	}
	return &fileEdit{edit: e, site: s, marker: marker, target: target}, nil
}

func (e *fileEdit) describe() (name, floor string) { return e.name, e.floor }

func (e *fileEdit) save(n int) error {
	text, err := e.apply(string(e.target.original), mark(e.marker, n))
	if err != nil {
		return err
	}
	return e.target.save([]byte(text))
}

func (e *fileEdit) served(ctx context.Context, n int) error {
	text, err := get(ctx, e.site.url(e.server)+e.path)
	if err != nil {
		return err
	}
	if !strings.Contains(text, mark(e.marker, n)) {
		return errStale
	}
	return nil
}

var errStale = errors.New("what is served is older")

func (e *fileEdit) restore(ctx context.Context) error {
	if err := e.target.restore(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the caller knows, and nobody waits any more
	}
	return await(ctx, e.site.limit, func(ctx context.Context) error {
		text, err := get(ctx, e.site.url(e.server)+e.path)
		if err == nil && strings.Contains(text, e.marker) {
			return errStale
		}
		return err
	})
}

// mark is what the n-th edit makes visible. None is the beginning of another.
func mark(marker string, n int) string { return fmt.Sprintf("%s-%04d", marker, n) }

func newMarker() string { return fmt.Sprintf("bench-%x", time.Now().UnixNano()) }
