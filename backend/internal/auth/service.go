package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"todo-chatbot/backend/internal/todo"
)

// Service opens accounts and sessions.
type Service struct {
	store     Store
	tokens    *Tokens
	passwords *passwords
	throttle  Throttle
}

// Throttle slows down whoever guesses passwords. Signing in with the right one
// does not count.
type Throttle struct {
	Email   *todo.Limiter // wrong passwords for one account
	Address *todo.Limiter // and from one address
}

// NewService makes a Service on a store.
func NewService(store Store, tokens *Tokens, throttle Throttle) *Service {
	return &Service{store: store, tokens: tokens, passwords: newPasswords(), throttle: throttle}
}

// Session is a signed-in user with the token to prove it.
type Session struct {
	User      User
	Token     string
	ExpiresAt time.Time
}

// SignUp opens an account and a session. CodeInvalid: a field breaks a rule.
// CodeConflict: the email is taken.
func (s *Service) SignUp(ctx context.Context, c Credentials) (Session, error) {
	c.normalize()
	if c.TimeZone == "" {
		c.TimeZone = DefaultTimeZone
	}
	if err := c.validate(); err != nil {
		return Session{}, err
	}
	hash, err := s.passwords.hash(ctx, c.Password)
	if err != nil {
		return Session{}, err
	}
	user := User{ID: uuid.NewString(), Email: c.Email, Name: c.Name, TimeZone: c.TimeZone}
	if err := s.store.CreateUser(ctx, user, hash); err != nil {
		return Session{}, fmt.Errorf("create user: %w", err)
	}
	return s.open(user)
}

// SignIn opens a session. CodeUnauthenticated: the email or the password is
// wrong; it does not say which. CodeRateLimited: that happened too often.
func (s *Service) SignIn(ctx context.Context, c Credentials) (Session, error) {
	c.normalize()
	var v todo.Invalid
	checkTimeZone(&v, c.TimeZone)
	if err := v.Err(); err != nil {
		return Session{}, err
	}
	user, err := s.checkPassword(ctx, c)
	if err != nil {
		return Session{}, err
	}
	if err := s.travel(ctx, &user, c.TimeZone); err != nil {
		return Session{}, err
	}
	return s.open(user)
}

// checkPassword finds the account that the credentials belong to. A try counts
// before it is made, or many at the same time would all be free.
func (s *Service) checkPassword(ctx context.Context, c Credentials) (User, error) {
	if err := s.throttle.Address.Allow(ctx, c.Address); err != nil {
		return User{}, err
	}
	if err := s.throttle.Email.Allow(ctx, c.Email); err != nil {
		return User{}, err
	}
	user, hash, known, err := s.lookUp(ctx, c.Email)
	if err != nil {
		return User{}, err
	}
	matches, err := s.passwords.matches(ctx, c.Password, hash)
	if err != nil {
		return User{}, err
	}
	if !known || !matches {
		return User{}, todo.Errorf(todo.CodeUnauthenticated, "The email or the password is wrong.")
	}
	if err := errors.Join(s.throttle.Address.Forgive(ctx, c.Address), s.throttle.Email.Forgive(ctx, c.Email)); err != nil {
		return User{}, fmt.Errorf("forgive: %w", err)
	}
	return user, nil
}

// lookUp finds an account, or the decoy's hash where there is none.
func (s *Service) lookUp(ctx context.Context, email string) (user User, hash string, known bool, err error) {
	if !validEmail(email) {
		return User{}, decoy, false, nil
	}
	user, hash, err = s.store.FindUserByEmail(ctx, email)
	if todo.HasCode(err, todo.CodeNotFound) {
		return User{}, decoy, false, nil
	}
	if err != nil {
		return User{}, "", false, fmt.Errorf("find user: %w", err)
	}
	return user, hash, true, nil
}

// travel keeps the time zone of the browser that the user sits at now.
func (s *Service) travel(ctx context.Context, user *User, timeZone string) error {
	if timeZone == "" || timeZone == user.TimeZone {
		return nil
	}
	if err := s.store.SetTimeZone(ctx, user.ID, timeZone); err != nil {
		return fmt.Errorf("set time zone: %w", err)
	}
	user.TimeZone = timeZone
	return nil
}

func (s *Service) open(user User) (Session, error) {
	token, expires, err := s.tokens.Issue(user)
	if err != nil {
		return Session{}, err
	}
	return Session{User: user, Token: token, ExpiresAt: expires}, nil
}

// Me reads the account of the caller. CodeUnauthenticated: it is gone.
func (s *Service) Me(ctx context.Context) (User, error) {
	caller, err := UserFrom(ctx)
	if err != nil {
		return User{}, err
	}
	user, err := s.store.FindUserByID(ctx, caller.ID)
	if err != nil {
		return User{}, fmt.Errorf("find user: %w", accountGone(err))
	}
	return user, nil
}

// DeleteMe removes the account of the caller, who has to be signed in, and
// everything it owns. CodeForbidden; CodeUnauthenticated: it is gone already.
func (s *Service) DeleteMe(ctx context.Context) error {
	caller, _, err := sessionFrom(ctx)
	if err != nil {
		return err
	}
	if err := s.store.DeleteUser(ctx, caller.ID); err != nil {
		return fmt.Errorf("delete user: %w", accountGone(err))
	}
	return nil
}

// accountGone explains to the owner of a token that outlived its account.
func accountGone(err error) error {
	if todo.HasCode(err, todo.CodeNotFound) {
		return todo.Errorf(todo.CodeUnauthenticated, "This account no longer exists.")
	}
	return err
}
