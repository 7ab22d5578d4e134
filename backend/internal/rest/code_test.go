package rest

import (
	"net/http"
	"testing"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/todo"
)

// TestCodes_AreTheSameOnBothSides keeps the domain's codes and those of the
// contract together: a code that the contract lacks would answer 500.
func TestCodes_AreTheSameOnBothSides(t *testing.T) {
	t.Parallel()
	for _, code := range []todo.Code{
		todo.CodeInvalid, todo.CodeMalformed, todo.CodeUnauthenticated, todo.CodeForbidden, todo.CodeNotFound, todo.CodeConflict, todo.CodeRateLimited,
		todo.CodeUnavailable, codeMethodNotAllowed, codeTooLarge, codeUnsupportedMediaType,
	} {
		if got := api.Code(code).Status(); got == http.StatusInternalServerError {
			t.Errorf("%s answers %d", code, got)
		}
	}
	if got := api.Code(todo.CodeInternal).Status(); got != http.StatusInternalServerError {
		t.Errorf("internal answers %d", got)
	}
}
