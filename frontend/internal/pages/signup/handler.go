// Package signup is the page where people create their account.
package signup

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/pages/account"
	"todo-chatbot/frontend/internal/session"
)

// Backend creates accounts.
type Backend interface {
	SignUp(ctx context.Context, in api.SignUpRequest) (api.Session, error)
}

// New makes the page.
func New(b Backend, cookies session.Cookies) account.Page {
	return account.Page{
		Cookies: cookies,
		Open:    func(r *http.Request) (api.Session, error) { return b.SignUp(r.Context(), request(r)) },
		View:    func(r *http.Request, wrong *api.Error) templ.Component { return View(newModel(r, wrong)) },
	}
}
