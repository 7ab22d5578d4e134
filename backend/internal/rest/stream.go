package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// keepAlive is how long a stream may be silent before a comment is sent, so
// that no proxy on the way takes a slow model for a dead connection.
const keepAlive = 15 * time.Second

// writeTimeout is how long a client may take to read one event; whoever does
// not read any more is treated like one who left.
const writeTimeout = 10 * time.Second

// eventStream writes server-sent events (WHATWG HTML, section 9.2).
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	log     *slog.Logger

	mu   sync.Mutex
	open bool
}

// started tells whether the answer's status has been sent.
func (s *eventStream) started() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

func (s *eventStream) send(name string, data any) { s.sendWithID("", name, data) }

// sendWithID sends an event that a client can name when it comes back.
func (s *eventStream) sendWithID(id, name string, data any) {
	encoded, err := json.Marshal(data)
	if err != nil {
		s.log.Error("event cannot be encoded", "event", name, "error", err)
		return
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start()
	s.write(fmt.Sprintf("%sevent: %s\ndata: %s\n\n", id, name, encoded))
}

// start sets the headers of the answer, before the first thing is written.
func (s *eventStream) start() {
	if s.open {
		return
	}
	s.open = true
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // proxies of nginx's kind pass it on at once
}

// write passes text on at once. A client that left is not an error: the turn
// goes on without it.
func (s *eventStream) write(text string) {
	err := s.control.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err == nil {
		_, err = s.w.Write([]byte(text))
	}
	if err == nil {
		err = s.control.Flush()
	}
	if err != nil {
		s.log.Debug("event not delivered", "error", err)
	}
}

// keepAlive sends comments into the silence until stop is called.
func (s *eventStream) keepAlive(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		silence := time.NewTicker(keepAlive)
		defer silence.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-silence.C:
				s.mu.Lock()
				if s.open {
					s.write(": keep-alive\n\n")
				}
				s.mu.Unlock()
			}
		}
	}()
	return func() {
		cancel()
		<-stopped
	}
}
