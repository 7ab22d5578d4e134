package todo

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// pollEvery is how late a change can be when nobody hears of it: without a
	// direct connection, or with one that broke.
	pollEvery = 2 * time.Second
	// settleIn is when to look again for changes that another transaction may
	// still get in front of.
	settleIn = 25 * time.Millisecond
	// readAtOnce is how many changes are read in one go, and missedAtOnce how
	// many a returning watcher is told before it had better read everything.
	readAtOnce   = 500
	missedAtOnce = 500
	// maxBehind is how many changes a watcher may be slow by.
	maxBehind = 1000
)

// Watch tells watchers of changes as they happen, wherever they happen: one
// reader of the store for all of them. It is safe for concurrent use.
type Watch struct {
	store ChangeStore
	log   *slog.Logger

	mu       sync.Mutex
	watchers map[*Watcher]bool
	stopped  bool
}

// Watcher is told of one user's changes.
type Watcher struct {
	userID string
	wake   chan struct{}

	mu      sync.Mutex
	waiting []Change
	ended   bool
}

// Next waits for changes and returns them, in order. It returns false when there
// will be no more, because ctx is done, the watcher was too slow or the server
// stops: it then comes back with the last id that it has seen.
func (w *Watcher) Next(ctx context.Context) ([]Change, bool) {
	select {
	case <-w.wake:
	case <-ctx.Done():
		return nil, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	changes := w.waiting
	w.waiting = nil
	return changes, !w.ended
}

// tell adds a change, or ends the watcher; it tells whether that goes on.
func (w *Watcher) tell(c Change) bool {
	w.mu.Lock()
	w.waiting = append(w.waiting, c)
	slow := len(w.waiting) > maxBehind
	w.mu.Unlock()
	if slow {
		w.end()
		return false
	}
	w.signal()
	return true
}

func (w *Watcher) end() {
	w.mu.Lock()
	w.ended = true
	w.mu.Unlock()
	w.signal()
}

func (w *Watcher) signal() {
	select {
	case w.wake <- struct{}{}:
	default: // it is awake already
	}
}

// NewWatch makes a Watch. Run makes it work.
func NewWatch(store ChangeStore, log *slog.Logger) *Watch {
	return &Watch{store: store, log: log, watchers: map[*Watcher]bool{}}
}

// Add starts to tell of a user's changes. When the caller has seen changes up
// to one before, missed are those since; reset says that it was away too long
// for that.
func (w *Watch) Add(ctx context.Context, userID string, seen int64) (watcher *Watcher, missed []Change, reset bool, err error) {
	watcher = &Watcher{userID: userID, wake: make(chan struct{}, 1)}
	w.mu.Lock()
	if w.stopped {
		watcher.end()
	} else {
		w.watchers[watcher] = true
	}
	w.mu.Unlock()
	if seen == 0 {
		return watcher, nil, false, nil
	}
	if missed, reset, err = w.missed(ctx, userID, seen); err != nil {
		w.Remove(watcher)
		return nil, nil, false, err
	}
	return watcher, missed, reset, nil
}

func (w *Watch) missed(ctx context.Context, userID string, seen int64) (missed []Change, reset bool, err error) {
	last, kept, err := w.store.LastChange(ctx)
	if err != nil || seen < kept-1 || seen > last {
		return nil, err == nil, err
	}
	missed, more, err := w.store.ChangesAfter(ctx, userID, seen, missedAtOnce)
	return missed, more && len(missed) == missedAtOnce, err
}

// Remove ends what Add began.
func (w *Watch) Remove(watcher *Watcher) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.watchers, watcher)
}

// Run reads changes and tells them until ctx is done, and then ends every
// watcher.
func (w *Watch) Run(ctx context.Context) {
	defer w.stop()
	last, known := int64(0), false
	for ctx.Err() == nil {
		var more bool
		var err error
		if known {
			last, more, err = w.tell(ctx, last)
		} else if last, _, err = w.store.LastChange(ctx); err == nil {
			known = true
		}
		w.wait(ctx, more, err)
	}
}

// tell reads what came after the last change and hands it on.
func (w *Watch) tell(ctx context.Context, last int64) (int64, bool, error) {
	changes, more, err := w.store.ChangesAfter(ctx, "", last, readAtOnce)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range changes {
		last = c.ID
		for watcher := range w.watchers {
			if watcher.userID == c.UserID && !watcher.tell(c) {
				delete(w.watchers, watcher)
			}
		}
	}
	return last, more, err
}

// wait returns when it is time to look again.
func (w *Watch) wait(ctx context.Context, more bool, err error) {
	pause := pollEvery
	if more {
		pause = settleIn
	}
	limited, cancel := context.WithTimeout(ctx, pause)
	defer cancel()
	if err == nil && !more {
		if err = w.store.AwaitChange(limited); err == nil {
			return
		}
	}
	if err != nil && ctx.Err() == nil {
		w.log.DebugContext(ctx, "changes are polled for, not heard of", "error", err)
	}
	<-limited.Done()
}

func (w *Watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	for watcher := range w.watchers {
		delete(w.watchers, watcher)
		watcher.end()
	}
}
