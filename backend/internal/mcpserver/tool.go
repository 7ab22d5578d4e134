package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
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
	k kit,
	definition mcp.Tool,
	run func(ctx context.Context, user auth.User, in In) (Out, error),
) server.ServerTool {
	handle := func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		user, err := auth.UserFrom(ctx)
		if err != nil {
			return nil, err
		}
		in, err := bind[In](request)
		if err != nil {
			return k.errorResult(ctx, definition.Name, err)
		}
		if id := in.owner(); id != "" && id != user.ID {
			return mcp.NewToolResultError("You can only use your own list. Leave user_id out."), nil
		}
		out, err := run(ctx, user, in)
		if err != nil {
			return k.errorResult(ctx, definition.Name, err)
		}
		return mcp.NewToolResultStructuredOnly(out), nil
	}
	return server.ServerTool{Tool: definition, Handler: observed(definition.Name, k.observe, safely(k, definition.Name, handle))}
}

// bind reads the arguments as strictly as the tool's schema describes them, but
// names mistakes in words that a model and a person can mend. What values may
// be is the domain's to say.
func bind[In any](request mcp.CallToolRequest) (In, error) {
	var in In
	raw := request.Params.RawArguments // where they came over the wire; the others went through float64
	var err error
	if len(raw) == 0 {
		if raw, err = json.Marshal(request.Params.Arguments); err != nil {
			return in, fmt.Errorf("encode arguments: %w", err)
		}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err = d.Decode(&in)
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return in, nil
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return in, todo.Errorf(todo.CodeInvalid, "%s must be %s, not a %s.", wrongType.Field, kind(wrongType.Type), wrongType.Value)
	case errors.As(err, &wrongType):
		return in, todo.Errorf(todo.CodeInvalid, "The arguments must be one JSON object.")
	default: // encoding/json has no type for an unknown field
		name := strings.TrimPrefix(err.Error(), "json: unknown field ")
		return in, todo.Errorf(todo.CodeInvalid, "There is no argument %s.", name)
	}
}

func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list of texts"
	default:
		return "a text"
	}
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
// everything else into an error that says no more than it may.
func (k kit) errorResult(ctx context.Context, tool string, err error) (*mcp.CallToolResult, error) {
	if public := todo.Public(err); canMend(public.Code) {
		return mcp.NewToolResultError(mendable(public)), nil
	}
	return nil, k.hide(ctx, tool, err)
}

func canMend(code todo.Code) bool {
	switch code {
	case todo.CodeInvalid, todo.CodeNotFound, todo.CodeConflict, todo.CodeForbidden, todo.CodeMalformed:
		return true
	default:
		return false
	}
}

// hide keeps the cause of a failure here: mcp-go puts the text of an error on
// the wire.
func (k kit) hide(ctx context.Context, what string, err error) error {
	public := todo.Public(err)
	if !canMend(public.Code) && !keepFailure(ctx, err) { // the agent logs what it is given
		k.log.ErrorContext(ctx, "MCP request failed", "of", what, "error", err)
	}
	return errors.New(mendable(public))
}

// safely makes an error of a panic, whose text mcp-go would put on the wire.
func safely[In, Out any](k kit, what string, handle func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (out Out, err error) {
		defer func() {
			if thrown := recover(); thrown != nil {
				err = k.hide(ctx, what, fmt.Errorf("panic: %v\n%s", thrown, debug.Stack()))
			}
		}()
		return handle(ctx, in)
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
