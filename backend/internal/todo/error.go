// Package todo is what the product is about: tasks, conversations and chat
// turns, the rules they obey, and the interfaces of the store that keeps
// them. It imports nothing of the backend; everything else points at it.
package todo

import (
	"errors"
	"fmt"
	"time"
)

// Code names a kind of failure. Each adapter maps it to its own world: an HTTP
// status, a tool's error result, an event of a stream.
type Code string

// Every kind of failure. An error that is no *Error counts as CodeInternal.
const (
	CodeInvalid         Code = "invalid"         // a field breaks a rule
	CodeMalformed       Code = "malformed"       // the input cannot be read at all
	CodeUnauthenticated Code = "unauthenticated" // who is asking is not known
	CodeForbidden       Code = "forbidden"       // known, but not allowed
	CodeNotFound        Code = "not_found"
	CodeConflict        Code = "conflict"
	CodeRateLimited     Code = "rate_limited" // too often
	CodeUnavailable     Code = "unavailable"  // the database or the model is away
	CodeInternal        Code = "internal"
)

// Error is a failure with a message that a person may read. Err, where there
// is one, is the cause: it goes to the log and nowhere else.
type Error struct {
	Code       Code
	Message    string
	Fields     []FieldError  // CodeInvalid only
	RetryAfter time.Duration // CodeUnavailable and CodeRateLimited only; 0 means a moment
	Err        error
}

// FieldError is what is wrong with one field.
type FieldError struct {
	Field   string
	Message string
}

// Error implements error.
func (e *Error) Error() string {
	text := string(e.Code) + ": " + e.Message
	for _, f := range e.Fields {
		text += fmt.Sprintf(" (%s %s)", f.Field, f.Message)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an *Error whose message a person may read.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Public is the *Error to show for err: its own, or an internal one that
// tells nothing of the cause.
func Public(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: CodeInternal, Message: "Something went wrong on our side. Please try again.", Err: err}
}

// HasCode tells whether err is an *Error of the given code.
func HasCode(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// Invalid collects field errors; Err is nil while there are none.
type Invalid []FieldError

// Add notes what is wrong with a field.
func (v *Invalid) Add(field, format string, args ...any) {
	*v = append(*v, FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
}

// Err is the collected error, of CodeInvalid, or nil.
func (v Invalid) Err() error {
	if len(v) == 0 {
		return nil
	}
	return &Error{Code: CodeInvalid, Message: "Some fields are not right.", Fields: v}
}
