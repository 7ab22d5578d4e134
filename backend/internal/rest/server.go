// Package rest is the HTTP API: routes, who may call them, and the wire forms
// of what they take and answer.
package rest

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"todo-chatbot/backend/internal/agent"
	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
	"todo-chatbot/internal/telemetry"
)

// requestTimeout bounds every request but a chat turn, which has a longer
// limit of its own. A database that hangs is away by then.
const requestTimeout = 10 * time.Second

// Authenticator opens sessions and knows whose token is whose.
type Authenticator interface {
	SignUp(ctx context.Context, c auth.Credentials) (auth.Session, error)
	SignIn(ctx context.Context, c auth.Credentials) (auth.Session, error)
	Authenticate(ctx context.Context, token string) (context.Context, error)
	Me(ctx context.Context) (auth.User, error)
	DeleteMe(ctx context.Context) error
	SignOut(ctx context.Context) error
	CreateAccessToken(ctx context.Context, name string) (token auth.AccessToken, secret string, err error)
	ListAccessTokens(ctx context.Context) ([]auth.AccessToken, error)
	DeleteAccessToken(ctx context.Context, id string) error
}

// Tasks is what can be done with tasks: todo.Service.
type Tasks interface {
	CreateTask(ctx context.Context, userID string, task todo.Task) (todo.Task, error)
	FindTaskByID(ctx context.Context, userID string, id int64) (todo.Task, error)
	ListTasks(ctx context.Context, userID string, filter todo.TaskFilter) (tasks []todo.Task, more bool, err error)
	UpdateTask(ctx context.Context, userID string, id int64, change func(*todo.Task)) (todo.Task, error)
	DeleteTask(ctx context.Context, userID string, id int64) (todo.Task, error)
}

// Conversations is what was said: todo.Conversations.
type Conversations interface {
	List(ctx context.Context, userID string, page todo.ConversationPage) ([]todo.Conversation, bool, error)
	Messages(ctx context.Context, userID string, id int64, page todo.MessagePage) ([]todo.Message, bool, error)
	Rename(ctx context.Context, userID string, id int64, title string) (todo.Conversation, error)
	Delete(ctx context.Context, userID string, id int64) error
	Cancel(ctx context.Context, userID string, id int64) error
}

// Chat takes turns: agent.Agent.
type Chat interface {
	Run(ctx context.Context, request agent.Request, emit func(agent.Event)) (todo.Turn, error)
}

// Config is what a Server is made of.
type Config struct {
	Auth          Authenticator
	Tasks         Tasks
	Conversations Conversations
	Chat          Chat
	Keys          todo.KeyStore
	Watch         *todo.Watch
	MCP           http.Handler
	// RequestLimit and TurnLimit are each user's. May be nil.
	RequestLimit *todo.Limiter
	TurnLimit    *todo.Limiter
	// TrustedProxies are those whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Ready returns the checks that stand between the server and its work by
	// name, "ok" for each that passes.
	Ready func(ctx context.Context) (checks map[string]string, ready bool)
	// Measure is told of every request that was answered. May be nil.
	Measure func(route, method string, status int, took time.Duration)
	Log     *slog.Logger
}

// Server answers HTTP requests.
type Server struct {
	Config
	log    *slog.Logger
	router *chi.Mux
}

// New makes a Server.
func New(config Config) *Server {
	s := &Server{Config: config, log: config.Log, router: chi.NewRouter()}
	s.router.Use(telemetry.IdentifyRequests, telemetry.LogRequests(s.log, probe), s.measure, s.recoverPanics, private)
	s.router.NotFound(s.answer(func(http.ResponseWriter, *http.Request) error {
		return todo.Errorf(todo.CodeNotFound, "There is nothing at this path.")
	}))
	s.router.MethodNotAllowed(s.answer(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Allow", strings.Join(s.allowed(r), ", ")) // RFC 9110, section 15.5.6
		return todo.Errorf(codeMethodNotAllowed, "This path does not take %s.", r.Method)
	}))
	s.routes(s.router)
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.router.ServeHTTP(w, r) }

// Routes lists every route, for tests that must not forget one.
func (s *Server) Routes() chi.Routes { return s.router }

// routes lists every route once. Those before the group are the only ones
// that need no token.
func (s *Server) routes(r chi.Router) {
	r.Get("/api/health", s.answer(s.handleHealth))
	r.Head("/api/health", s.answer(s.handleHealth)) // some load balancers probe so
	r.Get("/api/health/ready", s.answer(s.handleReady))
	r.Head("/api/health/ready", s.answer(s.handleReady))
	r.Get("/api/openapi.yaml", s.answer(s.handleContract))
	r.Get("/api/docs", s.answer(s.handleDocs))
	r.With(bounded).Post("/api/auth/signup", s.answer(s.handleSignUp))
	r.With(bounded).Post("/api/auth/signin", s.answer(s.handleSignIn))
	r.Get(wellKnownPath, s.answer(s.handleProtectedResource))
	r.Get(wellKnownPath+mcpPath, s.answer(s.handleProtectedResource))

	r.Group(func(r chi.Router) {
		r.Use(s.requireToken, s.limitRequests)
		r.With(s.requireOwner).Post("/api/{user_id}/chat", s.answer(s.handleChat))    // bounds its own time
		r.With(s.requireOwner).Get("/api/{user_id}/events", s.answer(s.handleEvents)) // lasts
		r.Group(func(r chi.Router) {
			r.Use(bounded)
			r.Get("/api/auth/me", s.answer(s.handleMe))
			r.Delete("/api/auth/me", s.answer(s.handleMeDelete))
			r.Post("/api/auth/signout", s.answer(s.handleSignOut))
			r.Get("/api/tokens", s.answer(s.handleAccessTokenList))
			r.Post("/api/tokens", s.answer(s.handleAccessTokenCreate))
			r.Delete("/api/tokens/{token_id}", s.answer(s.handleAccessTokenDelete))
			r.Handle(mcpPath, s.answer(s.handleMCP))
			r.With(s.requireOwner).Route("/api/{user_id}", s.ownersRoutes)
		})
	})
}

func (s *Server) ownersRoutes(r chi.Router) {
	r.Get("/tasks", s.answer(s.handleTaskList))
	r.Post("/tasks", s.once(s.handleTaskCreate))
	r.Get("/tasks/{task_id}", s.answer(s.handleTaskRead))
	r.Put("/tasks/{task_id}", s.once(s.handleTaskReplace))
	r.Patch("/tasks/{task_id}", s.once(s.handleTaskUpdate))
	r.Delete("/tasks/{task_id}", s.once(s.handleTaskDelete))
	r.Patch("/tasks/{task_id}/complete", s.once(s.handleTaskComplete))
	r.Get("/conversations", s.answer(s.handleConversationList))
	r.Patch("/conversations/{conversation_id}", s.once(s.handleConversationUpdate))
	r.Delete("/conversations/{conversation_id}", s.once(s.handleConversationDelete))
	r.Post("/conversations/{conversation_id}/cancel", s.once(s.handleConversationCancel))
	r.Get("/conversations/{conversation_id}/messages", s.answer(s.handleMessageList))
}

// allowed are the methods that the path of r takes.
func (s *Server) allowed(r *http.Request) []string {
	var methods []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if s.router.Match(chi.NewRouteContext(), method, r.URL.Path) {
			methods = append(methods, method)
		}
	}
	return methods
}

// probe tells the requests of Kubernetes from those of people.
func probe(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/health") }
