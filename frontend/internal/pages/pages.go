// Package pages is what the pages have in common behind the scenes: how a
// handler's error becomes an answer, and who may see a page.
package pages

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/nav"
	"todo-chatbot/frontend/internal/session"
	"todo-chatbot/frontend/internal/ui"
	"todo-chatbot/internal/telemetry"
)

// maxForm bounds the body of a form: a message of 10,000 characters, each up
// to four bytes and percent-encoded, and some room.
const maxForm = 192 << 10

// Handler answers a request or returns why it could not. It must not have
// written anything when it returns an error.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Adapter turns handlers into http.Handlers.
type Adapter struct {
	Log     *slog.Logger
	Cookies session.Cookies
}

// Public adapts a page that anybody may see.
func (a Adapter) Public(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := parseForm(w, r)
		if err == nil {
			err = h(w, r)
		}
		if err != nil {
			a.Answer(w, r, err)
		}
	}
}

// Private adapts a page for signed-in users, who find their session in the
// context; others are sent to sign in.
func (a Adapter) Private(h Handler) http.HandlerFunc {
	return a.Public(func(w http.ResponseWriter, r *http.Request) error {
		s, ok := a.Cookies.Read(r)
		if !ok {
			return &api.Error{Code: api.CodeUnauthenticated}
		}
		return h(w, r.WithContext(session.With(r.Context(), s)))
	})
}

// Answer tells of an error: on a page of its own or, to htmx, in a notice. A
// session that does not hold is ended, and the user sent to sign in.
func (a Adapter) Answer(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) {
		return // The reader has gone.
	}
	e := backend.Explain(err)
	if e.Code == api.CodeUnauthenticated {
		a.Cookies.Clear(w)
		nav.Redirect(w, r, nav.SignIn(r))
		return
	}
	a.note(r.Context(), e)
	failure := ui.NewFailure(e, telemetry.RequestID(r.Context()))
	page := ui.FailurePage(failure)
	if nav.FromHTMX(r) {
		w.Header().Set("HX-Retarget", "#notice")
		w.Header().Set("HX-Reswap", "innerHTML")
		page = ui.Notice(failure)
	}
	if err := ui.Render(w, r, failure.Status, page); err != nil {
		a.Log.ErrorContext(r.Context(), "error page", "error", err)
		http.Error(w, failure.Title, failure.Status)
	}
}

// note logs what an operator should know; a user's mistakes are not among it.
func (a Adapter) note(ctx context.Context, e *api.Error) {
	switch e.Code {
	case api.CodeInternal:
		a.Log.ErrorContext(ctx, "request failed", "error", e)
	case api.CodeUnavailable:
		a.Log.WarnContext(ctx, "backend is away", "error", e)
	default:
	}
}

func parseForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return &api.Error{Code: api.CodeTooLarge, Message: "That is more than a form may hold.", Err: err}
	default:
		return &api.Error{Code: api.CodeMalformed, Message: "The form could not be read.", Err: err}
	}
}

// NotFound is the Handler for paths that lead nowhere.
func NotFound(http.ResponseWriter, *http.Request) error {
	return &api.Error{Code: api.CodeNotFound}
}

// MethodNotAllowed is the Handler for a page asked for in a way it has not.
func MethodNotAllowed(http.ResponseWriter, *http.Request) error {
	return &api.Error{Code: api.CodeMethodNotAllowed, Message: "This page cannot be used like that."}
}

// ForeignForm is the Handler for forms that another site made the browser
// send.
func ForeignForm(http.ResponseWriter, *http.Request) error {
	return &api.Error{Code: api.CodeForbidden, Message: "This form was sent from another site, so it was left alone. Open the page here and try again."}
}

// Recover makes a panic an error page. One that means "cut the connection"
// goes on to net/http.
func (a Adapter) Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares it the same way.
				panic(cause)
			}
			a.Log.ErrorContext(r.Context(), "panic", "cause", cause)
			a.Answer(w, r, &api.Error{Code: api.CodeInternal})
		}()
		next.ServeHTTP(w, r)
	})
}
