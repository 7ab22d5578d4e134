package chat

import (
	"encoding/json"
	"testing"

	"todo-chatbot/backend/api"
)

func TestNewTool(t *testing.T) {
	t.Parallel()
	milk := json.RawMessage(`{"task_id":3,"status":"created","title":"Buy milk"}`)
	tests := map[string]struct {
		call  api.ToolCall
		state State
		text  string
	}{
		"running":       {api.ToolCall{Name: "add_task", Arguments: json.RawMessage(`{"title":"Buy milk"}`)}, Running, "Adding “Buy milk”…"},
		"by number":     {api.ToolCall{Name: "complete_task", Arguments: json.RawMessage(`{"task_id":3}`)}, Running, "Completing task 3…"},
		"number quoted": {api.ToolCall{Name: "complete_task", Arguments: json.RawMessage(`{"task_id":"3"}`)}, Running, "Completing task 3…"},
		"number wrong":  {api.ToolCall{Name: "complete_task", Arguments: json.RawMessage(`{"task_id":{}}`)}, Running, "Completing a task…"},
		"done":          {api.ToolCall{Name: "complete_task", Arguments: json.RawMessage(`{"task_id":3}`), Result: milk}, Done, "Completed “Buy milk”"},
		"failed":        {api.ToolCall{Name: "delete_task", Arguments: json.RawMessage(`{"task_id":9}`), Result: json.RawMessage(`"no task 9"`), IsError: true}, Failed, "Could not delete task 9"},
		"list":          {api.ToolCall{Name: "list_tasks", Result: json.RawMessage(`{"tasks":[]}`)}, Done, "Looked through your list"},
		"unknown":       {api.ToolCall{Name: "plan_day", Result: json.RawMessage(`[]`)}, Done, "Used plan day"},
		"percent":       {api.ToolCall{Name: "add_task", Result: json.RawMessage(`{"title":"Save 5%"}`)}, Done, "Added “Save 5%”"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newTool("tool-1", tt.call)
			if got.State != tt.state || got.Text != tt.text {
				t.Errorf("got %s %q, want %s %q", got.State, got.Text, tt.state, tt.text)
			}
		})
	}
}

func TestNewTool_Details(t *testing.T) {
	t.Parallel()
	got := newTool("tool-1", api.ToolCall{Name: "get_task", Arguments: json.RawMessage(`{"task_id":12345678901234567890}`), Result: json.RawMessage(`"a \u0026 b"`)})
	if want := "{\n  \"task_id\": 12345678901234567890\n}"; got.Arguments != want || got.Result != `"a & b"` {
		t.Errorf("details %q and %q", got.Arguments, got.Result)
	}
}

func TestChangesTasks(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"add_task": true, "list_tasks": false, "search_tasks": false, "something_new": true} {
		if got := changesTasks(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
