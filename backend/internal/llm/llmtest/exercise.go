package llmtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"todo-chatbot/backend/internal/llm"
)

// Exercise runs the suite that every provider passes. newProvider makes a
// fresh provider for a subtest; its model must know the five tools of Request,
// call add_task when asked to add something, and answer a tool's result in text.
func Exercise(t *testing.T, newProvider func(t *testing.T) llm.Provider) {
	t.Helper()
	tests := map[string]func(*testing.T, llm.Provider){
		"Name":             exerciseName,
		"AddCallsTool":     exerciseAddCallsTool,
		"ResultThenText":   exerciseResultThenText,
		"ErrorResult":      exerciseErrorResult,
		"OddHistory":       exerciseOddHistory,
		"NilDelta":         exerciseNilDelta,
		"CancelledContext": exerciseCancelledContext,
		"Concurrent":       exerciseConcurrent,
		"UniqueIDs":        exerciseUniqueIDs,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newProvider(t))
		})
	}
}

// AddRequest is the words with which the suite asks for a task.
const AddRequest = "Add a task to buy groceries"

// Request is a request with the five tools, on a Wednesday noon in UTC+2.
func Request(messages ...llm.Message) llm.Request {
	return llm.Request{
		System:   "You keep a todo list.",
		Messages: messages,
		Tools:    Tools(),
		Now:      time.Date(2026, time.March, 4, 12, 0, 0, 0, time.FixedZone("", 2*60*60)),
	}
}

// Tools describes the five tools as the product does, less the user_id.
func Tools() []llm.Tool {
	const fields = `"title":{"type":"string"},"description":{"type":"string"},` +
		`"priority":{"type":"string","enum":["low","medium","high"]},` +
		`"tags":{"type":"array","items":{"type":"string"}},"due_at":{"type":["string","null"]}`
	return []llm.Tool{
		tool("add_task", "Add a task.", fields, "title"),
		tool("list_tasks", "List tasks.", `"status":{"type":"string"}`, ""),
		tool("complete_task", "Complete a task.", `"task_id":{"type":"integer"}`, "task_id"),
		tool("update_task", "Change a task.", `"task_id":{"type":"integer"},"completed":{"type":"boolean"},`+fields, "task_id"),
		tool("delete_task", "Delete a task.", `"task_id":{"type":"integer"}`, "task_id"),
	}
}

func tool(name, description, properties, required string) llm.Tool {
	schema := fmt.Sprintf(`{"type":"object","properties":{%s}`, properties)
	if required != "" {
		schema += fmt.Sprintf(`,"required":[%q]`, required)
	}
	return llm.Tool{Name: name, Description: description, InputSchema: json.RawMessage(schema + "}")}
}

// User is a user's message.
func User(text string) llm.Message { return llm.Message{Role: llm.RoleUser, Text: text} }

// complete asks the provider and checks what holds for every answer.
func complete(t *testing.T, p llm.Provider, messages ...llm.Message) llm.Response {
	t.Helper()
	var deltas strings.Builder
	res, err := p.Complete(t.Context(), Request(messages...), func(text string) { deltas.WriteString(text) })
	if err != nil {
		t.Fatalf("Complete: %v", err)
	}
	if deltas.String() != res.Text {
		t.Errorf("deltas joined are %q, Text is %q", deltas.String(), res.Text)
	}
	if len(res.ToolCalls) == 0 && strings.TrimSpace(res.Text) == "" {
		t.Error("neither text nor tool calls")
	}
	return res
}

func exerciseName(t *testing.T, p llm.Provider) {
	if p.Name() == "" {
		t.Error("Name is empty")
	}
}

func exerciseAddCallsTool(t *testing.T, p llm.Provider) {
	res := complete(t, p, User(AddRequest))
	if len(res.ToolCalls) != 1 || res.ToolCalls[0].Name != "add_task" {
		t.Fatalf("tool calls = %+v, want one add_task", res.ToolCalls)
	}
	var args map[string]any
	if err := json.Unmarshal(res.ToolCalls[0].Arguments, &args); err != nil {
		t.Fatalf("arguments are no object: %v", err)
	}
	if args["title"] == "" || args["title"] == nil {
		t.Errorf("arguments %v have no title", args)
	}
}

// answered is the conversation after the provider's calls of the first step.
func answered(t *testing.T, p llm.Provider, result string, isError bool) llm.Response {
	t.Helper()
	first := complete(t, p, User(AddRequest))
	messages := []llm.Message{
		User(AddRequest),
		{Role: llm.RoleAssistant, Text: first.Text, ToolCalls: first.ToolCalls},
	}
	for _, call := range first.ToolCalls {
		messages = append(messages, llm.Message{
			Role: llm.RoleTool, ToolCallID: call.ID, Text: result, IsError: isError,
		})
	}
	return complete(t, p, messages...)
}

func exerciseResultThenText(t *testing.T, p llm.Provider) {
	res := answered(t, p, `{"task_id":1,"status":"created","title":"Buy groceries"}`, false)
	if len(res.ToolCalls) != 0 || res.Text == "" {
		t.Errorf("response = %+v, want text alone", res)
	}
}

func exerciseErrorResult(t *testing.T, p llm.Provider) {
	res := answered(t, p, "The list is full. Delete a task first.", true)
	if len(res.ToolCalls) != 0 || res.Text == "" {
		t.Errorf("response = %+v, want text alone", res)
	}
}

// exerciseOddHistory sends what a history cut to its newest messages, or
// written by another provider, can look like.
func exerciseOddHistory(t *testing.T, p llm.Provider) {
	call := llm.ToolCall{ID: "a", Name: "no_such_tool", Arguments: json.RawMessage(`{"broken`)}
	complete(t, p,
		llm.Message{Role: llm.RoleTool, ToolCallID: "gone", Text: "{}"},
		llm.Message{Role: llm.RoleAssistant},
		llm.Message{Role: llm.RoleAssistant, ToolCalls: []llm.ToolCall{call, {ID: "b", Name: "list_tasks"}}},
		llm.Message{Role: llm.RoleTool, ToolCallID: "a", Text: "not JSON"},
		llm.Message{Role: "stranger", Text: "?"},
		User("hello"),
	)
}

func exerciseNilDelta(t *testing.T, p llm.Provider) {
	res, err := p.Complete(t.Context(), Request(User("hello")), nil)
	if err != nil || res.Text == "" {
		t.Errorf("Complete without onDelta = %+v, %v", res, err)
	}
}

func exerciseCancelledContext(t *testing.T, p llm.Provider) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Complete(ctx, Request(User("hello")), func(string) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want %v", err, context.Canceled)
	}
}

func exerciseConcurrent(t *testing.T, p llm.Provider) {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			var deltas strings.Builder
			res, err := p.Complete(t.Context(), Request(User("hello")), func(s string) { deltas.WriteString(s) })
			if err != nil || res.Text == "" || deltas.String() != res.Text {
				t.Errorf("Complete = %+v, %v, deltas %q", res, err, deltas.String())
			}
		})
	}
	group.Wait()
}

func exerciseUniqueIDs(t *testing.T, p llm.Provider) {
	first := complete(t, p, User(AddRequest))
	seen := map[string]bool{}
	for _, call := range first.ToolCalls {
		if call.ID == "" || seen[call.ID] {
			t.Errorf("call ID %q is empty or repeated", call.ID)
		}
		seen[call.ID] = true
	}
	if len(seen) == 0 {
		t.Error("no tool call to look at")
	}
}
