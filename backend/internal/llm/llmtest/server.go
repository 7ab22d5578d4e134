// Package llmtest tests language model providers: a suite that every provider
// passes, and a scripted endpoint that stands in for a model. Tests only.
package llmtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"todo-chatbot/backend/internal/llm"
)

// Step is one scripted answer of a Server.
type Step func(w http.ResponseWriter, r *http.Request)

// Server is an OpenAI-compatible endpoint that answers by script.
type Server struct {
	URL string // the base URL for a client, without a slash at its end

	mu       sync.Mutex
	requests []ChatRequest
}

// ChatRequest is a request that a Server got.
type ChatRequest struct {
	Path   string      `json:"-"`
	Header http.Header `json:"-"`

	Model    string        `json:"model"`
	Stream   bool          `json:"stream"`
	Messages []ChatMessage `json:"messages"`
	Tools    []ChatTool    `json:"tools"`
}

// ChatMessage is a message as the endpoint sees it.
type ChatMessage struct {
	Role       string     `json:"role"`
	Content    string     `json:"content"`
	ToolCallID string     `json:"tool_call_id"`
	ToolCalls  []ChatCall `json:"tool_calls"`
}

// ChatCall is a tool call in a message.
type ChatCall struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"` // JSON
	} `json:"function"`
}

// ChatTool is a tool that a request offers.
type ChatTool struct {
	Type     string `json:"type"`
	Function struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"` // JSON Schema
	} `json:"function"`
}

// NewServer starts an endpoint that answers its requests with steps, in order.
// The test fails when it gets one more. The server ends with the test.
func NewServer(t testing.TB, steps ...Step) *Server {
	t.Helper()
	return serve(t, func(n int, _ ChatRequest) Step {
		if n < len(steps) {
			return steps[n]
		}
		t.Errorf("request %d to an endpoint with %d steps", n+1, len(steps))
		return Status(http.StatusInternalServerError)
	})
}

// NewModel starts an endpoint whose answer depends on the request alone, for
// tests that ask in no fixed order. answer is called concurrently.
func NewModel(t testing.TB, answer func(ChatRequest) Step) *Server {
	t.Helper()
	return serve(t, func(_ int, req ChatRequest) Step { return answer(req) })
}

func serve(t testing.TB, answer func(n int, req ChatRequest) Step) *Server {
	t.Helper()
	s := new(Server)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := ChatRequest{Path: r.URL.Path, Header: r.Header.Clone()}
		if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
			t.Errorf("request body: %v", err)
		}
		answer(s.record(req), req)(w, r)
	}))
	t.Cleanup(srv.Close)
	s.URL = srv.URL
	return s
}

// record keeps a request and returns how many came before it.
func (s *Server) record(req ChatRequest) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, req)
	return len(s.requests) - 1
}

// Requests gives the requests so far, oldest first.
func (s *Server) Requests() []ChatRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]ChatRequest(nil), s.requests...)
}

// Text streams text in the given pieces and ends with usage 11 in, 7 out.
func Text(pieces ...string) Step {
	return Say(pieces)
}

// Say streams text in pieces, then tool calls with their arguments in two
// pieces each, and ends as an endpoint does.
func Say(pieces []string, calls ...llm.ToolCall) Step {
	var chunks []string
	for _, piece := range pieces {
		chunks = append(chunks, Delta(map[string]any{"content": piece}))
	}
	reason := "stop"
	for i, call := range calls {
		half := len(call.Arguments) / 2
		chunks = append(chunks,
			callDelta(i, call.ID, call.Name, string(call.Arguments[:half])),
			callDelta(i, "", "", string(call.Arguments[half:])))
		reason = "tool_calls"
	}
	return Chunks(append(chunks, Finish(reason), usage, "[DONE]")...)
}

// Calls streams tool calls alone; see Say.
func Calls(calls ...llm.ToolCall) Step { return Say(nil, calls...) }

const usage = `{"id":"x","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}`

func callDelta(index int, id, name, arguments string) string {
	call := map[string]any{"index": index, "function": map[string]any{"arguments": arguments}}
	if name != "" {
		call["type"] = "function"
		call["function"] = map[string]any{"name": name, "arguments": arguments}
	}
	if id != "" {
		call["id"] = id
	}
	return Delta(map[string]any{"tool_calls": []any{call}})
}

// Delta is the chunk that carries a delta of the first choice, for Chunks.
func Delta(delta map[string]any) string {
	return chunk(map[string]any{"index": 0, "delta": delta, "finish_reason": nil})
}

// Finish is the chunk that ends the first choice, for Chunks.
func Finish(reason string) string {
	return chunk(map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": reason})
}

func chunk(choice map[string]any) string {
	raw, err := json.Marshal(map[string]any{
		"id": "x", "object": "chat.completion.chunk", "choices": []any{choice},
	})
	if err != nil {
		panic(err) // Only a test that passes a channel or the like gets here.
	}
	return string(raw)
}

// Chunks streams events with the given data, as they are, and ends the body.
func Chunks(data ...string) Step {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, d := range data {
			_, _ = fmt.Fprintf(w, "data: %s\n\n", d)
		}
		flush(w)
	}
}

// Cut streams text in pieces and then drops the connection.
func Cut(pieces ...string) Step {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, piece := range pieces {
			Chunks(Delta(map[string]any{"content": piece}))(w, r)
		}
		panic(http.ErrAbortHandler)
	}
}

// Hang streams text in pieces and then nothing, until the client leaves.
func Hang(pieces ...string) Step {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, piece := range pieces {
			Chunks(Delta(map[string]any{"content": piece}))(w, r)
		}
		<-r.Context().Done()
	}
}

// Status fails with an HTTP status, an error like OpenAI's, and headers given
// as name, value, name, value.
func Status(code int, header ...string) Step {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = fmt.Fprint(w, `{"error":{"message":"secret words of the endpoint","code":"some_code"}}`)
	}
}

// Fail fails with an HTTP status and an error of the given code and words, as
// vendors write them.
func Fail(status int, code any, words string) Step {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": code, "message": words}}) // the client may have left
	}
}

func flush(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}
