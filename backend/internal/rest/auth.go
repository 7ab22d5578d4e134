package rest

import (
	"net/http"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/auth"
)

func (s *Server) handleSignUp(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[api.SignUpRequest](w, r)
	if err != nil {
		return err
	}
	session, err := s.Auth.SignUp(r.Context(), auth.Credentials{
		Email: in.Email, Password: in.Password, Name: in.Name, TimeZone: in.TimeZone,
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusCreated, wireSession(session))
}

func (s *Server) handleSignIn(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[api.SignInRequest](w, r)
	if err != nil {
		return err
	}
	session, err := s.Auth.SignIn(r.Context(), auth.Credentials{Email: in.Email, Password: in.Password, TimeZone: in.TimeZone, Address: s.address(r)})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, wireSession(session))
}

func (s *Server) handleSignOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Auth.SignOut(r.Context()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) handleMe(w http.ResponseWriter, r *http.Request) error {
	user, err := s.Auth.Me(r.Context())
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, api.Me{User: wireUser(user)})
}

func (s *Server) handleMeDelete(w http.ResponseWriter, r *http.Request) error {
	if err := s.Auth.DeleteMe(r.Context()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func wireSession(s auth.Session) api.Session {
	return api.Session{User: wireUser(s.User), Token: s.Token, ExpiresAt: s.ExpiresAt}
}

func wireUser(u auth.User) api.User {
	return api.User{ID: u.ID, Email: u.Email, Name: u.Name, TimeZone: u.TimeZone}
}
