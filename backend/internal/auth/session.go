package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"todo-chatbot/backend/internal/todo"
)

// lookUpTimeout bounds looking a token up, for requests whose own time is not
// bounded, such as a chat turn.
const lookUpTimeout = 5 * time.Second

// SessionStore knows the sessions that were ended before their time.
type SessionStore interface {
	// FindSession returns the account of a session. CodeNotFound: the session
	// was ended, or the account is gone.
	FindSession(ctx context.Context, userID string, hash []byte) (User, error)
	// EndSession ends a session, which would have lasted until expires.
	EndSession(ctx context.Context, userID string, hash []byte, expires time.Time) error
}

// Store keeps everything that this package knows.
type Store interface {
	UserStore
	SessionStore
	AccessTokenStore
}

// session is what proves the identity in a context, where that is a sign-in
// and not an access token.
type session struct {
	hash    []byte
	expires time.Time
}

type sessionKey struct{}

// sessionFrom is the caller and the session of ctx. CodeForbidden: the caller
// has shown an access token.
func sessionFrom(ctx context.Context) (User, session, error) {
	user, err := UserFrom(ctx)
	if err != nil {
		return User{}, session{}, err
	}
	current, ok := ctx.Value(sessionKey{}).(session)
	if !ok {
		return User{}, session{}, todo.Errorf(todo.CodeForbidden, "An access token cannot do this. Sign in with your password.")
	}
	return user, current, nil
}

// Authenticate returns ctx acting for the token's owner: that of a session, or
// of an access token. CodeUnauthenticated: the token is not valid.
func (s *Service) Authenticate(ctx context.Context, token string) (context.Context, error) {
	lookUp, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	if strings.HasPrefix(token, AccessTokenPrefix) {
		user, err := s.useAccessToken(lookUp, token)
		return WithUser(ctx, user), err
	}
	claimed, expires, err := s.tokens.Verify(token)
	if err != nil {
		return nil, err
	}
	current := session{hash: hashOf(signedPart(token)), expires: expires}
	user, err := s.store.FindSession(lookUp, claimed.ID, current.hash)
	if todo.HasCode(err, todo.CodeNotFound) {
		return nil, todo.Errorf(todo.CodeUnauthenticated, "This session was ended. Sign in again.")
	}
	if err != nil {
		return nil, fmt.Errorf("find session: %w", err)
	}
	return context.WithValue(WithUser(ctx, user), sessionKey{}, current), nil
}

func (s *Service) useAccessToken(ctx context.Context, token string) (User, error) {
	user, err := s.store.UseAccessToken(ctx, hashOf(token))
	if todo.HasCode(err, todo.CodeNotFound) {
		return User{}, todo.Errorf(todo.CodeUnauthenticated, "The access token is not valid, or was revoked.")
	}
	if err != nil {
		return User{}, fmt.Errorf("find access token: %w", err)
	}
	return user, nil
}

// signedPart is a JWT without its signature, whose last character can be
// written in several ways.
func signedPart(token string) string { return token[:max(0, strings.LastIndexByte(token, '.'))] }

// SignOut ends the session of ctx. CodeForbidden: the caller has shown an
// access token.
func (s *Service) SignOut(ctx context.Context) error {
	user, current, err := sessionFrom(ctx)
	if err != nil {
		return err
	}
	if err := s.store.EndSession(ctx, user.ID, current.hash, current.expires); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
