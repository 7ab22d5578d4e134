package ui

import (
	"net/http"

	"todo-chatbot/backend/api"
)

// Failure is an error as people read it.
type Failure struct {
	Status    int
	Title     string
	Message   string
	RequestID string
}

// NewFailure words an error for the error page. The messages of an api.Error
// are safe to show; those of an internal one say nothing of use.
func NewFailure(e *api.Error, requestID string) Failure {
	f := Failure{Status: e.Code.Status(), Title: "That did not work", Message: e.Message, RequestID: requestID}
	switch e.Code {
	case api.CodeNotFound:
		f.Title = "There is nothing here"
		if f.Message == "" {
			f.Message = "The page may have moved, or what it showed was deleted."
		}
	case api.CodeForbidden:
		f.Title = "Not from there"
	case api.CodeUnavailable:
		f.Title = "We will be right back"
	case api.CodeRateLimited:
		f.Title = "That was a bit fast"
	case api.CodeInternal:
		f.Title = "Something went wrong"
		f.Message = "The mistake is on our side and has been noted. Please try again."
	default:
	}
	if f.Message == "" {
		f.Message = http.StatusText(f.Status)
	}
	return f
}
