package rules

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/llmtest"
)

// conversation is a user, the provider, and a list kept by the five tools.
type conversation struct {
	t        testing.TB
	provider *Provider
	tools    []llm.Tool
	now      time.Time
	messages []llm.Message
	tasks    []task
	nextID   int64
	calls    []llm.ToolCall // of the latest turn
}

func newConversation(t testing.TB, tasks []task) *conversation {
	c := &conversation{t: t, provider: New(), tools: llmtest.Tools(), now: llmtest.Request().Now}
	for _, k := range tasks {
		c.nextID++
		k.ID = c.nextID
		c.tasks = append(c.tasks, k)
	}
	return c
}

// The bounds of the agent and of list_tasks.
const (
	maxSteps = 8
	maxCalls = 100
	pageSize = 100
)

// say runs a turn as the agent does and returns the reply.
func (c *conversation) say(text string) string {
	c.t.Helper()
	c.calls = nil
	c.messages = append(c.messages, llmtest.User(text))
	for range maxSteps {
		req := llm.Request{Messages: c.messages, Tools: c.tools, Now: c.now}
		res, err := c.provider.Complete(c.t.Context(), req, nil)
		if err != nil {
			c.t.Fatalf("Complete(%q): %v", text, err)
		}
		res.ToolCalls = res.ToolCalls[:min(len(res.ToolCalls), maxCalls)]
		c.messages = append(c.messages, llm.Message{Role: llm.RoleAssistant, Text: res.Text, ToolCalls: res.ToolCalls})
		if len(res.ToolCalls) == 0 {
			return res.Text
		}
		for _, call := range res.ToolCalls {
			c.calls = append(c.calls, call)
			c.messages = append(c.messages, c.use(call))
		}
	}
	c.t.Fatalf("%q took more than %d steps", text, maxSteps)
	return ""
}

// arguments is what the tools take, all in one.
type arguments struct {
	Status    string           `json:"status"`
	Cursor    int              `json:"cursor,string"`
	ID        int64            `json:"task_id"`
	Title     *string          `json:"title"`
	Priority  *string          `json:"priority"`
	Tags      *[]string        `json:"tags"`
	DueAt     *json.RawMessage `json:"due_at"`
	Completed *bool            `json:"completed"`
}

// use runs a tool on the list.
func (c *conversation) use(call llm.ToolCall) llm.Message {
	c.t.Helper()
	var args arguments
	if err := json.Unmarshal(call.Arguments, &args); err != nil {
		c.t.Fatalf("%s %s: %v", call.Name, call.Arguments, err)
	}
	msg := llm.Message{Role: llm.RoleTool, ToolCallID: call.ID}
	switch call.Name {
	case "list_tasks":
		found := keep(c.tasks, filter{status: without(args.Status, "all")}.passesAt(c.now))
		end := min(len(found), args.Cursor+pageSize)
		page := taskList{Tasks: found[args.Cursor:end]}
		if end < len(found) {
			page.NextCursor = strconv.Itoa(end)
		}
		msg.Text = marshal(c.t, page)
		return msg
	case "add_task":
		c.nextID++
		c.tasks = append(c.tasks, task{ID: c.nextID, Priority: "medium"})
		args.ID = c.nextID
	}
	i := slices.IndexFunc(c.tasks, func(k task) bool { return k.ID == args.ID })
	if i < 0 {
		msg.Text, msg.IsError = fmt.Sprintf("There is no task %d.", args.ID), true
		return msg
	}
	c.tasks[i] = c.apply(c.tasks[i], args)
	status := map[string]string{"add_task": "created", "update_task": "updated", "complete_task": "completed", "delete_task": "deleted", "reopen_task": "reopened"}[call.Name]
	msg.Text = marshal(c.t, map[string]any{"task_id": args.ID, "status": status, "title": c.tasks[i].Title})
	switch call.Name {
	case "complete_task", "reopen_task":
		c.tasks[i].Completed = call.Name == "complete_task"
	case "delete_task":
		c.tasks = slices.Delete(c.tasks, i, i+1)
	}
	return msg
}

// changes gives the calls of the latest turn that do more than to look.
func (c *conversation) changes() []llm.ToolCall {
	return slices.DeleteFunc(slices.Clone(c.calls), func(call llm.ToolCall) bool { return call.Name == "list_tasks" })
}

func (c *conversation) apply(k task, args arguments) task {
	c.t.Helper()
	if args.Title != nil {
		k.Title = *args.Title
	}
	if args.Priority != nil {
		k.Priority = *args.Priority
	}
	if args.Tags != nil {
		k.Tags = *args.Tags
	}
	if args.Completed != nil {
		k.Completed = *args.Completed
	}
	if args.DueAt != nil {
		k.DueAt = nil
		if err := json.Unmarshal(*args.DueAt, &k.DueAt); err != nil {
			c.t.Fatalf("due_at %s: %v", *args.DueAt, err)
		}
	}
	return k
}

func (f filter) passesAt(now time.Time) func(task) bool {
	return func(k task) bool { return f.passes(k, now) }
}

func without(s, none string) string {
	if s == none {
		return ""
	}
	return s
}

func marshal(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// written gives calls as "add_task {"title":"Buy milk"}".
func written(calls []llm.ToolCall) []string {
	out := []string{}
	for _, call := range calls {
		out = append(out, call.Name+" "+string(call.Arguments))
	}
	return out
}
