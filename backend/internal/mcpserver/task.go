package mcpserver

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

// taskResult is what the tools that change something answer (published
// contract).
type taskResult struct {
	TaskID int64  `json:"task_id" jsonschema:"The task's number."`
	Status string `json:"status" jsonschema:"What was done: created, completed, updated or deleted."`
	Title  string `json:"title" jsonschema:"The task's title."`
}

func result(task todo.Task, status string) taskResult {
	return taskResult{TaskID: task.ID, Status: status, Title: task.Title}
}

// fields are the options for the fields of a task that add_task and
// update_task share.
func fields() []mcp.ToolOption {
	return []mcp.ToolOption{
		mcp.WithString("description", mcp.Description("More about the task."), mcp.MaxLength(todo.MaxDescription)),
		mcp.WithString("priority", mcp.Description("How urgent it is."), mcp.Enum("low", "medium", "high")),
		mcp.WithArray("tags", mcp.Description("Words to group tasks by, without #."), mcp.WithStringItems(), mcp.MaxItems(todo.MaxTags)),
	}
}

type addTaskArguments struct {
	owned
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Priority    string   `json:"priority"`
	Tags        []string `json:"tags"`
	DueAt       string   `json:"due_at"`
}

func addTask(k kit) server.ServerTool {
	options := append([]mcp.ToolOption{
		mcp.WithDescription("Add a task to the todo list."),
		mcp.WithToolAnnotation(annotation("Add task", writes{})),
		withUserID(),
		mcp.WithString("title", mcp.Required(), mcp.Description("What is to be done."), mcp.MinLength(1), mcp.MaxLength(todo.MaxTitle)),
		mcp.WithString("due_at", mcp.Description("When it is due: RFC 3339 with an offset, such as 2026-03-01T17:00:00+01:00.")),
		mcp.WithOutputSchema[taskResult](),
	}, fields()...)
	return newTool(k, mcp.NewTool("add_task", options...),
		func(ctx context.Context, user auth.User, in addTaskArguments) (taskResult, error) {
			due, err := parseDue(in.DueAt)
			if err != nil {
				return taskResult{}, err
			}
			task, err := k.tasks.CreateTask(ctx, user.ID, todo.Task{
				Title: in.Title, Description: in.Description, Priority: todo.Priority(in.Priority), Tags: in.Tags, DueAt: due,
			})
			return result(task, "created"), err
		})
}

func parseDue(text string) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	due, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, todo.Errorf(todo.CodeInvalid, "due_at %q is no RFC 3339 time such as 2026-03-01T17:00:00+01:00.", text)
	}
	return &due, nil
}

type listTasksArguments struct {
	owned
	Status string `json:"status"`
	Limit  int    `json:"limit"`
	Cursor string `json:"cursor"`
}

func listTasks(k kit) server.ServerTool {
	return newTool(k, mcp.NewTool("list_tasks",
		mcp.WithDescription("List tasks of the todo list, in the order of their numbers."),
		mcp.WithToolAnnotation(annotation("List tasks", reads{})),
		withUserID(),
		mcp.WithString("status", mcp.Description("Which tasks: all, pending (still to do), completed, or overdue (pending and past their due date)."),
			mcp.Enum("all", "pending", "completed", "overdue"), mcp.DefaultString("all")),
		mcp.WithInteger("limit", mcp.Description("How many at most."), mcp.Min(1), mcp.Max(todo.MaxLimit)),
		mcp.WithString("cursor", mcp.Description("next_cursor of the answer before.")),
		mcp.WithOutputSchema[listTasksResult](),
	), func(ctx context.Context, user auth.User, in listTasksArguments) (listTasksResult, error) {
		after, err := parseCursor(in.Cursor)
		if err != nil {
			return listTasksResult{}, err
		}
		filter := todo.TaskFilter{Status: todo.TaskStatus(in.Status), After: after, Limit: in.Limit}
		if filter.Limit == 0 {
			filter.Limit = todo.MaxLimit // a model works better with a whole list than with pages of it
		}
		found, more, err := k.tasks.ListTasks(ctx, user.ID, filter)
		if err != nil {
			return listTasksResult{}, err
		}
		return listed(found, more, user.Location()), nil
	})
}

func parseCursor(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil {
		return 0, todo.Errorf(todo.CodeInvalid, "cursor %q is not the next_cursor of an answer.", cursor)
	}
	return after, nil
}

type taskArguments struct {
	owned
	TaskID int64 `json:"task_id"`
}

func withTaskID() mcp.ToolOption {
	return mcp.WithInteger("task_id", mcp.Required(), mcp.Description("The task's number, as list_tasks gives it."), mcp.Min(1))
}

func completeTask(k kit) server.ServerTool {
	return newTool(k, mcp.NewTool("complete_task",
		mcp.WithDescription("Mark a task as completed."),
		mcp.WithToolAnnotation(annotation("Complete task", writes{idempotent: true})),
		withUserID(),
		withTaskID(),
		mcp.WithOutputSchema[taskResult](),
	), func(ctx context.Context, user auth.User, in taskArguments) (taskResult, error) {
		task, err := k.tasks.UpdateTask(ctx, user.ID, in.TaskID, func(t *todo.Task) { t.Completed = true })
		return result(task, "completed"), withPending(ctx, k.tasks, user, err)
	})
}

type updateTaskArguments struct {
	taskArguments
	Title       *string   `json:"title"`
	Description *string   `json:"description"`
	Priority    *string   `json:"priority"`
	Tags        *[]string `json:"tags"`
	DueAt       *string   `json:"due_at"`
	Completed   *bool     `json:"completed"`
}

func (in updateTaskArguments) apply(due *time.Time) func(*todo.Task) {
	return func(t *todo.Task) {
		set(&t.Title, in.Title)
		set(&t.Description, in.Description)
		set((*string)(&t.Priority), in.Priority)
		set(&t.Tags, in.Tags)
		set(&t.Completed, in.Completed)
		if in.DueAt != nil {
			t.DueAt = due
		}
	}
}

func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}

func updateTask(k kit) server.ServerTool {
	options := append([]mcp.ToolOption{
		mcp.WithDescription("Change some fields of a task; those left out stay as they are."),
		mcp.WithToolAnnotation(annotation("Update task", writes{destructive: true, idempotent: true})),
		withUserID(),
		withTaskID(),
		mcp.WithString("title", mcp.Description("The new title."), mcp.MinLength(1), mcp.MaxLength(todo.MaxTitle)),
		mcp.WithString("due_at", mcp.Description("When it is due, RFC 3339 with an offset; an empty text takes the date away.")),
		mcp.WithBoolean("completed", mcp.Description("true completes the task, false reopens it.")),
		mcp.WithOutputSchema[taskResult](),
	}, fields()...)
	return newTool(k, mcp.NewTool("update_task", options...),
		func(ctx context.Context, user auth.User, in updateTaskArguments) (taskResult, error) {
			var due *time.Time
			if in.DueAt != nil {
				var err error
				if due, err = parseDue(*in.DueAt); err != nil {
					return taskResult{}, err
				}
			}
			task, err := k.tasks.UpdateTask(ctx, user.ID, in.TaskID, in.apply(due))
			return result(task, "updated"), withPending(ctx, k.tasks, user, err)
		})
}

func deleteTask(k kit) server.ServerTool {
	return newTool(k, mcp.NewTool("delete_task",
		mcp.WithDescription("Remove a task from the list for good. To tick it off, use complete_task."),
		mcp.WithToolAnnotation(annotation("Delete task", writes{destructive: true})),
		withUserID(),
		withTaskID(),
		mcp.WithOutputSchema[taskResult](),
	), func(ctx context.Context, user auth.User, in taskArguments) (taskResult, error) {
		task, err := k.tasks.DeleteTask(ctx, user.ID, in.TaskID)
		return result(task, "deleted"), withPending(ctx, k.tasks, user, err)
	})
}

// nearby is how many tasks an answer about a missing one names.
const nearby = 10

// withPending tells a caller who named a task that is not there which ones
// are, so that the next try can be right.
func withPending(ctx context.Context, tasks Tasks, user auth.User, err error) error {
	if !todo.HasCode(err, todo.CodeNotFound) {
		return err
	}
	pending, more, listErr := tasks.ListTasks(ctx, user.ID, todo.TaskFilter{Status: todo.StatusPending, Limit: nearby})
	if listErr != nil {
		return listErr
	}
	message := todo.Public(err).Message
	switch {
	case len(pending) == 0:
		message += " No task is pending."
	case more:
		message += fmt.Sprintf(" The first pending tasks are %s.", numbers(pending))
	case len(pending) == 1:
		message += fmt.Sprintf(" The only pending task is %d.", pending[0].ID)
	default:
		message += fmt.Sprintf(" Pending tasks are %s.", numbers(pending))
	}
	return todo.Errorf(todo.CodeNotFound, "%s", message)
}

// numbers writes "1, 2 and 4".
func numbers(tasks []todo.Task) string {
	ids := make([]string, 0, len(tasks))
	for _, t := range tasks {
		ids = append(ids, strconv.FormatInt(t.ID, 10))
	}
	last := len(ids) - 1
	if last == 0 {
		return ids[0]
	}
	return strings.Join(ids[:last], ", ") + " and " + ids[last]
}
