package signup

import (
	"net/http"
	"net/url"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/nav"
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

func newModel(r *http.Request) Model {
	return Model{
		Email: r.PostForm.Get("email"),
		Name:  r.PostForm.Get("name"),
		Next:  nav.Local(r.Form.Get("next")),
	}
}

// signInURL keeps the way on for those who have an account.
func (m Model) signInURL() string {
	if m.Next == nav.Home {
		return "/signin"
	}
	return "/signin?" + url.Values{"next": {m.Next}}.Encode()
}

func request(r *http.Request) api.SignUpRequest {
	return api.SignUpRequest{
		Email:    r.PostForm.Get("email"),
		Password: r.PostForm.Get("password"),
		Name:     r.PostForm.Get("name"),
		TimeZone: r.PostForm.Get("time_zone"),
	}
}

// shown are the fields that can carry a message of their own.
var shown = map[string]bool{"email": true, "password": true, "name": true}

// explain puts the messages where they belong.
func (m *Model) explain(e *api.Error) {
	m.Errors = map[string]string{}
	for _, f := range e.Fields {
		if shown[f.Field] {
			m.Errors[f.Field] = f.Message
		}
	}
	switch {
	case e.Code == api.CodeConflict:
		m.Errors["email"] = "There is an account with this email already. Sign in instead?"
	case len(m.Errors) == 0:
		m.Error = e.Message
	}
}
