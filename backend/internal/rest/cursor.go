package rest

import (
	"encoding/base64"
	"fmt"
	"net/http"

	"todo-chatbot/backend/internal/todo"
)

// cursor makes the text under which a client asks for the next page: the keys
// of the last item, opaque so that nobody builds their own.
func cursor(keys ...any) string {
	return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintln(keys...)))
}

// readCursor reads the keys of the query's cursor; without one it leaves them
// as they are.
func readCursor(r *http.Request, keys ...any) error {
	text := r.URL.Query().Get("cursor")
	if text == "" {
		return nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		_, err = fmt.Sscanln(string(decoded), keys...)
	}
	if err != nil {
		return todo.Errorf(todo.CodeMalformed, "The cursor is not the next_cursor of an answer.")
	}
	return nil
}
