package app

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/pages"
	"todo-chatbot/frontend/internal/pages/chat"
	"todo-chatbot/frontend/internal/pages/signin"
	"todo-chatbot/frontend/internal/pages/signup"
	"todo-chatbot/frontend/internal/pages/tasks"
	"todo-chatbot/frontend/internal/static"
	"todo-chatbot/internal/telemetry"
)

func (a *App) routes(adapt pages.Adapter) http.Handler {
	r := chi.NewRouter()
	r.Use(telemetry.IdentifyRequests, telemetry.LogRequests(a.log, quiet), backend.KeepAddresses, secure, adapt.Recover, sameOrigin(adapt), middleware.GetHead)
	r.NotFound(adapt.Public(pages.NotFound))
	r.MethodNotAllowed(nameAllowed(r, adapt.Public(pages.MethodNotAllowed)))
	a.accountRoutes(r, adapt)
	crowd := pages.NewCrowd()
	a.chatRoutes(r, adapt, crowd)
	a.taskRoutes(r, adapt, crowd)
	a.machineRoutes(r, adapt)
	return r
}

func (a *App) accountRoutes(r chi.Router, adapt pages.Adapter) {
	in := signin.New(a.backend, adapt.Cookies)
	up := signup.New(a.backend, adapt.Cookies)
	r.Get("/signin", adapt.Public(in.Show))
	r.Post("/signin", adapt.Public(in.Submit))
	r.Post("/signout", adapt.Public(in.SignOut))
	r.Get("/signup", adapt.Public(up.Show))
	r.Post("/signup", adapt.Public(up.Submit))
}

func (a *App) chatRoutes(r chi.Router, adapt pages.Adapter, crowd pages.Crowd) {
	h := chat.Handler{Backend: a.backend, Log: a.log, Secure: adapt.Cookies.Secure}
	r.Get("/", adapt.Private(crowd.Queue(h.Home)))
	r.Get("/c/{id}", adapt.Private(crowd.Queue(h.Show)))
	r.Post("/chat", adapt.Private(h.Post))
}

func (a *App) taskRoutes(r chi.Router, adapt pages.Adapter, crowd pages.Crowd) {
	h := tasks.Handler{Backend: a.backend}
	r.Get("/tasks", adapt.Private(crowd.Queue(h.List)))
	r.Post("/tasks", adapt.Private(h.Create))
	r.Get("/tasks/{id}", adapt.Private(h.Edit))
	r.Post("/tasks/{id}", adapt.Private(h.Save))
	r.Post("/tasks/{id}/complete", adapt.Private(h.Complete))
	r.Post("/tasks/{id}/reopen", adapt.Private(h.Reopen))
	r.Post("/tasks/{id}/delete", adapt.Private(h.Delete))
}

func (a *App) machineRoutes(r chi.Router, adapt pages.Adapter) {
	r.Get("/api/health", health)
	r.Get("/api/health/ready", a.ready)
	r.Get(static.Prefix+"{name}", adapt.Public(asset))
	r.Get("/favicon.ico", adapt.Public(icon))
}

func asset(w http.ResponseWriter, r *http.Request) error {
	if !static.Serve(w, r, chi.URLParam(r, "name")) {
		return pages.NotFound(w, r)
	}
	return nil
}

func icon(w http.ResponseWriter, r *http.Request) error {
	static.Serve(w, r, static.Icon) // New has made sure that it is there.
	return nil
}

// nameAllowed tells in which ways a page can be used, because the router does
// not once the page that refuses is our own.
func nameAllowed(routes chi.Routes, refuse http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var methods []string
		if routes.Match(chi.NewRouteContext(), http.MethodGet, r.URL.Path) {
			methods = append(methods, http.MethodGet, http.MethodHead)
		}
		if routes.Match(chi.NewRouteContext(), http.MethodPost, r.URL.Path) {
			methods = append(methods, http.MethodPost)
		}
		w.Header().Set("Allow", strings.Join(methods, ", "))
		refuse.ServeHTTP(w, r)
	}
}

// quiet are the requests that say nothing about what users do.
func quiet(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/health") || strings.HasPrefix(r.URL.Path, static.Prefix)
}
