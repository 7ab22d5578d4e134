package mcpserver

import (
	"context"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

func reopenTask(k kit) server.ServerTool {
	return newTool(k, mcp.NewTool("reopen_task",
		mcp.WithDescription("Mark a completed task as not done."),
		mcp.WithToolAnnotation(annotation("Reopen task", writes{idempotent: true})),
		withUserID(),
		withTaskID(),
		withOutput[taskResult]("reopened"),
	), func(ctx context.Context, user auth.User, in taskArguments) (taskResult, error) {
		task, err := k.tasks.UpdateTask(ctx, user.ID, in.TaskID, func(t *todo.Task) { t.Completed = false })
		return result(task, "reopened"), withPending(ctx, k.tasks, user, err)
	})
}

// clearable is an optional text that null takes away, as the empty text does.
type clearable struct{ text *string }

// UnmarshalJSON implements json.Unmarshaler; it is called for null too.
func (c *clearable) UnmarshalJSON(raw []byte) error {
	c.text = new("")
	if string(raw) == "null" {
		return nil
	}
	return json.Unmarshal(raw, c.text) //nolint:wrapcheck // bind names the argument
}

// orNull lets a client take a field away with null.
func orNull(schema map[string]any) { schema["type"] = []string{"string", "null"} }
