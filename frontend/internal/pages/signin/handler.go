// Package signin is the page where people sign in, and the way out again.
package signin

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/a-h/templ"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/nav"
	"todo-chatbot/frontend/internal/pages/account"
	"todo-chatbot/frontend/internal/session"
)

// Backend opens and ends sessions.
type Backend interface {
	SignIn(ctx context.Context, in api.SignInRequest) (api.Session, error)
	SignOut(ctx context.Context, who backend.Caller) error
}

// Handler serves the page.
type Handler struct {
	account.Page
	backend Backend
}

// New makes the page.
func New(b Backend, cookies session.Cookies) Handler {
	return Handler{account.Page{
		Cookies: cookies,
		Open:    func(r *http.Request) (api.Session, error) { return b.SignIn(r.Context(), request(r)) },
		View:    func(r *http.Request, wrong *api.Error) templ.Component { return View(newModel(r, wrong)) },
	}, b}
}

// SignOut is POST /signout. The browser forgets the session even if the backend
// cannot be told; the token then ends by itself.
func (h Handler) SignOut(w http.ResponseWriter, r *http.Request) error {
	if s, ok := h.Cookies.Read(r); ok {
		if err := h.backend.SignOut(r.Context(), s.Caller); err != nil {
			slog.WarnContext(r.Context(), "session not ended", "error", err)
		}
	}
	h.Cookies.Clear(w)
	nav.Redirect(w, r, "/signin")
	return nil
}
