package signup

import (
	"net/http"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/pages/account"
	"todo-chatbot/frontend/internal/ui"
)

const (
	minPassword = 8
	maxPassword = 128
	maxName     = 100
)

// Model is the sign-up form as it is shown: what was typed, but never the
// password, and what is wrong with it.
type Model struct {
	Email  string
	Name   string
	Next   string            // a path of this site to go on to
	Errors map[string]string // by field
	Error  string
}

func newModel(r *http.Request, wrong *api.Error) Model {
	m := Model{
		Email: r.PostForm.Get("email"),
		Name:  r.PostForm.Get("name"),
		Next:  account.Next(r),
	}
	if wrong != nil {
		m.explain(wrong)
	}
	return m
}

func request(r *http.Request) api.SignUpRequest {
	return api.SignUpRequest{
		Email:    r.PostForm.Get("email"),
		Password: r.PostForm.Get("password"),
		Name:     r.PostForm.Get("name"),
		TimeZone: account.TimeZone(r),
	}
}

// inputs are the backend's fields that the form has an input for.
var inputs = map[string]string{"email": "email", "password": "password", "name": "name"}

// explain puts the messages where they belong.
func (m *Model) explain(e *api.Error) {
	m.Errors, m.Error = ui.Mistakes(e, inputs)
	if e.Code == api.CodeConflict {
		m.Errors, m.Error = map[string]string{"email": "There is an account with this email already. Sign in instead?"}, ""
	}
}
