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

// fields are the options for the fields of a task that add_task and
// update_task share.
func fields() []mcp.ToolOption {
	return []mcp.ToolOption{
		mcp.WithString("description", mcp.Description("More about the task."), mcp.MaxLength(todo.MaxDescription)),
		mcp.WithString("priority", mcp.Description("How urgent it is."), withPriorities()),
		mcp.WithArray("tags", mcp.Description("Words to group tasks by, without #."), mcp.WithStringItems(), mcp.MaxItems(todo.MaxTags)),
	}
}

func withPriorities() mcp.PropertyOption { return mcp.Enum("low", "medium", "high") }

type addTaskArguments struct {
	owned
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Priority    string   `json:"priority"`
	Tags        []string `json:"tags"`
	DueAt       string   `json:"due_at"`
	RemindAt    string   `json:"remind_at"`
	Recurrence  string   `json:"recurrence"`
}

func (in addTaskArguments) task() (todo.Task, error) {
	task := todo.Task{
		Title: in.Title, Description: in.Description, Priority: todo.Priority(in.Priority), Tags: in.Tags, Recurrence: in.Recurrence,
	}
	var err error
	if task.DueAt, err = parseTime("due_at", in.DueAt); err != nil {
		return todo.Task{}, err
	}
	task.RemindAt, err = parseTime("remind_at", in.RemindAt)
	return task, err
}

func addTask(k kit) server.ServerTool {
	options := append([]mcp.ToolOption{
		mcp.WithDescription("Add a task to the todo list."),
		mcp.WithToolAnnotation(annotation("Add task", writes{})),
		withUserID(),
		mcp.WithString("title", mcp.Required(), mcp.Description("What is to be done."), mcp.MinLength(1), mcp.MaxLength(todo.MaxTitle)),
		mcp.WithString("due_at", mcp.Description("When it is due: RFC 3339 with an offset, such as 2026-03-01T17:00:00+01:00.")),
		mcp.WithString("remind_at", mcp.Description("When to remind of it, written like due_at.")),
		mcp.WithString("recurrence", mcp.Description("How it comes back once it is completed: an RFC 5545 rule by days, weeks, months or years, "+
			"such as FREQ=WEEKLY;BYDAY=MO,TH. Needs due_at, the first time."), mcp.MaxLength(todo.MaxRecurrence)),
		withOutput[taskResult]("created"),
	}, fields()...)
	return newTool(k, mcp.NewTool("add_task", options...),
		func(ctx context.Context, user auth.User, in addTaskArguments) (taskResult, error) {
			task, err := in.task()
			if err != nil {
				return taskResult{}, err
			}
			task, err = k.tasks.CreateTask(ctx, user.ID, task)
			return result(task, "created"), err
		})
}

// parseTime reads an argument that is a time, nil where it is empty.
func parseTime(argument, text string) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, todo.Errorf(todo.CodeInvalid, "%s %q is no RFC 3339 time such as 2026-03-01T17:00:00+01:00.", argument, text)
	}
	return &at, nil
}

type taskArguments struct {
	owned
	TaskID int64 `json:"task_id"`
}

func withTaskID() mcp.ToolOption {
	return mcp.WithInteger("task_id", mcp.Required(), mcp.Description("The task's number, as list_tasks gives it."), mcp.Min(1))
}

func getTask(k kit) server.ServerTool {
	return newTool(k, mcp.NewTool("get_task",
		mcp.WithDescription("Read one task with everything about it; list_tasks shortens long descriptions."),
		mcp.WithToolAnnotation(annotation("Get task", reads{})),
		withUserID(),
		withTaskID(),
		withOutput[wholeTask](""),
	), func(ctx context.Context, user auth.User, in taskArguments) (wholeTask, error) {
		task, err := k.tasks.FindTaskByID(ctx, user.ID, in.TaskID)
		return whole(task, user.Location()), withPending(ctx, k.tasks, user, err)
	})
}

func completeTask(k kit) server.ServerTool {
	return newTool(k, mcp.NewTool("complete_task",
		mcp.WithDescription("Mark a task as completed. One that recurs comes back as a new task with the next date."),
		mcp.WithToolAnnotation(annotation("Complete task", writes{idempotent: true})),
		withUserID(),
		withTaskID(),
		withOutput[taskResult]("completed"),
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
	DueAt       clearable `json:"due_at"`
	RemindAt    clearable `json:"remind_at"`
	Recurrence  clearable `json:"recurrence"`
	Completed   *bool     `json:"completed"`
}

// change is what the arguments do to a task.
func (in updateTaskArguments) change() (func(*todo.Task), error) {
	due, err := given("due_at", in.DueAt.text)
	if err != nil {
		return nil, err
	}
	remind, err := given("remind_at", in.RemindAt.text)
	if err != nil {
		return nil, err
	}
	return func(t *todo.Task) {
		set(&t.Title, in.Title)
		set(&t.Description, in.Description)
		set((*string)(&t.Priority), in.Priority)
		set(&t.Tags, in.Tags)
		set(&t.DueAt, due)
		set(&t.RemindAt, remind)
		set(&t.Recurrence, in.Recurrence.text)
		set(&t.Completed, in.Completed)
	}, nil
}

// given reads a time that may be left out. The outer pointer tells whether it
// was there, the inner one is nil for the empty text, which takes it away.
func given(argument string, text *string) (**time.Time, error) {
	if text == nil {
		return nil, nil
	}
	at, err := parseTime(argument, *text)
	return &at, err
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
		mcp.WithString("due_at", mcp.Description("When it is due, RFC 3339 with an offset; null or an empty text takes the date away."), orNull),
		mcp.WithString("remind_at", mcp.Description("When to remind of it, written like due_at; null or an empty text takes the reminder away."), orNull),
		mcp.WithString("recurrence", mcp.Description("How it comes back once it is completed, an RFC 5545 rule such as FREQ=DAILY; "+
			"null or an empty text ends that."), mcp.MaxLength(todo.MaxRecurrence), orNull),
		mcp.WithBoolean("completed", mcp.Description("true completes the task, false reopens it.")),
		withOutput[taskResult]("updated"),
	}, fields()...)
	return newTool(k, mcp.NewTool("update_task", options...),
		func(ctx context.Context, user auth.User, in updateTaskArguments) (taskResult, error) {
			change, err := in.change()
			if err != nil {
				return taskResult{}, err
			}
			task, err := k.tasks.UpdateTask(ctx, user.ID, in.TaskID, change)
			return result(task, "updated"), withPending(ctx, k.tasks, user, err)
		})
}

func deleteTask(k kit) server.ServerTool {
	return newTool(k, mcp.NewTool("delete_task",
		mcp.WithDescription("Remove a task from the list for good. To tick it off, use complete_task."),
		mcp.WithToolAnnotation(annotation("Delete task", writes{destructive: true})),
		withUserID(),
		withTaskID(),
		withOutput[taskResult]("deleted"),
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
