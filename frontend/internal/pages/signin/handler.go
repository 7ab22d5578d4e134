// Package signin is the page where people sign in, and the way out again.
package signin

import (
	"context"
	"net/http"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/nav"
	"todo-chatbot/frontend/internal/session"
	"todo-chatbot/frontend/internal/ui"
)

// Backend opens sessions.
type Backend interface {
	SignIn(ctx context.Context, in api.SignInRequest) (api.Session, error)
}

// Handler serves the page.
type Handler struct {
	Backend Backend
	Cookies session.Cookies
}

// Show is GET /signin. Those who are signed in already go on.
func (h Handler) Show(w http.ResponseWriter, r *http.Request) error {
	model := newModel(r)
	if _, ok := h.Cookies.Read(r); ok {
		nav.Redirect(w, r, model.Next)
		return nil
	}
	return ui.Render(w, r, http.StatusOK, View(model))
}

// Submit is POST /signin.
func (h Handler) Submit(w http.ResponseWriter, r *http.Request) error {
	model := newModel(r)
	opened, err := h.Backend.SignIn(r.Context(), request(r))
	if err != nil {
		return h.refuse(w, r, model, backend.Explain(err))
	}
	h.Cookies.Write(w, opened.Token, opened.ExpiresAt)
	nav.Redirect(w, r, model.Next)
	return nil
}

// refuse shows the form again with what the user can do about it.
func (h Handler) refuse(w http.ResponseWriter, r *http.Request, model Model, e *api.Error) error {
	switch e.Code {
	case api.CodeUnauthenticated, api.CodeInvalid:
		model.Error = "The email or the password is not right. Please check both."
		return ui.Render(w, r, http.StatusUnprocessableEntity, View(model))
	case api.CodeRateLimited, api.CodeUnavailable:
		model.Error = e.Message
		return ui.Render(w, r, e.Code.Status(), View(model))
	default:
		return e
	}
}

// SignOut is POST /signout.
func (h Handler) SignOut(w http.ResponseWriter, r *http.Request) error {
	h.Cookies.Clear(w)
	nav.Redirect(w, r, "/signin")
	return nil
}
