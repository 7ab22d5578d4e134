// Package backendtest is a backend for tests: it keeps everything in memory
// and speaks the contract of package api over real HTTP, so that tests go
// through the real client.
package backendtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/internal/telemetry"
)

// Password is every account's password.
const Password = "correct horse"

// Fake is the backend of one test. Its one list of tasks and conversations
// belongs to whoever is signed in.
type Fake struct {
	URL string
	// Turn plays a chat turn. It is PlayTurn unless a test sets another.
	Turn func(f *Fake, in api.ChatRequest, emit func(api.Event)) error

	mu            sync.Mutex
	ready         bool
	fail          []api.Error
	tasks         []api.Task
	conversations []api.Conversation
	messages      map[int64][]api.Message
	asked         map[string]int64 // the conversation of each key
	turns         map[string]api.ChatResponse
	calls         []Call
}

// Call is a request that the fake received.
type Call struct {
	Method, Path, RequestID, Key, From string
}

// Start runs a fake until the test ends.
func Start(t testing.TB) *Fake {
	t.Helper()
	f := New()
	server := httptest.NewServer(f.Handler())
	t.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

// New is a fake that is not served yet.
func New() *Fake {
	return &Fake{
		Turn:     PlayTurn,
		ready:    true,
		messages: map[int64][]api.Message{},
		asked:    map[string]int64{},
		turns:    map[string]api.ChatResponse{},
	}
}

// Handler serves the contract.
func (f *Fake) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/auth/signup", f.signUp)
	mux.HandleFunc("POST /api/auth/signin", f.signIn)
	mux.HandleFunc("POST /api/auth/signout", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /api/health/ready", f.readiness)
	mux.HandleFunc("GET /api/{user}/tasks", f.listTasks)
	mux.HandleFunc("POST /api/{user}/tasks", f.createTask)
	mux.HandleFunc("GET /api/{user}/tasks/{id}", f.getTask)
	mux.HandleFunc("PATCH /api/{user}/tasks/{id}", f.patchTask)
	mux.HandleFunc("PATCH /api/{user}/tasks/{id}/complete", f.completeTask)
	mux.HandleFunc("DELETE /api/{user}/tasks/{id}", f.deleteTask)
	mux.HandleFunc("GET /api/{user}/conversations", f.listConversations)
	mux.HandleFunc("GET /api/{user}/conversations/{id}/messages", f.listMessages)
	mux.HandleFunc("POST /api/{user}/chat", f.chat)
	return f.guard(mux)
}

// guard notes each call, fails those that a test wants to fail, and lets only
// the owner of a token reach that owner's paths.
func (f *Fake) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fail, ok := f.note(r); ok {
			refuse(w, fail)
			return
		}
		public := strings.HasPrefix(r.URL.Path, "/api/auth/") || strings.HasPrefix(r.URL.Path, "/api/health")
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !public && subject(token) != "u-1" {
			refuse(w, api.Error{Code: api.CodeUnauthenticated, Message: "Sign in first."})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (f *Fake) note(r *http.Request) (api.Error, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, Call{
		Method: r.Method, Path: r.URL.RequestURI(),
		RequestID: r.Header.Get(telemetry.HeaderRequestID), Key: r.Header.Get(api.HeaderIdempotencyKey),
		From: r.Header.Get("X-Forwarded-For"),
	})
	if len(f.fail) == 0 {
		return api.Error{}, false
	}
	fail := f.fail[0]
	f.fail = f.fail[1:]
	return fail, true
}

// FailNext makes the next calls fail, one for each error.
func (f *Fake) FailNext(errs ...api.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = append(f.fail, errs...)
}

// SetReady says what the readiness endpoint answers.
func (f *Fake) SetReady(ready bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ready = ready
}

// Calls are the requests so far whose path begins with prefix.
func (f *Fake) Calls(prefix string) []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.calls), func(c Call) bool { return !strings.HasPrefix(c.Path, prefix) })
}

// Token is a token in the form of the backend's that is good for this century.
func Token(userID string) string { return TokenIn(userID, "UTC") }

// TokenIn is a Token of somebody who lives in a time zone.
func TokenIn(userID, zone string) string {
	claims := fmt.Sprintf(`{"sub":%q,"email":"ada@example.com","name":"Ada Lovelace","zoneinfo":%q,"exp":4102444800}`, userID, zone)
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

// subject is whose token it is, or "".
func subject(token string) string {
	var claims struct {
		Subject string `json:"sub"`
	}
	_, rest, _ := strings.Cut(token, ".")
	payload, _, _ := strings.Cut(rest, ".")
	if b, err := base64.RawURLEncoding.DecodeString(payload); err != nil || json.Unmarshal(b, &claims) != nil {
		return ""
	}
	return claims.Subject
}

func (f *Fake) signUp(w http.ResponseWriter, r *http.Request) {
	var in api.SignUpRequest
	if !read(w, r, &in) {
		return
	}
	switch {
	case in.Email == "taken@example.com":
		refuse(w, api.Error{Code: api.CodeConflict, Message: "There is an account with this email already."})
	case len(in.Password) < 8:
		refuse(w, invalid("password", "Use at least 8 characters."))
	case !knownZone(in.TimeZone):
		refuse(w, invalid("time_zone", zoneMistake))
	default:
		answer(w, http.StatusCreated, openSession(in.Email, in.TimeZone))
	}
}

func (f *Fake) signIn(w http.ResponseWriter, r *http.Request) {
	var in api.SignInRequest
	if !read(w, r, &in) {
		return
	}
	if in.Password != Password {
		refuse(w, api.Error{Code: api.CodeUnauthenticated, Message: "The email or the password is wrong."})
		return
	}
	if !knownZone(in.TimeZone) {
		refuse(w, invalid("time_zone", zoneMistake))
		return
	}
	answer(w, http.StatusOK, openSession(in.Email, in.TimeZone))
}

const zoneMistake = "must be an IANA time zone such as Europe/Berlin"

func knownZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "Local"
}

func openSession(email, zone string) api.Session {
	if zone == "" {
		zone = "UTC"
	}
	return api.Session{
		User:      api.User{ID: "u-1", Email: email, Name: "Ada Lovelace", TimeZone: zone},
		Token:     TokenIn("u-1", zone),
		ExpiresAt: time.Now().Add(24 * time.Hour),
	}
}

func (f *Fake) readiness(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ready {
		refuse(w, api.Error{Code: api.CodeUnavailable, Message: "The database is away."})
		return
	}
	answer(w, http.StatusOK, api.Health{Status: "ok"})
}

func invalid(field, message string) api.Error {
	return api.Error{
		Code: api.CodeInvalid, Message: "Some fields are wrong.",
		Fields: []api.FieldError{{Field: field, Message: message}},
	}
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		refuse(w, api.Error{Code: api.CodeMalformed, Message: "The body is no JSON."})
		return false
	}
	return true
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func refuse(w http.ResponseWriter, e api.Error) {
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.Code.Status())
	problem := problemOf(e)
	if err := json.NewEncoder(w).Encode(problem); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func problemOf(e api.Error) api.Problem {
	return api.Problem{Status: e.Code.Status(), Detail: e.Message, Code: e.Code, RequestID: e.RequestID, Errors: e.Fields}
}
