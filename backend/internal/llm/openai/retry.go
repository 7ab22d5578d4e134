package openai

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"todo-chatbot/backend/internal/llm"
)

const (
	maxBackoff = 8 * time.Second
	// maxRetryAfter bounds how long a person is kept waiting on the endpoint's
	// word. Where it asks for more, the caller learns of it at once.
	maxRetryAfter = 10 * time.Second
)

// retryDelay tells how long to wait before trying again after err, and whether
// to try again at all. The first try is number 0.
func (p *Provider) retryDelay(try int, err error) (time.Duration, bool) {
	var failed *llm.Error
	if try >= p.maxRetries || !errors.As(err, &failed) {
		return 0, false
	}
	if failed.Kind != llm.KindUnavailable && failed.Kind != llm.KindRateLimited && !errors.Is(err, errEmpty) {
		return 0, false
	}
	if failed.RetryAfter > 0 {
		return failed.RetryAfter + jitter(failed.RetryAfter/10), failed.RetryAfter <= maxRetryAfter
	}
	backoff := min(p.backoff<<min(try, 10), maxBackoff)
	return backoff/2 + jitter(backoff/2), true
}

// jitter keeps clients that failed together from returning together.
func jitter(limit time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}
	return rand.N(limit) //nolint:gosec // Spreading retries needs no unpredictable number.
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
