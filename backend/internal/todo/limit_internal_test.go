package todo

import (
	"context"
	"testing"
	"time"
)

// bucket is a LimitStore in memory, on a clock of the test's.
type bucket struct {
	now       time.Time
	usedUntil time.Time
}

func (b *bucket) Take(_ context.Context, _ string, uses int, limit Limit) (time.Duration, error) {
	until := b.now
	if b.usedUntil.After(until) {
		until = b.usedUntil
	}
	until = until.Add(limit.Share(uses))
	if wait := until.Sub(b.now) - limit.Per; wait > 0 {
		return wait, nil
	}
	b.usedUntil = until
	return 0, nil
}

func (b *bucket) GiveBack(context.Context, string, int, Limit) error { return nil }

// TestLimiter_ReplicasWasteLittle: what replicas take ahead and do not need
// must not eat up the limit of somebody who keeps well within it.
func TestLimiter_ReplicasWasteLittle(t *testing.T) {
	t.Parallel()
	store := &bucket{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	limit := Limit{Count: 1200, Per: time.Minute}
	var replicas [2]*Limiter
	for i := range replicas {
		replicas[i] = NewLimiter(store, "requests", limit, false)
		replicas[i].now = func() time.Time { return store.now }
	}
	const pages, requests = 3, 4 // pages a second, each of some requests at once
	for n := range 10 * 60 * pages {
		for i := range requests {
			if err := replicas[(n+i)%2].Allow(t.Context(), "ada"); err != nil {
				t.Fatalf("refused after %d pages, at 12 requests a second of 20: %v", n, err)
			}
		}
		store.now = store.now.Add(time.Second / pages)
	}
	for n := range 3 * limit.Count {
		if replicas[n%2].Allow(t.Context(), "ada") != nil {
			return
		}
	}
	t.Error("a flood is not refused")
}
