package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/api"
)

// answering is a client of a server that gives one answer to everything.
func answering(t *testing.T, status int, header map[string]string, body string) *api.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for k, v := range header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return api.NewClient(server.URL+"/", nil)
}

func TestClient_Errors(t *testing.T) {
	t.Parallel()
	problem := map[string]string{"Content-Type": "application/problem+json", "Retry-After": "7"}
	for name, test := range map[string]struct {
		status int
		header map[string]string
		body   string
		want   api.Error
	}{
		"a problem": {
			422, problem, `{"code":"invalid","detail":"No.","request_id":"r","errors":[{"field":"title","message":"must not be empty"}]}`,
			api.Error{Code: api.CodeInvalid, Message: "No.", RequestID: "r", RetryAfter: 7 * time.Second, Fields: []api.FieldError{{Field: "title", Message: "must not be empty"}}},
		},
		"a proxy's page":    {502, nil, `<html>`, api.Error{Code: api.CodeUnavailable, Message: "Bad Gateway"}},
		"a broken problem":  {404, problem, `{`, api.Error{Code: api.CodeNotFound, Message: "Not Found", RetryAfter: 7 * time.Second}},
		"an unknown status": {418, nil, ``, api.Error{Code: api.CodeMalformed, Message: "I'm a teapot"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := answering(t, test.status, test.header, test.body).Me(t.Context())
			var got *api.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestClient_NobodyThere(t *testing.T) {
	t.Parallel()
	client := api.NewClient("http://127.0.0.1:1", nil)
	var e *api.Error
	if _, err := client.Me(t.Context()); !errors.As(err, &e) || e.Code != api.CodeUnavailable {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Me(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestClient_ChatStream(t *testing.T) {
	t.Parallel()
	const begin = "event: conversation\ndata: {\"conversation_id\":3}\n\n: keep-alive\n\nevent: delta\ndata: {\"text\":\"Hi\"}\n\n"
	for name, test := range map[string]struct {
		rest string
		code api.Code
	}{
		"whole":             {"event: later\ndata: {}\n\nevent: done\ndata: {\"conversation_id\":3,\"response\":\"Hi\"}\n\n", ""},
		"an error":          {"event: error\ndata: {\"code\":\"unavailable\",\"detail\":\"Away.\"}\n\n", api.CodeUnavailable},
		"cut":               {"", api.CodeUnavailable},
		"cut in an event":   {"event: done\ndata: {\"conver", api.CodeUnavailable},
		"cut before a data": {"event: done\n", api.CodeUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var text string
			client := answering(t, 200, map[string]string{"Content-Type": "text/event-stream"}, begin+test.rest)
			err := client.ChatStream(t.Context(), "u", "", api.ChatRequest{Message: "hi"}, func(e api.Event) error {
				if e.Delta != nil {
					text += e.Delta.Text
				}
				return nil
			})
			var e *api.Error
			if test.code == "" && err != nil || test.code != "" && (!errors.As(err, &e) || e.Code != test.code) {
				t.Errorf("got %v", err)
			}
			if text != "Hi" {
				t.Errorf("got %q", text)
			}
		})
	}
}

func TestTaskPatch_TellsLeftOutFromNull(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]api.TaskPatch{
		`{}`:                             {},
		`{"due_at":null}`:                {DueAt: api.Null[time.Time]()},
		`{"title":"a","completed":true}`: {Title: api.Some("a"), Completed: api.Some(true)},
	} {
		var got api.TaskPatch
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
		back, err := json.Marshal(got)
		if err != nil || string(back) != text {
			t.Errorf("%s came back as %s, %v", text, back, err)
		}
	}
}
