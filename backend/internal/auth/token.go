package auth

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"todo-chatbot/backend/internal/todo"
)

// MinSecret is the shortest key that signs tokens, in bytes: the output length
// of SHA-256, as RFC 7518, section 3.2, asks for HS256.
const MinSecret = 32

const (
	issuer = "todo-chatbot"
	// leeway forgives the clocks of two replicas.
	leeway = 30 * time.Second
)

// Tokens issues and verifies the bearer tokens of sessions: JWTs signed with
// HMAC-SHA256 (RFC 7519). They carry the account's public fields.
type Tokens struct {
	secret   []byte
	lifetime time.Duration
	now      func() time.Time
	parser   *jwt.Parser
}

// NewTokens makes Tokens with a secret of at least MinSecret bytes.
func NewTokens(secret []byte, lifetime time.Duration) (*Tokens, error) {
	if len(secret) < MinSecret {
		return nil, fmt.Errorf("the token secret has %d bytes; it needs %d or more", len(secret), MinSecret)
	}
	t := &Tokens{secret: secret, lifetime: lifetime, now: time.Now}
	t.parser = jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(issuer),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(func() time.Time { return t.now() }),
	)
	return t, nil
}

type claims struct {
	jwt.RegisteredClaims
	Email    string `json:"email"`
	Name     string `json:"name"`
	TimeZone string `json:"zoneinfo"` // OpenID Connect Core 1.0, section 5.1
}

// Issue makes a token for a user and tells when it expires.
func (t *Tokens) Issue(user User) (token string, expires time.Time, err error) {
	now := t.now().Truncate(time.Second)
	expires = now.Add(t.lifetime)
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Subject:   user.ID,
			ID:        uuid.NewString(), // two sessions that open in the same second can be ended each
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(expires),
		},
		Email:    user.Email,
		Name:     user.Name,
		TimeZone: user.TimeZone,
	}).SignedString(t.secret)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign token: %w", err)
	}
	return signed, expires, nil
}

// Verify returns the user that a token was issued to, and when it expires.
// CodeUnauthenticated: it is forged, expired or no token at all; the message
// says which only where that helps its owner.
func (t *Tokens) Verify(token string) (User, time.Time, error) {
	var c claims
	_, err := t.parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return t.secret, nil })
	if errors.Is(err, jwt.ErrTokenExpired) {
		return User{}, time.Time{}, todo.Errorf(todo.CodeUnauthenticated, "Your session has expired. Sign in again.")
	}
	if err != nil || uuid.Validate(c.Subject) != nil {
		return User{}, time.Time{}, &todo.Error{Code: todo.CodeUnauthenticated, Message: "The token is not valid. Sign in again.", Err: err}
	}
	return User{ID: c.Subject, Email: c.Email, Name: c.Name, TimeZone: c.TimeZone}, c.ExpiresAt.Time, nil
}
