package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"todo-chatbot/backend/internal/todo"
)

// SQLSTATE codes (PostgreSQL documentation, appendix A).
const (
	uniqueViolation     = "23505"
	foreignKeyViolation = "23503"
	checkViolation      = "23514"
)

// taken are the messages for the unique constraints that a request can meet.
var taken = map[string]string{
	"users_email_key":       "There is an account with this email already.",
	"turns_idempotency_key": "This message is being answered already.",
}

// translate turns an error of pgx into one of the todo package; it is the one
// place that knows both. Errors that are no failure of the database pass.
func translate(err error) error {
	var known *todo.Error
	var pg *pgconn.PgError
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return &todo.Error{Code: todo.CodeNotFound, Message: "There is no such thing.", Err: err}
	case errors.As(err, &pg):
		return translateCode(pg, err)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("query: %w", err)
	case away(err):
		return unavailable(err)
	default:
		return err
	}
}

func translateCode(pg *pgconn.PgError, err error) error {
	switch {
	case pg.Code == uniqueViolation && taken[pg.ConstraintName] != "":
		return &todo.Error{Code: todo.CodeConflict, Message: taken[pg.ConstraintName], Err: err}
	case pg.Code == foreignKeyViolation && strings.HasSuffix(pg.ConstraintName, "_user_id_fkey"):
		return &todo.Error{Code: todo.CodeUnauthenticated, Message: "This account no longer exists.", Err: err}
	case pg.Code == checkViolation:
		return &todo.Error{Code: todo.CodeInvalid, Message: "A value is out of its bounds.", Err: err}
	case refusing(pg.Code):
		return unavailable(err)
	default:
		return fmt.Errorf("query: %w", err)
	}
}

// refusing tells whether the server is there but does not serve: connection
// exceptions (class 08), shutting down or starting (57P), too many connections
// (53), or a transaction that met another one and has to be repeated (40).
func refusing(code string) bool {
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "40")
}

// away tells whether the connection failed rather than the query.
func away(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		strings.Contains(err.Error(), "conn closed")
}

func unavailable(err error) error {
	return &todo.Error{
		Code:    todo.CodeUnavailable,
		Message: "The list cannot be reached just now. Nothing was lost; please try again in a moment.",
		Err:     err,
	}
}
