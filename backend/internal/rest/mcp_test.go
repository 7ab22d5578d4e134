package rest_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/rest"
)

func TestMCP_TellsStrangersHowToGetIn(t *testing.T) {
	t.Parallel()
	const realm = `Bearer realm="todo-chatbot"`
	const metadata = `, resource_metadata="http://todo.example/.well-known/oauth-protected-resource/mcp"`
	for name, test := range map[string]struct{ path, authorization, proto, want string }{
		"no token":          {"/mcp", "", "", realm + metadata},
		"a bad token":       {"/mcp", "Bearer x", "", realm + `, error="invalid_token"` + metadata},
		"behind TLS":        {"/mcp", "", "https", realm + strings.Replace(metadata, "http:", "https:", 1)},
		"a forged protocol": {"/mcp", "", `x"y`, realm + metadata},
		"not for MCP":       {"/api/auth/me", "", "", realm},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
				if method != http.MethodGet && test.path != "/mcp" {
					continue
				}
				r := httptest.NewRequest(method, "http://todo.example"+test.path, nil)
				r.Header.Set("Authorization", test.authorization)
				r.Header.Set("X-Forwarded-Proto", test.proto)
				w := httptest.NewRecorder()
				newServer(t).ServeHTTP(w, r)
				if got := w.Header().Get("WWW-Authenticate"); w.Code != http.StatusUnauthorized || got != test.want {
					t.Errorf("%s: status %d, %s", method, w.Code, got)
				}
			}
		})
	}
}

func TestProtectedResource(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"} {
		r := httptest.NewRequest(http.MethodGet, "http://todo.example:8000"+path, nil)
		w := httptest.NewRecorder()
		newServer(t).ServeHTTP(w, r)
		var got map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{
			"resource": "http://todo.example:8000/mcp", "resource_name": "todo-chatbot", "bearer_methods_supported": []any{"header"},
		}
		if diff := cmp.Diff(want, got); diff != "" || w.Code != http.StatusOK || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: status %d, %s", path, w.Code, diff)
		}
	}
}

// chunked hides a body's length, as a client that streams it does.
type chunked struct{ io.Reader }

func TestMCP_RefusesBeforeItReads(t *testing.T) {
	t.Parallel()
	tokens, err := auth.NewTokens(secret, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	reached := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(w, r.Body); err != nil {
			t.Error(err)
		}
	})
	server := rest.New(rest.Config{Auth: auth.NewService(sessions{}, tokens, auth.Throttle{}), MCP: reached, Log: slog.New(slog.DiscardHandler)})
	_, token := signedIn(t)
	large := strings.Repeat(" ", 1<<20) + "{}"
	for name, test := range map[string]struct {
		method, contentType, origin string
		body                        io.Reader
		status                      int
	}{
		"a message":            {http.MethodPost, "application/json", "", strings.NewReader("{}"), http.StatusOK},
		"of the same site":     {http.MethodPost, "application/json", "http://example.com", strings.NewReader("{}"), http.StatusOK},
		"listening":            {http.MethodGet, "", "", nil, http.StatusMethodNotAllowed},
		"ending a session":     {http.MethodDelete, "", "", nil, http.StatusMethodNotAllowed},
		"another method":       {http.MethodPut, "application/json", "", strings.NewReader("{}"), http.StatusMethodNotAllowed},
		"another site":         {http.MethodPost, "application/json", "http://evil.example", strings.NewReader("{}"), http.StatusForbidden},
		"another content type": {http.MethodPost, "text/plain", "", strings.NewReader("{}"), http.StatusUnsupportedMediaType},
		"no content type":      {http.MethodPost, "", "", strings.NewReader("{}"), http.StatusUnsupportedMediaType},
		"too large":            {http.MethodPost, "application/json", "", strings.NewReader(large), http.StatusRequestEntityTooLarge},
		"too large, in chunks": {http.MethodPost, "application/json", "", chunked{strings.NewReader(large)}, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(test.method, "/mcp", test.body)
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", test.contentType)
			r.Header.Set("Origin", test.origin)
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			if w.Code != test.status {
				t.Errorf("status %d, %s", w.Code, w.Body)
			}
			if test.status == http.StatusOK {
				if w.Body.String() != "{}" {
					t.Errorf("the MCP server read %q", w.Body)
				}
				return
			}
			var p struct{ Detail string }
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Detail == "" {
				t.Errorf("answered %s", w.Body)
			}
			if allow := w.Header().Get("Allow"); (test.status == http.StatusMethodNotAllowed) != (allow == "POST") {
				t.Errorf("Allow: %q", allow)
			}
		})
	}
}
