package backend_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/backendtest"
	"todo-chatbot/internal/telemetry"
)

func start(t *testing.T) (*backendtest.Fake, *backend.Client, backend.Caller) {
	t.Helper()
	fake := backendtest.Start(t)
	client := backend.New(fake.URL)
	t.Cleanup(client.Close)
	return fake, client, backend.Caller{UserID: "u-1", Token: backendtest.Token("u-1")}
}

var away = api.Error{Code: api.CodeUnavailable, Message: "Away."}

func collect(into *string) func(api.Event) error {
	return func(e api.Event) error {
		if e.Delta != nil {
			*into += e.Delta.Text
		}
		return nil
	}
}

func TestClient_ChatStream(t *testing.T) {
	t.Parallel()

	t.Run("RetriesWithTheSameKey", func(t *testing.T) {
		t.Parallel()
		fake, client, who := start(t)
		fake.FailNext(away, away)
		var said string
		ctx := telemetry.WithRequestID(t.Context(), "request-1")
		if err := client.ChatStream(ctx, who, "key-1", api.ChatRequest{Message: "Hello"}, collect(&said)); err != nil {
			t.Fatal(err)
		}
		if said != "You said: Hello" {
			t.Errorf("said %q", said)
		}
		calls := fake.Calls("/api/u-1/chat")
		if len(calls) != 3 {
			t.Fatalf("%d calls, want 3", len(calls))
		}
		for _, c := range calls {
			if c.Key != "key-1" || c.RequestID != "request-1" {
				t.Errorf("call %+v", c)
			}
		}
	})

	t.Run("GivesUpAfterTwoRetries", func(t *testing.T) {
		t.Parallel()
		fake, client, who := start(t)
		fake.FailNext(away, away, away)
		err := client.ChatStream(t.Context(), who, "k", api.ChatRequest{Message: "Hello"}, collect(new(string)))
		if backend.Explain(err).Code != api.CodeUnavailable || len(fake.Calls("/api/u-1/chat")) != 3 {
			t.Errorf("%v after %d calls", err, len(fake.Calls("/api/u-1/chat")))
		}
	})

	t.Run("NeverAfterSomethingWasShown", func(t *testing.T) {
		t.Parallel()
		fake, client, who := start(t)
		fake.Turn = func(_ *backendtest.Fake, _ api.ChatRequest, emit func(api.Event)) error {
			emit(api.Event{Delta: &api.DeltaEvent{Text: "Half a"}})
			return backendtest.ErrCut
		}
		var said string
		err := client.ChatStream(t.Context(), who, "k", api.ChatRequest{Message: "Hello"}, collect(&said))
		if backend.Explain(err).Code != api.CodeUnavailable || said != "Half a" || len(fake.Calls("/api/u-1/chat")) != 1 {
			t.Errorf("%v, said %q after %d calls", err, said, len(fake.Calls("/api/u-1/chat")))
		}
	})

	t.Run("NotWhenItWouldHaveToWaitLong", func(t *testing.T) {
		t.Parallel()
		fake, client, who := start(t)
		fake.FailNext(api.Error{Code: api.CodeUnavailable, RetryAfter: time.Minute})
		err := client.ChatStream(t.Context(), who, "k", api.ChatRequest{Message: "Hello"}, collect(new(string)))
		if err == nil || len(fake.Calls("/api/u-1/chat")) != 1 {
			t.Errorf("%v after %d calls", err, len(fake.Calls("/api/u-1/chat")))
		}
	})

	t.Run("NotForOtherErrors", func(t *testing.T) {
		t.Parallel()
		fake, client, who := start(t)
		fake.FailNext(api.Error{Code: api.CodeRateLimited})
		_, err := client.Chat(t.Context(), who, "k", api.ChatRequest{Message: "Hello"})
		if backend.Explain(err).Code != api.CodeRateLimited || len(fake.Calls("/api/u-1/chat")) != 1 {
			t.Errorf("%v after %d calls", err, len(fake.Calls("/api/u-1/chat")))
		}
	})

	t.Run("StopsWithItsCaller", func(t *testing.T) {
		t.Parallel()
		fake, client, who := start(t)
		ctx, cancel := context.WithCancel(t.Context())
		fake.Turn = func(*backendtest.Fake, api.ChatRequest, func(api.Event)) error {
			cancel()
			return backendtest.ErrCut
		}
		err := client.ChatStream(ctx, who, "k", api.ChatRequest{Message: "Hello"}, collect(new(string)))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestClient_Tasks(t *testing.T) {
	t.Parallel()
	fake, client, who := start(t)
	add := func(n int, done bool) {
		for range n {
			fake.AddTask(api.Task{Title: "One of many", Completed: done})
		}
	}
	check := func(status api.TaskStatus, pending, done int, morePending, moreDone bool) {
		t.Helper()
		list, err := client.Tasks(t.Context(), who, status)
		if err != nil || len(list.Pending) != pending || len(list.Done) != done || list.MorePending != morePending || list.MoreDone != moreDone {
			t.Errorf("%s: %d pending (more %v), %d done (more %v), %v",
				status, len(list.Pending), list.MorePending, len(list.Done), list.MoreDone, err)
		}
	}
	add(40, false)
	add(20, true)
	check(api.StatusAll, 40, 20, false, false)
	add(210, false)
	check(api.StatusAll, 50, 20, true, false)
	check(api.StatusPending, 250, 0, false, false)
	add(100, false)
	add(300, true)
	check(api.StatusAll, 50, 20, true, true)
	check(api.StatusPending, 300, 0, true, false)
	check(api.StatusCompleted, 0, 300, false, true)

	fake.FailNext(away)
	if _, err := client.Tasks(t.Context(), who, api.StatusAll); backend.Explain(err).Code != api.CodeUnavailable {
		t.Errorf("one half of the list failed: %v", err)
	}
	newest := fake.AddTask(api.Task{Title: "The newest"})
	if list, err := client.Tasks(t.Context(), who, api.StatusPending); err != nil || list.Pending[0].ID != newest.ID {
		t.Errorf("the newest is not the first, %v", err)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	tests := map[api.Code]error{
		api.CodeUnavailable: context.DeadlineExceeded,
		api.CodeInternal:    errors.New("secret"),
		api.CodeNotFound:    &api.Error{Code: api.CodeNotFound},
	}
	for want, err := range tests {
		got := backend.Explain(err)
		if got.Code != want || got.Message == "secret" {
			t.Errorf("Explain(%v) = %+v, want code %s", err, got, want)
		}
	}
}
