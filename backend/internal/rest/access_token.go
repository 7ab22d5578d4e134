package rest

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/auth"
)

func (s *Server) handleAccessTokenList(w http.ResponseWriter, r *http.Request) error {
	if err := knownQuery(r); err != nil {
		return err
	}
	tokens, err := s.Auth.ListAccessTokens(r.Context())
	if err != nil {
		return err
	}
	out := api.AccessTokens{Tokens: make([]api.AccessToken, 0, len(tokens))}
	for _, t := range tokens {
		out.Tokens = append(out.Tokens, wireAccessToken(t))
	}
	return respond(w, http.StatusOK, out)
}

func (s *Server) handleAccessTokenCreate(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[api.AccessTokenInput](w, r)
	if err != nil {
		return err
	}
	token, secret, err := s.Auth.CreateAccessToken(r.Context(), in.Name)
	if err != nil {
		return err
	}
	return respond(w, http.StatusCreated, api.NewAccessToken{AccessToken: wireAccessToken(token), Token: secret})
}

func (s *Server) handleAccessTokenDelete(w http.ResponseWriter, r *http.Request) error {
	if err := s.Auth.DeleteAccessToken(r.Context(), chi.URLParam(r, "token_id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func wireAccessToken(t auth.AccessToken) api.AccessToken {
	return api.AccessToken{ID: t.ID, Name: t.Name, CreatedAt: t.CreatedAt.UTC(), LastUsedAt: utc(t.LastUsedAt)}
}
