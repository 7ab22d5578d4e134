package mcpbridge

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
)

// maxAnswer bounds what one answer may take in memory, in bytes.
const maxAnswer = 16 << 20

// Codes of JSON-RPC 2.0, section 5.1; those of its server errors are ours.
const (
	codeParse   = -32700
	codeAway    = -32000
	codeRefused = -32001
)

// refusal is why a message was not passed on, or not answered.
type refusal struct {
	code int
	text string
}

// Error implements error.
func (r *refusal) Error() string { return r.text }

// post sends a message over Streamable HTTP (MCP specification, "Transports")
// and returns the answer on one line, or nil where there is none.
func (b *Bridge) post(ctx context.Context, m message, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+b.token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	b.describe(r.Header, m)
	resp, err := b.client.Do(r)
	if err != nil {
		return nil, b.away(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, b.away(err)
	}
	return b.understand(resp, answer)
}

// describe sets the headers that repeat parts of the message: the version
// since 2025-06-18, method and name since 2026-07-28, which names its version
// in every message.
func (b *Bridge) describe(h http.Header, m message) {
	own := m.Params.Meta.ProtocolVersion
	if version := cmp.Or(own, b.version); version != "" && m.Method != "initialize" {
		h.Set("MCP-Protocol-Version", version)
	}
	if own == "" {
		return
	}
	h.Set("Mcp-Method", m.Method)
	if name := cmp.Or(m.Params.Name, m.Params.URI); name != "" {
		h.Set("Mcp-Name", name)
	}
}

// away says in plain words why the backend cannot be reached.
func (b *Bridge) away(err error) error {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return &refusal{codeAway, fmt.Sprintf("The backend at %s did not answer in %s.", b.endpoint, requestTimeout)}
	}
	return &refusal{codeAway, fmt.Sprintf("The backend at %s cannot be reached; is TODO_API_URL right, and is it running? (%v)", b.endpoint, errors.Unwrap(err))}
}

func (b *Bridge) understand(resp *http.Response, body []byte) ([]byte, error) {
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // "" is none that is known
	switch {
	case resp.StatusCode == http.StatusAccepted:
		return nil, nil
	case mediaType == "application/json" && resp.StatusCode != http.StatusUnauthorized:
		var line bytes.Buffer
		if err := json.Compact(&line, body); err != nil {
			return nil, &refusal{codeAway, fmt.Sprintf("The backend at %s answered something that is no JSON.", b.endpoint)}
		}
		return line.Bytes(), nil
	case resp.StatusCode == http.StatusUnauthorized:
		return nil, &refusal{codeRefused, "The token in TODO_MCP_TOKEN was refused. " + detail(body)}
	case mediaType == "application/problem+json":
		return nil, &refusal{codeAway, detail(body)}
	case resp.StatusCode >= http.StatusMultipleChoices && resp.StatusCode < http.StatusBadRequest:
		return nil, &refusal{codeAway, fmt.Sprintf("%s has moved to %s; set TODO_API_URL to that.", b.endpoint, resp.Header.Get("Location"))}
	default:
		return nil, &refusal{codeAway, fmt.Sprintf("There is no todo-chatbot backend at %s (status %d); is TODO_API_URL right?", b.endpoint, resp.StatusCode)}
	}
}

// detail is what a problem+json body says to people (RFC 9457).
func detail(body []byte) string {
	var problem struct {
		Detail string `json:"detail"`
	}
	if json.Unmarshal(body, &problem) != nil || problem.Detail == "" {
		return "It did not say why."
	}
	return problem.Detail
}

// failure is the line that answers a request which was not passed on.
func (b *Bridge) failure(id json.RawMessage, err error) []byte {
	b.report(err)
	code := codeAway
	var refused *refusal
	if errors.As(err, &refused) {
		code = refused.code
	}
	type rpcError struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	line, encodeErr := json.Marshal(struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   rpcError        `json:"error"`
	}{"2.0", id, rpcError{code, strings.TrimSpace(err.Error())}})
	if encodeErr != nil {
		b.report(encodeErr)
	}
	return line
}
