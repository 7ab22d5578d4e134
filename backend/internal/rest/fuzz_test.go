package rest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/todo"
)

// known tells whether a refusal is the sender's fault and says so.
func known(err error) bool {
	return err == nil || todo.HasCode(err, todo.CodeMalformed) || todo.HasCode(err, todo.CodeInvalid) || todo.HasCode(err, codeTooLarge)
}

func decodes[T any](t *testing.T, body string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if _, err := decode[T](httptest.NewRecorder(), r); !known(err) {
		t.Errorf("%T of %q: %v", *new(T), body, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		`{"title":"a","tags":["b"],"due_at":"2026-01-01T09:00:00+01:00","recurrence":"FREQ=DAILY"}`, `{"title":null}`, `{"due_at":5,"remind_at":"soon"}`,
		`{"conversation_id":1,"message":"hi"}`, `{"email":"a@b.c","password":"correct horse"}`, `{"completed":true}`, `[]`, `{`, ``, `{"title":"a"}{}`, "\xff",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		decodes[api.TaskInput](t, body)
		decodes[api.TaskPatch](t, body)
		decodes[api.CompleteRequest](t, body)
		decodes[api.ChatRequest](t, body)
		decodes[api.SignUpRequest](t, body)
		decodes[api.ConversationPatch](t, body)
		decodes[api.AccessTokenInput](t, body)
	})
}

// FuzzTaskFilter reads any query of a list: dates, numbers, cursors.
func FuzzTaskFilter(f *testing.F) {
	f.Add("status=pending&due_after=2026-01-01T09:00:00Z&due_before=9999-12-31T23:59:59-14:00&limit=5&cursor=e30&q=a+b")
	f.Add("limit=99999999999999999999&order=desc&sort=title&tag=%00")
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = &url.URL{Path: "/", RawQuery: query}
		filter, err := taskFilter(r)
		if !known(err) {
			t.Errorf("%q: %v", query, err)
		}
		if err == nil && filter.Limit < 0 {
			t.Errorf("%q: a limit of %d", query, filter.Limit)
		}
	})
}
