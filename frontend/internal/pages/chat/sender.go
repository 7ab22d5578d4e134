package chat

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// sender writes server-sent events. It is safe for concurrent use.
type sender struct {
	w  http.ResponseWriter
	rc *http.ResponseController

	mu  sync.Mutex
	err error // why nothing arrives any more
}

func newSender(w http.ResponseWriter) *sender {
	s := &sender{w: w, rc: http.NewResponseController(w)}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // or nginx collects events before it passes them on
	return s
}

var lines = strings.NewReplacer("\r\n", "\ndata: ", "\r", "\ndata: ", "\n", "\ndata: ")

// event sends an event; one without a name is HTML for the page.
func (s *sender) event(name, data string) {
	if name != "" {
		name = "event: " + name + "\n"
	}
	s.write(name + "data: " + lines.Replace(data) + "\n\n")
}

func (s *sender) write(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		s.err = fmt.Errorf("send event: %w", err)
		return
	}
	if err := s.rc.Flush(); err != nil {
		s.err = fmt.Errorf("send event: %w", err)
	}
}

func (s *sender) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// keepAlive keeps proxies from cutting a silent connection until stop is
// called.
func (s *sender) keepAlive() (stop func()) {
	done := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		ticker := time.NewTicker(keepAliveEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				s.write(": keep-alive\n\n")
			case <-done:
				return
			}
		}
	})
	return func() { close(done); group.Wait() }
}
