package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backendtest"
	"todo-chatbot/internal/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestApp_Run(t *testing.T) {
	t.Parallel()
	fake := backendtest.Start(t)
	a := wire(Config{BackendURL: config.URL(fake.URL)}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- a.Run(ctx) }()
	b := newBrowser(t, a.URL())
	defer b.client.CloseIdleConnections()
	if p := b.get("/api/health"); p.Status != http.StatusOK {
		t.Errorf("health: %d", p.Status)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	if !a.server.Stopping() {
		t.Error("readiness would not fall")
	}
}

func TestApp_Run_ErrPort(t *testing.T) {
	t.Parallel()
	a := wire(Config{Port: -1, BackendURL: "http://localhost:1"}, slog.New(slog.DiscardHandler))
	if err := a.Run(t.Context()); err == nil || a.URL() != "" {
		t.Errorf("%v, URL %q", err, a.URL())
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	fake, b := start(t)
	if p := b.get("/api/health/ready"); p.Status != http.StatusOK {
		t.Errorf("ready: %d", p.Status)
	}
	fake.SetReady(false)
	p := b.get("/api/health/ready")
	if p.Status != http.StatusServiceUnavailable || !strings.Contains(p.Body, `"backend":"unavailable"`) {
		t.Errorf("backend away: %d %s", p.Status, p.Body)
	}
	if p := b.get("/api/health"); p.Status != http.StatusOK {
		t.Errorf("still alive: %d", p.Status)
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	p := b.get("/signin")
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';",
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "same-origin",
		"Cache-Control":           "no-store",
	} {
		if got := p.Header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if strings.Contains(p.Header.Get("Content-Security-Policy"), "unsafe") {
		t.Error("the policy allows what is unsafe")
	}
}

// TestNoInlineCode keeps the pages within their own policy.
func TestNoInlineCode(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	fake.AddTask(api.Task{Title: "Buy milk"})
	for _, path := range []string{"/", "/c/new", "/tasks/1", "/nowhere"} {
		p := b.get(path)
		for _, node := range p.Find("*").EachIter() {
			for _, attribute := range node.Nodes[0].Attr {
				if attribute.Key == "style" || strings.HasPrefix(attribute.Key, "on") || strings.HasPrefix(attribute.Key, "hx-on") {
					t.Errorf("%s: attribute %s", path, attribute.Key)
				}
			}
		}
		if p.Find("style, script:not([src])").Length() > 0 {
			t.Errorf("%s: inline script or style", path)
		}
	}
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)

	p := b.get("/nowhere", "X-Request-Id", "request-42")
	wantError(t, p, http.StatusNotFound, "nothing here")
	if p.Find("code").Text() != "request-42" {
		t.Error("the page does not name the request")
	}
	wantError(t, b.get("/c/99"), http.StatusNotFound, "nothing here")
	wantError(t, b.get("/c/x"), http.StatusNotFound, "nothing here")
	wantError(t, b.post("/nowhere", nil, "Sec-Fetch-Site", "cross-site"), http.StatusForbidden, "another site")
	wantError(t, b.send(http.MethodDelete, "/chat", nil), http.StatusMethodNotAllowed, "cannot be used")
	wantError(t, b.post("/tasks", url.Values{"title": {strings.Repeat("x", 200<<10)}}), http.StatusRequestEntityTooLarge, "more than")

	fake.FailNext(api.Error{Code: api.CodeUnavailable, Message: "The database is away."})
	wantError(t, b.get("/"), http.StatusServiceUnavailable, "The database is away.")
	fake.FailNext(api.Error{Code: api.CodeInternal, Message: "pq: relation does not exist"})
	p = b.get("/")
	wantError(t, p, http.StatusInternalServerError, "went wrong")
	if strings.Contains(p.Body, "relation") {
		t.Error("internals are shown")
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	_, b := signedIn(t)
	for path, want := range map[string]int{
		"/": http.StatusOK, "/c/new": http.StatusOK, "/api/health": http.StatusOK, "/nowhere": http.StatusNotFound, "/chat": http.StatusMethodNotAllowed,
	} {
		if p := b.send(http.MethodHead, path, nil); p.Status != want || p.Body != "" {
			t.Errorf("HEAD %s: %d with %q, want %d", path, p.Status, p.Body, want)
		}
	}
	for path, want := range map[string]string{"/chat": "POST", "/tasks": "GET, HEAD, POST", "/c/4": "GET, HEAD"} {
		p := b.send(http.MethodDelete, path, nil)
		if got := p.Header.Get("Allow"); p.Status != http.StatusMethodNotAllowed || got != want {
			t.Errorf("DELETE %s: %d, Allow %q, want %q", path, p.Status, got, want)
		}
	}
}

func TestConfig_Validate(t *testing.T) {
	t.Parallel()
	good := Config{Port: 3000, BackendURL: "http://backend:8000", LogFormat: "json"}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	bad := Config{Port: 70000, BackendURL: "backend:8000", LogFormat: "xml", ShutdownNotice: -time.Second}
	err := bad.Validate()
	for _, name := range []string{"PORT", "BACKEND_URL", "LOG_FORMAT", "SHUTDOWN_NOTICE"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
}
