package todo

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"
)

// Limit is how often something may be done in a time. The zero value sets no
// limit.
type Limit struct {
	Count int
	Per   time.Duration
}

// Share is the part of the time that some uses take up.
func (l Limit) Share(uses int) time.Duration {
	return l.Per / time.Duration(l.Count) * time.Duration(uses)
}

// LimitStore counts uses for all replicas.
type LimitStore interface {
	// Take counts uses of a key, if the limit leaves room for all of them, and
	// else tells how long that will take.
	Take(ctx context.Context, key string, uses int, limit Limit) (wait time.Duration, err error)
	// GiveBack takes uses back.
	GiveBack(ctx context.Context, key string, uses int, limit Limit) error
}

const (
	// A busy replica takes a limit's uses in batches, so that not every request
	// has to write, and holds them for a while. What it does not need by then is
	// lost to the user: of each second, no more than holds/batches, a sixth of
	// the limit, for each replica.
	batches = 120
	holds   = 20
	// maxHeld is how many users a replica remembers what it took for.
	maxHeld = 10_000
)

// Limiter keeps each user, or whoever, to a limit that all replicas share. It
// is safe for concurrent use.
type Limiter struct {
	store LimitStore
	name  string
	limit Limit
	batch int
	now   func() time.Time

	mu   sync.Mutex
	held map[string]held
}

// held is what this replica has taken for a key and not used yet.
type held struct {
	uses  int
	until time.Time
}

// NewLimiter makes a Limiter that counts under its name. An exact one writes
// each use down before it allows it.
func NewLimiter(store LimitStore, name string, limit Limit, exact bool) *Limiter {
	l := &Limiter{store: store, name: name, limit: limit, batch: 1, now: time.Now, held: map[string]held{}}
	if !exact {
		l.batch = max(1, limit.Count/batches)
	}
	return l
}

// Allow counts one use. CodeRateLimited: there have been too many; the error
// says when the next one is allowed. A nil Limiter allows everything.
func (l *Limiter) Allow(ctx context.Context, who string) error {
	if l == nil || l.limit.Count == 0 {
		return nil
	}
	key := l.key(who)
	if l.useHeld(key) {
		return nil
	}
	uses := l.batch
	wait, err := l.store.Take(ctx, key, uses, l.limit)
	if err == nil && wait > 0 && uses > 1 { // not so many any more, but perhaps one
		uses = 1
		wait, err = l.store.Take(ctx, key, uses, l.limit)
	}
	if err != nil {
		return err
	}
	if wait > 0 {
		return &Error{Code: CodeRateLimited, Message: "That was too often. Please wait a little.", RetryAfter: wait}
	}
	l.hold(key, uses-1)
	return nil
}

// Forgive takes one use back.
func (l *Limiter) Forgive(ctx context.Context, who string) error {
	if l == nil || l.limit.Count == 0 {
		return nil
	}
	return l.store.GiveBack(ctx, l.key(who), 1, l.limit)
}

// key hides who it is about: an email that somebody tried is not ours to keep.
func (l *Limiter) key(who string) string {
	sum := sha256.Sum256([]byte(who))
	return l.name + ":" + base64.RawURLEncoding.EncodeToString(sum[:])
}

func (l *Limiter) useHeld(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.held[key]
	if h.uses == 0 || l.now().After(h.until) {
		delete(l.held, key)
		return false
	}
	h.uses--
	l.held[key] = h
	return true
}

func (l *Limiter) hold(key string, uses int) {
	if uses == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.held) >= maxHeld {
		clear(l.held) // what is forgotten is lost to its users, for a moment
	}
	l.held[key] = held{uses: l.held[key].uses + uses, until: l.now().Add(l.limit.Per / holds)}
}
