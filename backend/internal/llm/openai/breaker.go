package openai

import (
	"context"
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"

	"todo-chatbot/backend/internal/llm"
)

const (
	// breakerFailures in a row, of whatever conversations, and the endpoint is
	// left alone.
	breakerFailures = 5
	// breakerRest is how long. It is longer than anybody is kept waiting for a
	// retry, so people learn of it at once.
	breakerRest = 15 * time.Second
)

// newBreaker keeps people from waiting, one timeout after the other, for an
// endpoint that is away. After its rest one question tries again.
func newBreaker(rest time.Duration) *gobreaker.CircuitBreaker[*answer] {
	return gobreaker.NewCircuitBreaker[*answer](gobreaker.Settings{
		Timeout:      rest,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakerFailures },
		IsSuccessful: func(err error) bool { return !isUnavailable(err) },
		// Whoever leaves says nothing about the endpoint.
		IsExcluded: func(err error) bool { return errors.Is(err, context.Canceled) },
	})
}

// isUnavailable tells whether the endpoint is away, rather than busy, wrongly
// set up or talking nonsense, which it does for one question and not another.
func isUnavailable(err error) bool {
	var failed *llm.Error
	return errors.As(err, &failed) && failed.Kind == llm.KindUnavailable
}

// refused makes an *llm.Error of the breaker's own errors.
func refused(err error) error {
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return &llm.Error{Kind: llm.KindUnavailable, RetryAfter: breakerRest, Err: err}
	}
	return err
}
