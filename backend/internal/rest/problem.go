package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/todo"
	"todo-chatbot/internal/telemetry"
)

// statusClientGone is what the log says for a client that did not wait for its
// answer; nobody receives it. The number is nginx's.
const statusClientGone = 499

// handlerFunc is a handler that returns its error; answer writes it.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// answer makes a handler of fn. It is the one place where errors become
// answers, and where the cause of an internal one is logged.
func (s *Server) answer(fn handlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := fn(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		w.WriteHeader(statusClientGone)
		return
	}
	p, retryAfter := s.problem(r.Context(), err)
	if p.Code == api.CodeUnauthenticated {
		w.Header().Set("WWW-Authenticate", challenge(r))
	}
	writeProblem(w, p, retryAfter)
}

// problem describes err to the client, and logs it if the client did not
// cause it.
func (s *Server) problem(ctx context.Context, err error) (p api.Problem, retryAfter time.Duration) {
	public := todo.Public(err)
	code := api.Code(public.Code)
	switch code {
	case api.CodeInternal:
		s.log.ErrorContext(ctx, "request failed", "error", err)
	case api.CodeUnavailable:
		s.log.WarnContext(ctx, "request not served", "error", err)
		retryAfter = max(public.RetryAfter, time.Second)
	case api.CodeRateLimited:
		retryAfter = max(public.RetryAfter, time.Second)
	default: // the client's own doing, which the request's line in the log tells
	}
	p = api.Problem{
		Type:      "about:blank",
		Title:     http.StatusText(code.Status()),
		Status:    code.Status(),
		Detail:    public.Message,
		Code:      code,
		RequestID: telemetry.RequestID(ctx),
	}
	for _, f := range public.Fields {
		p.Errors = append(p.Errors, api.FieldError{Field: f.Field, Message: f.Message})
	}
	return p, retryAfter
}

func writeProblem(w http.ResponseWriter, p api.Problem, retryAfter time.Duration) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	if retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(retryAfter.Seconds()))))
	}
	w.WriteHeader(p.Status)
	writeJSON(w, p)
}

// respond writes v as the answer.
func respond(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		slog.Debug("client left while it was answered", "error", err)
	}
	return nil
}

// writeJSON writes a value that cannot fail to encode.
func writeJSON(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		slog.Debug("client left while it was answered", "error", err)
	}
}
