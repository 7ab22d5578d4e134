package auth

import (
	"context"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"todo-chatbot/backend/internal/todo"
)

// The limits of an account's fields, in characters.
const (
	minPassword = 8
	maxPassword = 128
	maxEmail    = 254 // RFC 5321, section 4.5.3.1.3
	maxName     = 100
)

// DefaultTimeZone is a user's zone until the browser names another.
const DefaultTimeZone = "UTC"

// User is an account.
type User struct {
	ID       string // UUID
	Email    string // lower case
	Name     string
	TimeZone string // IANA name
}

// Location is the user's time zone, UTC where the name is not known.
func (u User) Location() *time.Location {
	loc, err := time.LoadLocation(u.TimeZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// UserStore keeps accounts.
type UserStore interface {
	// CreateUser stores an account. CodeConflict: the email is taken.
	CreateUser(ctx context.Context, user User, passwordHash string) error
	// FindUserByEmail returns the account and its password hash. CodeNotFound.
	FindUserByEmail(ctx context.Context, email string) (User, string, error)
	// FindUserByID returns the account. CodeNotFound.
	FindUserByID(ctx context.Context, id string) (User, error)
	// SetTimeZone changes an account's zone. CodeNotFound.
	SetTimeZone(ctx context.Context, id, timeZone string) error
	// DeleteUser removes an account and everything it owns. CodeNotFound.
	DeleteUser(ctx context.Context, id string) error
}

// Credentials are what a person types to sign up or to sign in. Name counts
// at sign-up only.
type Credentials struct {
	Email    string
	Password string
	Name     string
	TimeZone string // "" leaves the zone as it is
	Address  string // where the request comes from
}

func (c *Credentials) normalize() {
	c.Email = strings.ToLower(strings.TrimSpace(c.Email))
	c.Name = strings.Join(strings.Fields(c.Name), " ")
	if c.Name == "" {
		c.Name, _, _ = strings.Cut(c.Email, "@")
	}
}

func (c *Credentials) validate() error {
	var v todo.Invalid
	if !validEmail(c.Email) {
		v.Add("email", "must be an email address such as ada@example.com")
	}
	switch n := utf8.RuneCountInString(c.Password); {
	case n < minPassword:
		v.Add("password", "must have at least %d characters", minPassword)
	case n > maxPassword:
		v.Add("password", "must have at most %d characters", maxPassword)
	}
	if utf8.RuneCountInString(c.Name) > maxName || strings.ContainsRune(c.Name, 0) {
		v.Add("name", "must have at most %d characters", maxName)
	}
	checkTimeZone(&v, c.TimeZone)
	return v.Err()
}

// validEmail accepts a bare address whose domain could get mail.
func validEmail(email string) bool {
	addr, err := mail.ParseAddress(email)
	return err == nil && addr.Address == email && len(email) <= maxEmail && !strings.ContainsAny(email, "\" ()<>,;:\\[]\x00")
}

func checkTimeZone(v *todo.Invalid, name string) {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		v.Add("time_zone", "must be an IANA time zone such as Europe/Berlin")
	}
}
