package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"todo-chatbot/backend/internal/todo"
)

// AccessTokenPrefix begins every access token, so that people and scanners of
// leaked secrets know one when they see it.
const AccessTokenPrefix = "todo_pat_"

// The limits of access tokens.
const (
	maxTokenName    = 100 // characters
	MaxAccessTokens = 50  // of one user
	tokenBytes      = 32
)

var errNoAccessToken = todo.Errorf(todo.CodeNotFound, "There is no such access token.")

// AccessToken lets a program act for its owner until it is revoked. The token
// itself is known to its owner alone.
type AccessToken struct {
	ID         string // UUID
	Name       string
	CreatedAt  time.Time
	LastUsedAt *time.Time // to the minute
}

// AccessTokenStore keeps access tokens by the hashes of what they are.
type AccessTokenStore interface {
	// CreateAccessToken stores a token. CodeConflict: the user has
	// MaxAccessTokens already.
	CreateAccessToken(ctx context.Context, userID string, token AccessToken, hash []byte) (AccessToken, error)
	// ListAccessTokens returns all of a user's tokens, the oldest first.
	ListAccessTokens(ctx context.Context, userID string) ([]AccessToken, error)
	// DeleteAccessToken revokes a token. CodeNotFound.
	DeleteAccessToken(ctx context.Context, userID, id string) error
	// UseAccessToken returns the owner of a token and notes that it was used.
	// CodeNotFound.
	UseAccessToken(ctx context.Context, hash []byte) (User, error)
}

// CreateAccessToken makes a token for the caller, who has to be signed in: a
// token that leaked cannot make others. The secret is told this once.
// CodeForbidden, CodeInvalid, CodeConflict.
func (s *Service) CreateAccessToken(ctx context.Context, name string) (token AccessToken, secret string, err error) {
	caller, _, err := sessionFrom(ctx)
	if err != nil {
		return AccessToken{}, "", err
	}
	name = strings.Join(strings.Fields(name), " ")
	var v todo.Invalid
	switch {
	case name == "":
		v.Add("name", "must not be empty")
	case utf8.RuneCountInString(name) > maxTokenName, !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl):
		v.Add("name", "must have at most %d characters", maxTokenName)
	}
	if err := v.Err(); err != nil {
		return AccessToken{}, "", err
	}
	secret = newAccessToken()
	token, err = s.store.CreateAccessToken(ctx, caller.ID, AccessToken{ID: uuid.NewString(), Name: name}, hashOf(secret))
	if err != nil {
		return AccessToken{}, "", fmt.Errorf("create access token: %w", err)
	}
	return token, secret, nil
}

// ListAccessTokens reads the caller's tokens, the oldest first.
func (s *Service) ListAccessTokens(ctx context.Context) ([]AccessToken, error) {
	caller, err := UserFrom(ctx)
	if err != nil {
		return nil, err
	}
	return s.store.ListAccessTokens(ctx, caller.ID)
}

// DeleteAccessToken revokes a token of the caller, who has to be signed in.
// CodeForbidden, CodeNotFound.
func (s *Service) DeleteAccessToken(ctx context.Context, id string) error {
	caller, _, err := sessionFrom(ctx)
	if err != nil {
		return err
	}
	if uuid.Validate(id) != nil {
		return errNoAccessToken
	}
	err = s.store.DeleteAccessToken(ctx, caller.ID, id)
	if todo.HasCode(err, todo.CodeNotFound) {
		return errNoAccessToken
	}
	return err
}

func newAccessToken() string {
	random := make([]byte, tokenBytes)
	_, _ = rand.Read(random) // never fails (crypto/rand)
	return AccessTokenPrefix + base64.RawURLEncoding.EncodeToString(random)
}

func hashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}
