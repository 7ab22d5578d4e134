package pages

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/sync/semaphore"

	"todo-chatbot/backend/api"
)

// TestCrowd fills the only seat and looks at who waits for it.
func TestCrowd(t *testing.T) {
	t.Parallel()
	c := Crowd{seats: semaphore.NewWeighted(1), wait: time.Millisecond}
	entered, leave := make(chan struct{}), make(chan struct{})
	seated := c.Queue(func(http.ResponseWriter, *http.Request) error {
		close(entered)
		<-leave
		return nil
	})
	ask := func(ctx context.Context, h Handler) error {
		return h(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody))
	}
	first := make(chan error)
	go func() { first <- ask(t.Context(), seated) }()
	<-entered

	served := c.Queue(func(http.ResponseWriter, *http.Request) error { return nil })
	var refused *api.Error
	if err := ask(t.Context(), served); !errors.As(err, &refused) || refused.Code != api.CodeUnavailable {
		t.Errorf("waiting too long: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ask(gone, served); !errors.Is(err, context.Canceled) {
		t.Errorf("who left while waiting: %v", err)
	}
	close(leave)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if err := ask(t.Context(), served); err != nil {
		t.Errorf("the seat is free: %v", err)
	}
}
