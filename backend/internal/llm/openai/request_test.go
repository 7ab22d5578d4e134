package openai

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/llmtest"
)

// sent completes req and returns what the endpoint got.
func sent(t *testing.T, req llm.Request) llmtest.ChatRequest {
	t.Helper()
	srv := llmtest.NewServer(t, llmtest.Text("Hello"))
	if _, err := newProvider(srv, 0).Complete(t.Context(), req, nil); err != nil {
		t.Fatal(err)
	}
	return srv.Requests()[0]
}

func chatCall(id, name, args string) llmtest.ChatCall {
	c := llmtest.ChatCall{ID: id, Type: "function"}
	c.Function.Name, c.Function.Arguments = name, args
	return c
}

func TestProvider_Sends(t *testing.T) {
	t.Parallel()
	got := sent(t, llmtest.Request(
		llmtest.User("Show my tasks"),
		llm.Message{Role: llm.RoleAssistant, Text: "Let me see.", ToolCalls: []llm.ToolCall{call("a", "list_tasks", `{"status":"all"}`)}},
		llm.Message{Role: llm.RoleTool, ToolCallID: "a", Text: `{"tasks":[]}`},
		llm.Message{Role: llm.RoleAssistant, Text: "You have no tasks."},
		llmtest.User("Thanks"),
	))
	if got.Path != "/v1/chat/completions" || got.Model != "small" || !got.Stream {
		t.Errorf("path %q, model %q, stream %v", got.Path, got.Model, got.Stream)
	}
	if auth := got.Header.Get("Authorization"); auth != "Bearer "+key {
		t.Errorf("Authorization = %q", auth)
	}
	want := []llmtest.ChatMessage{
		{Role: "system", Content: "You keep a todo list."},
		{Role: "user", Content: "Show my tasks"},
		{Role: "assistant", Content: "Let me see.", ToolCalls: []llmtest.ChatCall{chatCall("a", "list_tasks", `{"status":"all"}`)}},
		{Role: "tool", ToolCallID: "a", Content: `{"tasks":[]}`},
		{Role: "assistant", Content: "You have no tasks."},
		{Role: "user", Content: "Thanks"},
	}
	if diff := cmp.Diff(want, got.Messages, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestProvider_SendsTools(t *testing.T) {
	t.Parallel()
	req := llmtest.Request(llmtest.User("hello"))
	req.Tools = append(req.Tools, llm.Tool{Name: "bare", InputSchema: json.RawMessage("no schema")})
	got := sent(t, req).Tools
	if len(got) != len(req.Tools) {
		t.Fatalf("%d tools, want %d", len(got), len(req.Tools))
	}
	for i, tool := range req.Tools[:len(got)-1] {
		if got[i].Type != "function" || got[i].Function.Name != tool.Name || got[i].Function.Description != tool.Description {
			t.Errorf("tool %d = %+v, want %s", i, got[i], tool.Name)
		}
		if diff := cmp.Diff(decode(t, tool.InputSchema), decode(t, got[i].Function.Parameters)); diff != "" {
			t.Errorf("schema of %s (-want +got):\n%s", tool.Name, diff)
		}
	}
	if bare := got[len(got)-1]; bare.Function.Name != "bare" || bare.Function.Parameters != nil {
		t.Errorf("tool without a schema = %+v", bare)
	}
}

func decode(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// An endpoint rejects a conversation whose calls and results do not pair up, as
// they do not when the history is cut or a turn broke off.
func TestProvider_SendsPairedResults(t *testing.T) {
	t.Parallel()
	got := sent(t, llm.Request{Messages: []llm.Message{
		{Role: llm.RoleTool, ToolCallID: "gone", Text: "{}"},
		{Role: llm.RoleAssistant},
		{Role: llm.RoleAssistant, ToolCalls: []llm.ToolCall{call("a", "list_tasks", ""), call("b", "list_tasks", "{}")}},
		{Role: llm.RoleTool, ToolCallID: "b", Text: "There is no list.", IsError: true},
		llmtest.User("hello"),
	}})
	want := []llmtest.ChatMessage{
		{Role: "assistant", ToolCalls: []llmtest.ChatCall{chatCall("a", "list_tasks", "{}"), chatCall("b", "list_tasks", "{}")}},
		{Role: "tool", ToolCallID: "a", Content: noResult},
		{Role: "tool", ToolCallID: "b", Content: "There is no list."},
		{Role: "user", Content: "hello"},
	}
	if diff := cmp.Diff(want, got.Messages, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestProvider_SendsNoKey(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "from the environment")
	srv := llmtest.NewServer(t, llmtest.Text("Hello"))
	p := New(Config{BaseURL: srv.URL, Model: "small"})
	if _, err := p.Complete(t.Context(), llmtest.Request(llmtest.User("hello")), nil); err != nil {
		t.Fatal(err)
	}
	if auth, ok := srv.Requests()[0].Header["Authorization"]; ok {
		t.Errorf("Authorization = %q, want none", auth)
	}
}

// A second step must not repeat the IDs of the first.
func TestProvider_CallIDsOfTurn(t *testing.T) {
	t.Parallel()
	srv := llmtest.NewServer(t, llmtest.Calls(call("", "list_tasks", "{}"), call("a", "list_tasks", "{}")))
	res, err := newProvider(srv, 0).Complete(t.Context(), llmtest.Request(
		llmtest.User("Show my tasks"),
		llm.Message{Role: llm.RoleAssistant, ToolCalls: []llm.ToolCall{call("call_1", "list_tasks", "{}"), call("a", "list_tasks", "{}")}},
		llm.Message{Role: llm.RoleTool, ToolCallID: "call_1", Text: "{}"},
		llm.Message{Role: llm.RoleTool, ToolCallID: "a", Text: "{}"},
	), nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range res.ToolCalls {
		ids = append(ids, c.ID)
	}
	if diff := cmp.Diff([]string{"call_3", "call_4"}, ids); diff != "" {
		t.Errorf("IDs (-want +got):\n%s", diff)
	}
}
