package mcpserver

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

type listTasksArguments struct {
	owned
	Status    string `json:"status"`
	Priority  string `json:"priority"`
	Tag       string `json:"tag"`
	Query     string `json:"q"`
	DueBefore string `json:"due_before"`
	DueAfter  string `json:"due_after"`
	Sort      string `json:"sort"`
	Order     string `json:"order"`
	Limit     int    `json:"limit"`
	Cursor    string `json:"cursor"`
}

func (in listTasksArguments) filter() (todo.TaskFilter, error) {
	filter := todo.TaskFilter{
		Status: todo.TaskStatus(in.Status), Priority: todo.Priority(in.Priority), Tag: in.Tag, Query: in.Query,
		Sort: todo.TaskSort(in.Sort), Limit: in.Limit,
	}
	if filter.Limit == 0 {
		filter.Limit = todo.MaxLimit // a model works better with a whole list than with pages of it
	}
	var err error
	if filter.Descending, err = descending(in.Order); err != nil {
		return filter, err
	}
	if filter.DueBefore, err = parseTime("due_before", in.DueBefore); err != nil {
		return filter, err
	}
	if filter.DueAfter, err = parseTime("due_after", in.DueAfter); err != nil {
		return filter, err
	}
	filter.After, err = todo.ParseTaskCursor(in.Cursor)
	return filter, err
}

func descending(order string) (bool, error) {
	switch order {
	case "", "asc":
		return false, nil
	case "desc":
		return true, nil
	default:
		return false, todo.Errorf(todo.CodeInvalid, "order must be asc or desc.")
	}
}

func listTasks(k kit) server.ServerTool {
	return newTool(k, mcp.NewTool("list_tasks",
		mcp.WithDescription("List tasks of the todo list, all or those that match every filter given, in the order of their numbers unless sort says otherwise."),
		mcp.WithToolAnnotation(annotation("List tasks", reads{})),
		withUserID(),
		mcp.WithString("status", mcp.Description("Which tasks: all, pending (still to do), completed, or overdue (pending and past their due date)."),
			mcp.Enum("all", "pending", "completed", "overdue"), mcp.DefaultString("all")),
		mcp.WithString("priority", mcp.Description("Only tasks of this priority."), withPriorities()),
		mcp.WithString("tag", mcp.Description("Only tasks with this tag."), mcp.MaxLength(todo.MaxTag)),
		mcp.WithString("q", mcp.Description("Only tasks that have all of these words, whole or in part, in title, description or tags."), mcp.MaxLength(todo.MaxQuery)),
		mcp.WithString("due_before", mcp.Description("Only tasks due before this time, RFC 3339 with an offset.")),
		mcp.WithString("due_after", mcp.Description("Only tasks due at this time or later, RFC 3339 with an offset.")),
		mcp.WithString("sort", mcp.Description("Sort by when they were created, when they are due (those without a date last), priority, or title."),
			mcp.Enum("created", "due", "priority", "title"), mcp.DefaultString("created")),
		mcp.WithString("order", mcp.Description("asc, or desc: the newest, the latest due or the most urgent first."),
			mcp.Enum("asc", "desc"), mcp.DefaultString("asc")),
		mcp.WithInteger("limit", mcp.Description("How many at most."), mcp.Min(1), mcp.Max(todo.MaxLimit)),
		mcp.WithString("cursor", mcp.Description("next_cursor of the answer before, with the same filters and order.")),
		withOutput[listTasksResult](""),
	), func(ctx context.Context, user auth.User, in listTasksArguments) (listTasksResult, error) {
		filter, err := in.filter()
		if err != nil {
			return listTasksResult{}, err
		}
		return k.list(ctx, user, filter)
	})
}

// list reads one page of tasks in the form that clients see.
func (k kit) list(ctx context.Context, user auth.User, filter todo.TaskFilter) (listTasksResult, error) {
	found, more, err := k.tasks.ListTasks(ctx, user.ID, filter)
	if err != nil {
		return listTasksResult{}, err
	}
	out := listTasksResult{Tasks: listed(found, user.Location())}
	if more {
		out.NextCursor = filter.Cursor(found[len(found)-1]).String()
	}
	return out, nil
}
