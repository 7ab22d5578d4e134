// Package auth knows who is asking: accounts, passwords, tokens, and the
// identity that travels in the context of a request. Nothing else in the
// backend decides who a caller is.
package auth

import (
	"context"

	"todo-chatbot/backend/internal/todo"
)

type userKey struct{}

// WithUser is ctx acting for the user of a verified token.
func WithUser(ctx context.Context, user User) context.Context {
	return context.WithValue(ctx, userKey{}, user)
}

// UserFrom is the user that ctx acts for. CodeUnauthenticated: none.
func UserFrom(ctx context.Context) (User, error) {
	user, ok := ctx.Value(userKey{}).(User)
	if !ok {
		return User{}, todo.Errorf(todo.CodeUnauthenticated, "Sign in first.")
	}
	return user, nil
}

// Authorize checks that userID, which a caller or a model named, is the user
// that ctx acts for, and returns that user. CodeForbidden: it is another.
func Authorize(ctx context.Context, userID string) (User, error) {
	user, err := UserFrom(ctx)
	if err != nil {
		return User{}, err
	}
	if userID != user.ID {
		return User{}, todo.Errorf(todo.CodeForbidden, "That user id is not yours.")
	}
	return user, nil
}
