package rest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"todo-chatbot/backend/internal/todo"
)

// Where MCP clients connect, and where they learn how to (RFC 9728, section
// 3.1: the well-known name goes before the resource's path). Some clients ask
// at the name alone.
const (
	mcpPath       = "/mcp"
	wellKnownPath = "/.well-known/oauth-protected-resource"
)

// protectedResource says how to get access to /mcp (RFC 9728, section 2). It
// names no authorization server, because there is none to ask: tokens come
// from signing in or are made by hand.
type protectedResource struct {
	Resource               string   `json:"resource"`
	ResourceName           string   `json:"resource_name"`
	BearerMethodsSupported []string `json:"bearer_methods_supported"`
}

func (s *Server) handleProtectedResource(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Access-Control-Allow-Origin", "*") // it is the same for everybody, so clients in a browser may read it
	return respond(w, http.StatusOK, protectedResource{
		Resource: baseURL(r) + mcpPath, ResourceName: "todo-chatbot", BearerMethodsSupported: []string{"header"},
	})
}

// baseURL is the address under which the client of r knows this server. A
// proxy that ends TLS says so; whoever forges that fools only themselves,
// because the answer is theirs alone and no cache keeps it.
func baseURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// challenge tells a caller who was refused how to do better (RFC 6750, section
// 3), and a caller of MCP where that is written down (RFC 9728, section 5.1).
func challenge(r *http.Request) string {
	text := `Bearer realm="todo-chatbot"`
	if r.Header.Get("Authorization") != "" {
		text += `, error="invalid_token"`
	}
	if r.URL.Path == mcpPath {
		text += fmt.Sprintf(`, resource_metadata="%s%s%s"`, baseURL(r), wellKnownPath, mcpPath)
	}
	return text
}

// handleMCP passes a message on to the MCP server. Without sessions there is
// nothing to listen to with GET and nothing to end with DELETE; the
// specification answers 405 to both.
func (s *Server) handleMCP(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return todo.Errorf(codeMethodNotAllowed, "MCP is spoken by POST here: there are no sessions to listen to or to end.")
	}
	// A token is no cookie, so a page of another site has none to misuse; the
	// specification wants its requests refused all the same.
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return &todo.Error{Code: todo.CodeForbidden, Message: "Pages of another site may not use MCP here.", Err: err}
	}
	if err := requireJSON(r); err != nil {
		return err
	}
	// Read here, because the MCP server would answer that a body which is too
	// large is no JSON.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return bodyError(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.MCP.ServeHTTP(w, r)
	return nil
}

// bodyError says why a body could not be read.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return todo.Errorf(codeTooLarge, "The body is larger than %d bytes.", tooLarge.Limit)
	}
	return &todo.Error{Code: todo.CodeMalformed, Message: "The body ends in the middle.", Err: err}
}
