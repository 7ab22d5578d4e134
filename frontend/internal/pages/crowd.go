package pages

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/sync/semaphore"

	"todo-chatbot/backend/api"
)

const (
	// maxAtOnce bounds the memory that pages take while they are made, at up to
	// about 1.5 MB each, whatever the number of people who ask.
	maxAtOnce = 24
	// maxWait is how long the others stand in line; browsers wait longer.
	maxWait = 20 * time.Second
)

// Crowd lets a few requests through at once; the others wait for their turn.
type Crowd struct {
	seats *semaphore.Weighted
	wait  time.Duration
}

// NewCrowd has the frontend's limits.
func NewCrowd() Crowd { return Crowd{seats: semaphore.NewWeighted(maxAtOnce), wait: maxWait} }

// Queue makes a page wait for its turn. api.CodeUnavailable: it waited too long.
func (c Crowd) Queue(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), c.wait)
		defer cancel()
		if err := c.seats.Acquire(ctx, 1); err != nil {
			if gone := r.Context().Err(); gone != nil {
				return gone
			}
			return &api.Error{Code: api.CodeUnavailable, Message: "Too many pages are being asked for. Try again in a moment.", Err: err}
		}
		defer c.seats.Release(1)
		return h(w, r)
	}
}
