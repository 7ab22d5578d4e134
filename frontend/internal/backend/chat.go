package backend

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"todo-chatbot/backend/api"
)

const (
	// turnTimeout bounds one try of a turn. It is long because a model may
	// think and use several tools.
	turnTimeout = 5 * time.Minute
	maxRetries  = 2
	firstDelay  = 150 * time.Millisecond
	// maxRetryAfter is how long somebody who waits for a reply is made to wait
	// in silence; beyond it they are told instead.
	maxRetryAfter = 5 * time.Second
)

// Chat takes one turn and answers when it is whole. A turn that found the
// backend away is sent again with the same key, under which it happens once.
func (c *Client) Chat(ctx context.Context, who Caller, key string, in api.ChatRequest) (api.ChatResponse, error) {
	var out api.ChatResponse
	err := retry(ctx, func() (bool, error) {
		tryCtx, cancel := context.WithTimeout(ctx, turnTimeout)
		defer cancel()
		var err error
		out, err = c.as(who).Chat(tryCtx, who.UserID, key, in)
		return true, err
	})
	return out, err
}

// ChatStream takes one turn and hands each event to handle as it comes; what
// handle returns ends it. It is sent again like Chat, but only before anything
// was shown, so that nobody reads the same words twice.
func (c *Client) ChatStream(ctx context.Context, who Caller, key string, in api.ChatRequest, handle func(api.Event) error) error {
	return retry(ctx, func() (bool, error) {
		tryCtx, cancel := context.WithTimeout(ctx, turnTimeout)
		defer cancel()
		again := true
		err := c.as(who).ChatStream(tryCtx, who.UserID, key, in, func(event api.Event) error {
			again = again && event.Conversation != nil
			return handle(event)
		})
		return again, err
	})
}

// retry calls try until it succeeds, fails for another reason than the
// backend being away, or says that it must not be called again.
func retry(ctx context.Context, try func() (again bool, err error)) error {
	for n := 0; ; n++ {
		again, err := try()
		if err == nil || !again || n == maxRetries {
			return err
		}
		delay, ok := delayBefore(n, err)
		if !ok || !sleep(ctx, delay) {
			return err
		}
	}
}

// delayBefore is how long to wait before retry n, which doubles from one to
// the next and is jittered, because all replicas lose the backend at once.
func delayBefore(n int, err error) (time.Duration, bool) {
	var e *api.Error
	if !errors.As(err, &e) || e.Code != api.CodeUnavailable || e.RetryAfter > maxRetryAfter {
		return 0, false
	}
	delay := firstDelay << n
	delay += rand.N(delay) //nolint:gosec // Jitter is no secret.
	return max(delay, e.RetryAfter), true
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
