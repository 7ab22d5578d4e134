package app

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"todo-chatbot/backend/api"
)

// readyTimeout is shorter than what probes wait by default.
const readyTimeout = 900 * time.Millisecond

// health is 200 for as long as the process can answer.
func health(w http.ResponseWriter, _ *http.Request) {
	writeHealth(w, http.StatusOK, api.Health{Status: "ok"})
}

// ready is 200 while pages can be served, for which the backend must be, and
// 503 with the failing check otherwise.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if a.server.Stopping() {
		writeHealth(w, http.StatusServiceUnavailable, unready("server", "stopping"))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := a.backend.Ready(ctx); err != nil {
		a.log.WarnContext(ctx, "not ready", "error", err)
		writeHealth(w, http.StatusServiceUnavailable, unready("backend", "unavailable"))
		return
	}
	writeHealth(w, http.StatusOK, api.Health{Status: "ok", Checks: map[string]string{"backend": "ok"}})
}

func unready(check, state string) api.Health {
	return api.Health{Status: "unavailable", Checks: map[string]string{check: state}}
}

func writeHealth(w http.ResponseWriter, status int, body api.Health) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson // Only a prober that has gone is left to fail.
}
