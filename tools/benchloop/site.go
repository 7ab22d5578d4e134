package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"todo-chatbot/dev/loop"
)

// site is a checkout whose sources are served: where to edit, and where to look.
type site struct {
	dir        string
	pages, api string        // URLs of frontend and backend
	theirs     bool          // the checkout and the database are the user's
	pause      time.Duration // between two edits
	limit      time.Duration // for one edit to be served
}

func (s *site) url(program string) string {
	if program == frontend {
		return s.pages
	}
	return s.api
}

// settled returns nil when the loop of a program has nothing left to do and
// nothing is wrong with the sources. It waits for a change at work.
func (s *site) settled(ctx context.Context, program string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url(program)+loop.SyncPath, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask the loop: %w", err)
	}
	text, err := send(request)
	if err != nil {
		return err
	}
	if strings.Contains(text, " is not live:\n") {
		return fmt.Errorf("the %s's loop says: %s", program, text)
	}
	return nil
}

// await asks every 20 ms until the answer is nil, for no longer than limit.
// More would take the processor away from what is measured: in a cluster, each
// question goes through the API server.
func await(ctx context.Context, limit time.Duration, ask func(context.Context) error) error {
	const interval = 20 * time.Millisecond
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var last error
	for {
		err := ask(limited)
		if err == nil {
			return nil
		}
		if limited.Err() == nil {
			last = err // of a question that was not cut off
		}
		select {
		case <-tick.C:
		case <-limited.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("it took longer than %s: %w", limit, last)
		}
	}
}

// get is the text of a page, and an error unless it is a whole one.
func get(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("ask: %w", err)
	}
	return send(request)
}

func send(request *http.Request) (string, error) {
	const most = 4 << 20
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("no answer: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, most))
	if err != nil {
		return "", fmt.Errorf("half an answer: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %s", request.URL.Redacted(), answer.Status)
	}
	return string(text), nil
}

// rest waits between two edits.
func (s *site) rest(ctx context.Context) error {
	if s.pause == 0 {
		return nil
	}
	timer := time.NewTimer(s.pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// answers tells whether the loops of both programs are there.
func (s *site) answers(ctx context.Context) error {
	const patience = time.Second
	for _, program := range []string{frontend, backend} {
		err := await(ctx, patience, func(ctx context.Context) error { return s.settled(ctx, program) })
		if err != nil {
			return fmt.Errorf("no inner loop of the %s answers at %s: %w", program, s.url(program), err)
		}
	}
	return nil
}
