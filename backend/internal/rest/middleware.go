package rest

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

// requireToken lets requests pass whose bearer token is valid (RFC 6750,
// section 2.1), acting for the token's owner.
func (s *Server) requireToken(next http.Handler) http.Handler {
	return s.answer(func(w http.ResponseWriter, r *http.Request) error {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			return todo.Errorf(todo.CodeUnauthenticated, "Sign in first: this needs an Authorization header with a bearer token.")
		}
		ctx, err := s.Auth.Authenticate(r.Context(), strings.TrimSpace(token))
		if err != nil {
			return err
		}
		next.ServeHTTP(w, r.WithContext(ctx))
		return nil
	})
}

// requireOwner lets requests pass whose path names the caller.
func (s *Server) requireOwner(next http.Handler) http.Handler {
	return s.answer(func(w http.ResponseWriter, r *http.Request) error {
		if _, err := auth.Authorize(r.Context(), chi.URLParam(r, "user_id")); err != nil {
			return err
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// limitRequests refuses requests of a user who sends too many.
func (s *Server) limitRequests(next http.Handler) http.Handler {
	return s.answer(func(w http.ResponseWriter, r *http.Request) error {
		user, err := auth.UserFrom(r.Context())
		if err != nil {
			return err
		}
		if err := s.RequestLimit.Allow(r.Context(), user.ID); err != nil {
			return err
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// private keeps answers, which all belong to one user, out of every cache.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// bounded gives a request its time; what it asks of the database is away after
// that.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch thrown := recover(); thrown {
			case nil:
			case http.ErrAbortHandler: // net/http's own way to cut a connection
				panic(thrown)
			default:
				s.fail(w, r, fmt.Errorf("panic: %v\n%s", thrown, debug.Stack()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// knownMethod keeps a client from making a metric of every word it can think of.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	default:
		return "other"
	}
}

// measure reports requests by the pattern of their route, because paths with
// ids in them would be a metric each.
func (s *Server) measure(next http.Handler) http.Handler {
	if s.Measure == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		seen := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			route := chi.RouteContext(r.Context()).RoutePattern()
			if route == "" {
				route = "none"
			}
			s.Measure(route, knownMethod(r.Method), max(seen.Status(), http.StatusOK), time.Since(start))
		}()
		next.ServeHTTP(seen, r)
	})
}
