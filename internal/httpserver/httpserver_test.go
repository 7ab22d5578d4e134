package httpserver_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"todo-chatbot/internal/httpserver"
)

// run serves handler until stop is called; its end comes through done.
func run(t *testing.T, s *httpserver.Server, handler http.Handler) (url string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	s.Log = slog.New(slog.DiscardHandler)
	listener, err := httpserver.Listen(t.Context(), "127.0.0.1", 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener, handler) }()
	return "http://" + listener.Addr().String(), cancel, ended
}

func TestServe_LetsRequestsEnd(t *testing.T) {
	t.Parallel()
	s := &httpserver.Server{Drain: 10 * time.Second}
	started, release := make(chan struct{}), make(chan struct{})
	url, stop, done := run(t, s, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(started)
		<-release
		_, _ = io.WriteString(w, "whole")
	}))
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get(url)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answer <- string(body)
	}()
	<-started
	stop()
	for look := time.NewTicker(time.Millisecond); !s.Stopping(); <-look.C {
	}
	close(release)
	if got := <-answer; got != "whole" {
		t.Errorf("got %q", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestServe_CutsWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	url, stop, done := run(t, &httpserver.Server{Drain: time.Millisecond}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
	}))
	go func() {
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
		}
	}()
	<-started
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestServe_GivesNoticeBeforeItCloses(t *testing.T) {
	t.Parallel()
	s := &httpserver.Server{Drain: time.Second, Notice: time.Second}
	url, stop, done := run(t, s, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if s.Stopping() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	stop()
	for look := time.NewTicker(time.Millisecond); ; <-look.C {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatalf("the port closed without notice: %v", err)
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusServiceUnavailable {
			if !resp.Close {
				t.Error("the connection was kept open")
			}
			break
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestListen_TakenPort(t *testing.T) {
	t.Parallel()
	first, err := httpserver.Listen(t.Context(), "127.0.0.1", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := httpserver.Listen(t.Context(), "127.0.0.1", first.Addr().(*net.TCPAddr).Port)
	if err == nil {
		second.Close()
		t.Error("the port was given twice")
	}
}
