package rest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/rest"
	"todo-chatbot/backend/internal/todo"
)

var secret = []byte("a secret of thirty-two bytes or so")

// sessions is a store in which every session goes on and that has no access
// tokens.
type sessions struct{ auth.Store }

func (sessions) FindSession(_ context.Context, userID string, _ []byte) (auth.User, error) {
	return auth.User{ID: userID}, nil
}

func (sessions) UseAccessToken(context.Context, []byte) (auth.User, error) {
	return auth.User{}, todo.Errorf(todo.CodeNotFound, "There is no such thing.")
}

// newServer is a server that knows tokens and nothing else: a request that
// gets past the token would panic on what is missing.
func newServer(t *testing.T) *rest.Server {
	t.Helper()
	tokens, err := auth.NewTokens(secret, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	accounts := auth.NewService(sessions{}, tokens, auth.Throttle{})
	return rest.New(rest.Config{
		Auth: accounts, Log: slog.New(slog.DiscardHandler),
		MCP: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("reached without a token") }),
	})
}

// open are the only routes that need no token.
var open = map[string]bool{
	"GET /api/health": true, "GET /api/health/ready": true, "HEAD /api/health": true, "HEAD /api/health/ready": true, "GET /api/openapi.yaml": true, "GET /api/docs": true, "POST /api/auth/signup": true, "POST /api/auth/signin": true,
	"GET /.well-known/oauth-protected-resource": true, "GET /.well-known/oauth-protected-resource/mcp": true,
}

func TestEveryRouteRefusesWithoutToken(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	seen := 0
	err := chi.Walk(server.Routes(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if open[method+" "+route] {
			delete(open, method+" "+route)
			return nil
		}
		seen++
		path := strings.NewReplacer("{user_id}", uuid.NewString(), "{task_id}", "1", "{conversation_id}", "1", "{token_id}", "1").Replace(route)
		for name, header := range badTokens(t) {
			r := httptest.NewRequest(method, path, nil)
			if header != "" {
				r.Header.Set("Authorization", header)
			}
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			if w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s with %s: status %d", method, route, name, w.Code)
			}
			if method == http.MethodHead {
				continue
			}
			var p api.Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code != api.CodeUnauthenticated || p.RequestID == "" {
				t.Errorf("%s %s with %s: %s", method, route, name, w.Body)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 12 || len(open) != 0 {
		t.Errorf("walked %d routes; %v were not there", seen, open)
	}
}

func badTokens(t *testing.T) map[string]string {
	t.Helper()
	id := uuid.NewString()
	hour := time.Now().Add(time.Hour)
	sign := func(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
		token, err := jwt.NewWithClaims(method, claims).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + token
	}
	good := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{"iss": "todo-chatbot", "sub": id, "exp": hour.Unix()}
		change(c)
		return c
	}
	same := func(jwt.MapClaims) {}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	body := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"todo-chatbot","sub":"` + id + `","exp":9999999999}`))
	return map[string]string{
		"no header":        "",
		"another scheme":   "Basic YTpi",
		"no token":         "Bearer ",
		"nonsense":         "Bearer x.y.z",
		"no access token":  "Bearer todo_pat_" + strings.Repeat("x", 43),
		"another key":      sign(jwt.SigningMethodHS256, []byte("another secret of thirty-two bytes"), good(same)),
		"another method":   sign(jwt.SigningMethodHS512, secret, good(same)),
		"alg none":         "Bearer " + none + "." + body + ".",
		"alg none, no dot": "Bearer " + none + "." + body,
		"expired":          sign(jwt.SigningMethodHS256, secret, good(func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Minute).Unix() })),
		"no expiry":        sign(jwt.SigningMethodHS256, secret, good(func(c jwt.MapClaims) { delete(c, "exp") })),
		"another issuer":   sign(jwt.SigningMethodHS256, secret, good(func(c jwt.MapClaims) { c["iss"] = "somebody" })),
		"no subject":       sign(jwt.SigningMethodHS256, secret, good(func(c jwt.MapClaims) { delete(c, "sub") })),
		"a strange user":   sign(jwt.SigningMethodHS256, secret, good(func(c jwt.MapClaims) { c["sub"] = "1 OR 1=1" })),
	}
}

// signedIn is a token and whose it is.
func signedIn(t *testing.T) (userID, token string) {
	t.Helper()
	tokens, err := auth.NewTokens(secret, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	userID = uuid.NewString()
	token, _, err = tokens.Issue(auth.User{ID: userID})
	if err != nil {
		t.Fatal(err)
	}
	return userID, token
}

func send(server http.Handler, method, path, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	return w
}

func TestAnotherUsersPath(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	_, token := signedIn(t)
	walked := 0
	err := chi.Walk(server.Routes(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if !strings.Contains(route, "{user_id}") {
			return nil
		}
		walked++
		path := strings.NewReplacer("{user_id}", uuid.NewString(), "{task_id}", "1", "{conversation_id}", "1", "{token_id}", "1").Replace(route)
		if w := send(server, method, path, token); w.Code != http.StatusForbidden {
			t.Errorf("%s %s: status %d", method, route, w.Code)
		}
		return nil
	})
	if err != nil || walked < 10 {
		t.Fatalf("walked %d routes, %v", walked, err)
	}
}

func TestUnknownPathAndMethod(t *testing.T) {
	t.Parallel()
	userID, token := signedIn(t)
	if got := send(newServer(t), http.MethodPut, "/api/"+userID+"/tasks/1/complete", token).Header().Get("Allow"); got != "PATCH" {
		t.Errorf("Allow: %q", got)
	}
	if w := send(newServer(t), http.MethodHead, "/api/health", ""); w.Code != http.StatusOK {
		t.Errorf("HEAD /api/health: %d", w.Code)
	}
	for target, want := range map[string]int{
		"GET /":                            http.StatusNotFound,
		"GET /nothing":                     http.StatusNotFound,
		"GET /api/" + userID + "/nothing":  http.StatusNotFound,
		"PUT /api/" + userID + "/chat":     http.StatusMethodNotAllowed,
		"GET /api/" + userID + "/tasks/x":  http.StatusNotFound,
		"GET /api/" + userID + "/tasks/-1": http.StatusNotFound,
	} {
		method, path, _ := strings.Cut(target, " ")
		w := send(newServer(t), method, path, token)
		if w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: status %d, %s", target, w.Code, w.Header().Get("Content-Type"))
		}
	}
}

func TestPanicIsAProblem(t *testing.T) {
	t.Parallel()
	_, token := signedIn(t)
	r := httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader("{}"))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	newServer(t).ServeHTTP(w, r)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "reached") {
		t.Errorf("status %d, %s", w.Code, w.Body)
	}
}
