package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/todo"
)

// maxBody is the largest request body, in bytes.
const maxBody = 1 << 20

// Refusals that HTTP knows and the domain does not.
const (
	codeMethodNotAllowed     = todo.Code(api.CodeMethodNotAllowed)
	codeTooLarge             = todo.Code(api.CodeTooLarge)
	codeUnsupportedMediaType = todo.Code(api.CodeUnsupportedMediaType)
)

// decode reads the one JSON object that a request's body has to be.
func decode[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	var in T
	if err := requireJSON(r); err != nil {
		return in, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return in, decodeError(err, nil)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return in, decodeError(err, body)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return in, todo.Errorf(todo.CodeMalformed, "The body must be one JSON object and nothing after it.")
	}
	return in, nil
}

func requireJSON(r *http.Request) error {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return todo.Errorf(codeUnsupportedMediaType, "Send the body as Content-Type: application/json.")
	}
	return nil
}

func decodeError(err error, body []byte) error {
	var tooLarge *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	var wrongTime *time.ParseError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &tooLarge):
		return bodyError(err)
	case errors.As(err, &wrongType) && wrongType.Field == "":
		return todo.Errorf(todo.CodeMalformed, "The body must be a JSON object, not a %s.", wrongType.Value)
	case errors.As(err, &wrongType):
		var v todo.Invalid
		v.Add(wrongType.Field, "must be %s", jsonType(wrongType))
		return v.Err()
	case errors.As(err, &syntax):
		return todo.Errorf(todo.CodeMalformed, "The body is not JSON: mistake at byte %d.", syntax.Offset)
	case errors.Is(err, io.EOF):
		return todo.Errorf(todo.CodeMalformed, "The body is empty; send a JSON object.")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return todo.Errorf(todo.CodeMalformed, "The body ends in the middle of the JSON.")
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		// encoding/json has no type for this error.
		return todo.Errorf(todo.CodeMalformed, "There is no field %s.", strings.TrimPrefix(err.Error(), "json: unknown field "))
	case errors.As(err, &wrongTime), strings.Contains(err.Error(), "Time.UnmarshalJSON"): // the latter has no type
		return wrongTimes(body)
	default:
		return &todo.Error{Code: todo.CodeMalformed, Message: "The body cannot be read: a value has the wrong form.", Err: err}
	}
}

// wrongTimes names the fields of a body that are no times, which encoding/json
// does not say.
func wrongTimes(body []byte) error {
	var times struct {
		DueAt    json.RawMessage `json:"due_at"`
		RemindAt json.RawMessage `json:"remind_at"`
	}
	if err := json.Unmarshal(body, &times); err != nil {
		return todo.Errorf(todo.CodeMalformed, "The body cannot be read: a value has the wrong form.")
	}
	var v todo.Invalid
	for name, raw := range map[string]json.RawMessage{"due_at": times.DueAt, "remind_at": times.RemindAt} {
		if err := json.Unmarshal(raw, &time.Time{}); len(raw) > 0 && err != nil {
			v.Add(name, "must be a time such as 2026-03-01T17:00:00+01:00 (RFC 3339)")
		}
	}
	return v.Err()
}

func jsonType(e *json.UnmarshalTypeError) string {
	switch name := e.Type.String(); {
	case strings.HasPrefix(name, "int"):
		return "a whole number"
	case name == "bool":
		return "true or false"
	case strings.HasPrefix(name, "[]"):
		return "a list"
	case e.Type.Kind().String() == "struct":
		return "an object"
	default:
		return "a text"
	}
}

// pathID reads a number from the path; one that cannot be is one that is not
// there.
func pathID(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, name), 10, 64)
	if err != nil || id < 1 {
		return 0, todo.Errorf(todo.CodeNotFound, "There is no %s %q.", strings.TrimSuffix(name, "_id"), chi.URLParam(r, name))
	}
	return id, nil
}

// queryInt reads a number from the query, 0 where there is none.
func queryInt(r *http.Request, name string) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		var v todo.Invalid
		v.Add(name, "must be a positive whole number")
		return 0, v.Err()
	}
	return n, nil
}

// queryTime reads a time from the query, nil where there is none.
func queryTime(r *http.Request, name string) (*time.Time, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return nil, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		var v todo.Invalid
		v.Add(name, "must be a time such as 2026-03-01T17:00:00Z (RFC 3339)")
		return nil, v.Err()
	}
	return &at, nil
}

// queryDescending reads the order of a list from the query.
func queryDescending(r *http.Request) (bool, error) {
	switch order := api.Order(r.URL.Query().Get("order")); order {
	case "", api.OrderAscending:
		return false, nil
	case api.OrderDescending:
		return true, nil
	default:
		var v todo.Invalid
		v.Add("order", "must be asc or desc")
		return false, v.Err()
	}
}

// knownQuery refuses query parameters that a route does not have, because a
// filter that is mistyped would else silently select everything.
func knownQuery(r *http.Request, names ...string) error {
	var v todo.Invalid
	for name := range r.URL.Query() {
		switch {
		case len(names) == 0:
			v.Add(name, "is not a parameter here; there are none")
		case !slices.Contains(names, name):
			v.Add(name, "is not a parameter here; known are %s", strings.Join(names, ", "))
		}
	}
	return v.Err()
}
