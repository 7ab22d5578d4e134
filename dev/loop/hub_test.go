package loop

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// listener reads the events of a page.
func listener(t *testing.T, h *Hub) (next func() event) {
	t.Helper()
	server := httptest.NewServer(h)
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); answer.Body.Close(); server.Close() })
	lines := bufio.NewScanner(answer.Body)
	return func() event {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var e event
				if err := json.Unmarshal([]byte(data), &e); err != nil {
					t.Fatal(err)
				}
				return e
			}
		}
		t.Fatalf("no more events: %v", lines.Err())
		return event{}
	}
}

func TestHub(t *testing.T) {
	t.Parallel()
	h := NewHub()
	next := listener(t, h)
	first := next()
	h.tell(Report{Program: "frontend", Did: DidStyle})
	if e := next(); e.Kind != "style" || e.Revision != first.Revision {
		t.Errorf("a style: %+v", e)
	}
	h.tell(Report{Program: "backend", Did: DidRebuild})
	if e := next(); e.Kind != "state" || e.Revision != first.Revision {
		t.Errorf("the backend alone: %+v", e)
	}
	h.tell(Report{Program: "backend", Err: errors.New("a.go:1:1: no")})
	if e := next(); e.Broken["backend"] != "a.go:1:1: no" {
		t.Errorf("an error: %+v", e)
	}
	h.tell(Report{Program: "frontend", Did: DidText})
	if e := next(); e.Kind != "reload" || e.Revision == first.Revision || e.Broken["backend"] == "" {
		t.Errorf("a page, beside an error: %+v", e)
	}
	if e := listener(t, h)(); e.Broken["backend"] == "" {
		t.Errorf("a page opened later: %+v", e)
	}
}

func TestHub_Follow(t *testing.T) {
	t.Parallel()
	backend, frontend := NewHub(), NewHub()
	mux := http.NewServeMux()
	mux.Handle(eventsPath, backend)
	server := httptest.NewServer(mux)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { frontend.Follow(ctx, "backend", server.URL); close(done) }()
	t.Cleanup(func() { stop(); <-done; server.Close() })
	backend.tell(Report{Program: "backend", Err: errors.New("broken")})
	await(t, func() bool { return frontend.message("backend") == "broken" })
	backend.tell(Report{Program: "backend", Did: DidRebuild})
	await(t, func() bool { return frontend.message("backend") == "" })
}
