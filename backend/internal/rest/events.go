package rest

import (
	"context"
	"net/http"
	"strconv"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/todo"
)

// handleEvents tells of changes as they happen, until the client leaves or the
// server stops. A client that comes back with Last-Event-ID misses nothing.
func (s *Server) handleEvents(w http.ResponseWriter, r *http.Request) error {
	seen, err := lastEventID(r)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(r.Context(), requestTimeout)
	watcher, missed, reset, err := s.Watch.Add(limited, owner(r), seen)
	cancel()
	if err != nil {
		return err
	}
	defer s.Watch.Remove(watcher)
	events := &eventStream{w: w, control: http.NewResponseController(w), log: s.log}
	events.begin()
	defer events.keepAlive(r.Context())()
	if reset {
		events.send(api.EventReset, struct{}{})
	}
	for _, c := range missed {
		seen = c.ID
		events.tell(c)
	}
	for open := true; open; {
		var changes []todo.Change
		changes, open = watcher.Next(r.Context())
		for _, c := range changes {
			if c.ID > seen {
				events.tell(c)
			}
		}
	}
	return nil
}

// lastEventID reads what a client has seen (WHATWG HTML, section 9.2.4).
func lastEventID(r *http.Request) (int64, error) {
	text := r.Header.Get(api.HeaderLastEventID)
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, todo.Errorf(todo.CodeMalformed, "Last-Event-ID is not the id of an event.")
	}
	return id, nil
}

// begin sends the status, so that the client knows that it is heard.
func (s *eventStream) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start()
	s.write(": listening\n\n")
}

func (s *eventStream) tell(c todo.Change) {
	s.sendWithID(strconv.FormatInt(c.ID, 10), string(c.Subject), api.ChangeEvent{ID: c.SubjectID, Action: api.Action(c.Action)})
}
