package rest

import (
	"net/http"

	"todo-chatbot/backend/api"
)

// handleHealth says that the process can answer. It never touches the
// database: a restart would not bring that back.
func (s *Server) handleHealth(w http.ResponseWriter, _ *http.Request) error {
	return respond(w, http.StatusOK, api.Health{Status: "ok"})
}

// handleReady says whether requests can be served, naming what fails.
func (s *Server) handleReady(w http.ResponseWriter, r *http.Request) error {
	checks, ready := s.Ready(r.Context())
	if !ready {
		w.Header().Set("Retry-After", "1")
		return respond(w, http.StatusServiceUnavailable, api.Health{Status: "unavailable", Checks: checks})
	}
	return respond(w, http.StatusOK, api.Health{Status: "ok", Checks: checks})
}
