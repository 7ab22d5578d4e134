// Package account is what the two pages that open a session have in common.
package account

import (
	"net/http"

	"github.com/a-h/templ"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/nav"
	"todo-chatbot/frontend/internal/session"
	"todo-chatbot/frontend/internal/ui"
	"todo-chatbot/frontend/internal/zone"
)

// Page is a form that opens a session.
type Page struct {
	Cookies session.Cookies
	// Open asks the backend for what the form says.
	Open func(r *http.Request) (api.Session, error)
	// View is the form as it was filled in, and what is wrong with it unless
	// that is nil.
	View func(r *http.Request, wrong *api.Error) templ.Component
}

// Show is the GET of the page. Those who are signed in already go on.
func (p Page) Show(w http.ResponseWriter, r *http.Request) error {
	if _, ok := p.Cookies.Read(r); ok {
		nav.Redirect(w, r, Next(r))
		return nil
	}
	return ui.Render(w, r, http.StatusOK, p.View(r, nil))
}

// Submit is the POST of the page: it signs the browser in and goes on.
func (p Page) Submit(w http.ResponseWriter, r *http.Request) error {
	opened, err := p.Open(r)
	if err != nil {
		return p.refuse(w, r, backend.Explain(err))
	}
	p.Cookies.Write(w, opened.Token, opened.ExpiresAt)
	nav.Redirect(w, r, Next(r))
	return nil
}

// refuse shows the form again with what the user can do about it.
func (p Page) refuse(w http.ResponseWriter, r *http.Request, e *api.Error) error {
	switch e.Code {
	case api.CodeUnauthenticated, api.CodeInvalid, api.CodeConflict:
		return ui.Render(w, r, http.StatusUnprocessableEntity, p.View(r, e))
	case api.CodeRateLimited, api.CodeUnavailable:
		return ui.Render(w, r, e.Code.Status(), p.View(r, e))
	default:
		return e
	}
}

// Next is the page of this site that the form goes on to.
func Next(r *http.Request) string { return nav.Local(r.Form.Get("next")) }

// TimeZone is the browser's time zone, or "" when the backend would not know
// it: a sign-in must not fail for what its user neither typed nor sees.
func TimeZone(r *http.Request) string { return zone.Known(r.PostForm.Get("time_zone")) }
