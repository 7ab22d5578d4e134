package rest

import (
	"net/http"

	"todo-chatbot/backend/api/openapi"
)

// handleContract answers with the written contract.
func (s *Server) handleContract(w http.ResponseWriter, _ *http.Request) error {
	return serve(w, "application/yaml", openapi.Document)
}

// handleDocs answers with the contract as a page. It loads nothing and runs
// nothing.
func (s *Server) handleDocs(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	return serve(w, "text/html; charset=utf-8", openapi.Page)
}

func serve(w http.ResponseWriter, contentType string, body []byte) error {
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(body) // a client that left is not our mistake
	return nil
}
