package signin

import (
	"net/http"
	"net/url"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/nav"
)

// Model is the sign-in form as it is shown: what was typed, but never the
// password, and what is wrong with it.
type Model struct {
	Email string
	Next  string // a path of this site to go on to
	Error string
}

func newModel(r *http.Request) Model {
	return Model{Email: r.PostForm.Get("email"), Next: nav.Local(r.Form.Get("next"))}
}

// signUpURL keeps the way on for those who have no account yet.
func (m Model) signUpURL() string {
	if m.Next == nav.Home {
		return "/signup"
	}
	return "/signup?" + url.Values{"next": {m.Next}}.Encode()
}

func request(r *http.Request) api.SignInRequest {
	return api.SignInRequest{
		Email:    r.PostForm.Get("email"),
		Password: r.PostForm.Get("password"),
		TimeZone: r.PostForm.Get("time_zone"),
	}
}
