package mcpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

// tasksURI is the list as a resource; a task is its number below that.
const tasksURI = "todo://tasks"

const jsonType = "application/json"

func taskList(k kit) server.ServerResource {
	return server.ServerResource{
		Resource: mcp.NewResource(tasksURI, "tasks", mcp.WithResourceTitle("Tasks to do"), mcp.WithMIMEType(jsonType),
			mcp.WithResourceDescription("The pending tasks of the todo list, the first hundred of them, as list_tasks gives them.")),
		Handler: reading(k, func(ctx context.Context, user auth.User, _ string) (any, error) {
			return k.list(ctx, user, todo.TaskFilter{Status: todo.StatusPending, Limit: todo.MaxLimit})
		}),
	}
}

func taskByNumber(k kit) server.ServerResourceTemplate {
	return server.ServerResourceTemplate{
		Template: mcp.NewResourceTemplate(tasksURI+"/{id}", "task", mcp.WithTemplateTitle("One task"), mcp.WithTemplateMIMEType(jsonType),
			mcp.WithTemplateDescription("One task, whole, by its number.")),
		Handler: server.ResourceTemplateHandlerFunc(reading(k, func(ctx context.Context, user auth.User, uri string) (any, error) {
			id, err := strconv.ParseInt(strings.TrimPrefix(uri, tasksURI+"/"), 10, 64)
			if err != nil {
				return nil, todo.Errorf(todo.CodeNotFound, "There is no resource %s; tasks are %s/ and a number.", uri, tasksURI)
			}
			task, err := k.tasks.FindTaskByID(ctx, user.ID, id)
			if err != nil {
				return nil, withPending(ctx, k.tasks, user, err)
			}
			return whole(task, user.Location()), nil
		})),
	}
}

// reading makes a handler of read, which returns what is to be written as JSON.
func reading(k kit, read func(ctx context.Context, user auth.User, uri string) (any, error)) server.ResourceHandlerFunc {
	return safely(k, "resource", func(ctx context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		user, err := auth.UserFrom(ctx)
		if err != nil {
			return nil, k.hide(ctx, "resource", err)
		}
		value, err := read(ctx, user, request.Params.URI)
		if err != nil {
			return nil, k.hide(ctx, "resource", err)
		}
		contents, err := asResource(request.Params.URI, value)
		if err != nil {
			return nil, k.hide(ctx, "resource", err)
		}
		return []mcp.ResourceContents{contents}, nil
	})
}

func asResource(uri string, value any) (mcp.ResourceContents, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", uri, err)
	}
	return mcp.TextResourceContents{URI: uri, MIMEType: jsonType, Text: string(text)}, nil
}
