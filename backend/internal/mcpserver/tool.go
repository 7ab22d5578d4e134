package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

// owned is the argument that every tool has: the published contract names it,
// but nobody may speak for another user.
type owned struct {
	UserID string `json:"user_id"`
}

func (o owned) owner() string { return o.UserID }

type ownedArguments interface{ owner() string }

func withUserID() mcp.ToolOption {
	return mcp.WithString("user_id", mcp.Description("Your own user id. May be left out; another user's is refused."))
}

// newTool joins a tool's definition and its handler. run gets the caller and
// the bound arguments; what it returns becomes structured content.
func newTool[In ownedArguments, Out any](
	definition mcp.Tool,
	observe Observe,
	run func(ctx context.Context, user auth.User, in In) (Out, error),
) server.ServerTool {
	handle := func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		user, err := auth.UserFrom(ctx)
		if err != nil {
			return nil, err
		}
		var in In
		if err := request.BindArguments(&in); err != nil {
			return mcp.NewToolResultErrorFromErr("The arguments cannot be read", err), nil
		}
		if id := in.owner(); id != "" && id != user.ID {
			return mcp.NewToolResultError("You can only use your own list. Leave user_id out."), nil
		}
		out, err := run(ctx, user, in)
		if err != nil {
			return errorResult(ctx, definition.Name, err)
		}
		return mcp.NewToolResultStructuredOnly(out), nil
	}
	return server.ServerTool{Tool: definition, Handler: observed(definition.Name, observe, handle)}
}

func observed(tool string, observe Observe, handle server.ToolHandlerFunc) server.ToolHandlerFunc {
	if observe == nil {
		return handle
	}
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		start := time.Now()
		result, err := handle(ctx, request)
		outcome := "ok"
		switch {
		case err != nil:
			outcome = "failed"
		case result.IsError:
			outcome = "error"
		}
		observe(tool, outcome, time.Since(start))
		return result, err
	}
}

// errorResult turns what the caller can mend into a result that says how, and
// everything else into an error whose cause stays here: mcp-go would put the
// text of any other error on the wire.
func errorResult(ctx context.Context, tool string, err error) (*mcp.CallToolResult, error) {
	public := todo.Public(err)
	switch public.Code {
	case todo.CodeInvalid, todo.CodeNotFound, todo.CodeConflict, todo.CodeForbidden, todo.CodeMalformed:
		return mcp.NewToolResultError(mendable(public)), nil
	default:
		if !keepFailure(ctx, err) { // the agent logs what it is given
			slog.ErrorContext(ctx, "tool failed", "tool", tool, "error", err)
		}
		return nil, errors.New(public.Message)
	}
}

func mendable(e *todo.Error) string {
	var text strings.Builder
	text.WriteString(e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&text, " %s %s.", f.Field, f.Message)
	}
	return text.String()
}
