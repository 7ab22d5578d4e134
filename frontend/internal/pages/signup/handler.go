// Package signup is the page where people create their account.
package signup

import (
	"context"
	"net/http"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/nav"
	"todo-chatbot/frontend/internal/session"
	"todo-chatbot/frontend/internal/ui"
)

// Backend creates accounts.
type Backend interface {
	SignUp(ctx context.Context, in api.SignUpRequest) (api.Session, error)
}

// Handler serves the page.
type Handler struct {
	Backend Backend
	Cookies session.Cookies
}

// Show is GET /signup. Those who are signed in already go on.
func (h Handler) Show(w http.ResponseWriter, r *http.Request) error {
	model := newModel(r)
	if _, ok := h.Cookies.Read(r); ok {
		nav.Redirect(w, r, model.Next)
		return nil
	}
	return ui.Render(w, r, http.StatusOK, View(model))
}

// Submit is POST /signup.
func (h Handler) Submit(w http.ResponseWriter, r *http.Request) error {
	model := newModel(r)
	opened, err := h.Backend.SignUp(r.Context(), request(r))
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
	case api.CodeInvalid, api.CodeConflict:
		model.explain(e)
		return ui.Render(w, r, http.StatusUnprocessableEntity, View(model))
	case api.CodeRateLimited, api.CodeUnavailable:
		model.explain(e)
		return ui.Render(w, r, e.Code.Status(), View(model))
	default:
		return e
	}
}
