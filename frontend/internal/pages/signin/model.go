package signin

import (
	"net/http"
	"strings"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/pages/account"
	"todo-chatbot/frontend/internal/ui"
)

// Model is the sign-in form as it is shown: what was typed, but never the
// password, and what is wrong with it.
type Model struct {
	Email string
	Next  string // a path of this site to go on to
	Error string
}

func newModel(r *http.Request, wrong *api.Error) Model {
	m := Model{Email: r.PostForm.Get("email"), Next: account.Next(r)}
	if wrong != nil {
		m.Error = explain(wrong)
	}
	return m
}

func request(r *http.Request) api.SignInRequest {
	return api.SignInRequest{
		Email:    r.PostForm.Get("email"),
		Password: r.PostForm.Get("password"),
		TimeZone: account.TimeZone(r),
	}
}

// inputs are the backend's fields that the form has an input for.
var inputs = map[string]string{"email": "email", "password": "password"}

// explain says what is wrong. Which of the two inputs it is, nobody is told
// who may be guessing.
func explain(e *api.Error) string {
	const wrong = "The email or the password is not right. Please check both."
	beside, above := ui.Mistakes(e, inputs)
	switch {
	case e.Code == api.CodeUnauthenticated:
		return wrong
	case len(beside) > 0:
		return strings.TrimSpace(wrong + " " + above)
	default:
		return above
	}
}
