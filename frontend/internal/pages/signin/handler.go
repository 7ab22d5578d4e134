// Package signin is the page where people sign in, and the way out again.
package signin

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/nav"
	"todo-chatbot/frontend/internal/pages/account"
	"todo-chatbot/frontend/internal/session"
)

// Backend opens sessions.
type Backend interface {
	SignIn(ctx context.Context, in api.SignInRequest) (api.Session, error)
}

// Handler serves the page.
type Handler struct{ account.Page }

// New makes the page.
func New(b Backend, cookies session.Cookies) Handler {
	return Handler{account.Page{
		Cookies: cookies,
		Open:    func(r *http.Request) (api.Session, error) { return b.SignIn(r.Context(), request(r)) },
		View:    func(r *http.Request, wrong *api.Error) templ.Component { return View(newModel(r, wrong)) },
	}}
}

// SignOut is POST /signout.
func (h Handler) SignOut(w http.ResponseWriter, r *http.Request) error {
	h.Cookies.Clear(w)
	nav.Redirect(w, r, "/signin")
	return nil
}
