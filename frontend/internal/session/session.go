// Package session keeps who is signed in in a cookie, and nothing anywhere
// else: any replica can serve any request.
package session

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/zone"
)

// Session is the signed-in user as the cookie tells it.
type Session struct {
	backend.Caller
	Email   string
	Name    string
	Zone    *time.Location // UTC where the token names none that we know
	Expires time.Time
}

// Label is what the user is called on the page.
func (s Session) Label() string {
	if s.Name != "" {
		return s.Name
	}
	return s.Email
}

// Cookies writes and reads the session cookie.
type Cookies struct {
	// Secure says that the site is served over HTTPS only. The cookie then has
	// the __Host- prefix, so that no sibling domain can set it.
	Secure bool
}

// Name is the cookie's name.
func (c Cookies) Name() string {
	if c.Secure {
		return "__Host-session"
	}
	return "session"
}

// Write signs the browser in until the token expires.
func (c Cookies) Write(w http.ResponseWriter, token string, expires time.Time) {
	http.SetCookie(w, c.cookie(token, expires))
}

// Clear signs the browser out.
func (c Cookies) Clear(w http.ResponseWriter) {
	http.SetCookie(w, c.cookie("", time.Unix(0, 0)))
}

func (c Cookies) cookie(value string, expires time.Time) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure is configured: without HTTPS browsers would drop the cookie.
		Name:     c.Name(),
		Value:    value,
		Path:     "/",
		Expires:  expires,
		HttpOnly: true,
		Secure:   c.Secure,
		SameSite: http.SameSiteLaxMode,
	}
}

// Read is the request's session; false when there is none that still holds.
func (c Cookies) Read(r *http.Request) (Session, bool) {
	cookie, err := r.Cookie(c.Name())
	if err != nil {
		return Session{}, false
	}
	s, err := parse(cookie.Value)
	return s, err == nil && time.Now().Before(s.Expires)
}

var errShape = errors.New("the token is no JWT")

// parse reads the claims of a token without verifying it. They serve to build
// paths and to greet the user; the backend verifies the token on every call
// and refuses a path that is not its owner's.
func parse(token string) (Session, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Session{}, errShape
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return Session{}, fmt.Errorf("decode token: %w", err)
	}
	var claims struct {
		Subject string  `json:"sub"`
		Email   string  `json:"email"`
		Name    string  `json:"name"`
		Zone    string  `json:"zoneinfo"` // OpenID Connect Core 1.0, section 5.1
		Expires float64 `json:"exp"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return Session{}, fmt.Errorf("read token: %w", err)
	}
	if claims.Subject == "" {
		return Session{}, errShape
	}
	location, ok := zone.Load(claims.Zone)
	if !ok {
		location = time.UTC
	}
	return Session{
		Caller:  backend.Caller{UserID: claims.Subject, Token: token},
		Email:   claims.Email,
		Name:    claims.Name,
		Zone:    location,
		Expires: time.Unix(int64(claims.Expires), 0),
	}, nil
}

type key struct{}

// With is ctx for a signed-in request.
func With(ctx context.Context, s Session) context.Context {
	return context.WithValue(ctx, key{}, s)
}

// From is the session of a request that was let in; otherwise nobody's.
func From(ctx context.Context) Session {
	if s, ok := ctx.Value(key{}).(Session); ok {
		return s
	}
	return Session{Zone: time.UTC}
}
