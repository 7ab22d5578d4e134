package loop

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Hub tells open pages what changed: they load again, exchange their styles,
// or show what does not compile.
type Hub struct {
	mu       sync.Mutex
	broken   map[string]string // programs, and what is wrong with them
	revision int64             // of what the pages show
	listen   map[chan event]struct{}
}

// event is what a page is told.
type event struct {
	Kind     string            `json:"kind"`     // "reload", "style" or "state"
	Revision string            `json:"revision"` // a page of another one is stale
	Broken   map[string]string `json:"broken"`
}

// NewHub starts at a revision that no earlier one had.
func NewHub() *Hub {
	return &Hub{broken: map[string]string{}, revision: time.Now().UnixNano(), listen: map[chan event]struct{}{}}
}

// tell passes on what came of a change.
func (h *Hub) tell(r Report) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.setBroken(r.Program, r.message())
	kind := "state"
	switch {
	case r.Err != nil || r.Program != Frontend.Name: // pages are the frontend's
	case r.Did == DidStyle:
		kind = "style"
	default:
		kind = "reload"
		h.revision++
	}
	h.send(kind)
}

// setBroken remembers or forgets what is wrong; the lock is held.
func (h *Hub) setBroken(program, message string) {
	if message == "" {
		delete(h.broken, program)
	} else {
		h.broken[program] = message
	}
}

// send never waits for a slow page: one that missed something gets the state,
// with the revision, with its next event or connection.
func (h *Hub) send(kind string) {
	for listener := range h.listen {
		select {
		case listener <- h.state(kind):
		default:
		}
	}
}

func (h *Hub) state(kind string) event {
	broken := make(map[string]string, len(h.broken))
	for program, message := range h.broken {
		broken[program] = message
	}
	return event{Kind: kind, Revision: strconv.FormatInt(h.revision, 36), Broken: broken}
}

// message is what is wrong with a program, if anything is.
func (h *Hub) message(program string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.broken[program]
}

func (h *Hub) subscribe() (events chan event, leave func()) {
	const backlog = 8
	events = make(chan event, backlog)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listen[events] = struct{}{}
	events <- h.state("state")
	return events, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listen, events)
	}
}

// ServeHTTP streams events until the page is left (text/event-stream).
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	events, leave := h.subscribe()
	defer leave()
	alive := time.NewTicker(15 * time.Second)
	defer alive.Stop()
	flush := http.NewResponseController(w)
	for {
		select {
		case e := <-events:
			text, err := json.Marshal(e)
			if err != nil {
				return
			}
			_, _ = fmt.Fprintf(w, "data: %s\n\n", text) // Flush says whether it went
		case <-alive.C:
			_, _ = fmt.Fprint(w, ": still here\n\n")
		case <-r.Context().Done():
			return
		}
		if flush.Flush() != nil {
			return
		}
	}
}

// Follow shows what is wrong with a program whose loop runs elsewhere, such as
// the backend's in another pod, until ctx is done. base is the URL of its port.
func (h *Hub) Follow(ctx context.Context, program, base string) {
	const again = 2 * time.Second
	for ctx.Err() == nil {
		h.follow(ctx, program, base)
		select {
		case <-ctx.Done():
		case <-time.After(again): // it is not there yet, or not a development pod
		}
	}
}

func (h *Hub) follow(ctx context.Context, program, base string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+eventsPath, http.NoBody)
	if err != nil {
		return
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		var e event
		if !ok || json.Unmarshal([]byte(data), &e) != nil {
			continue
		}
		h.mu.Lock()
		h.setBroken(program, e.Broken[program])
		h.send("state")
		h.mu.Unlock()
	}
}
