package mcpserver

import (
	"strconv"
	"time"
	"unicode/utf8"

	"todo-chatbot/backend/internal/todo"
)

// listedTask is a task as a model needs it: times in the user's zone.
type listedTask struct {
	ID          int64    `json:"id" jsonschema:"The task's number."`
	Title       string   `json:"title"`
	Description string   `json:"description" jsonschema:"Its beginning, if it is long."`
	Completed   bool     `json:"completed"`
	Priority    string   `json:"priority"`
	Tags        []string `json:"tags"`
	DueAt       *string  `json:"due_at" jsonschema:"RFC 3339, in the user's time zone."`
	CreatedAt   string   `json:"created_at"`
	CompletedAt *string  `json:"completed_at"`
}

type listTasksResult struct {
	Tasks      []listedTask `json:"tasks"`
	NextCursor string       `json:"next_cursor" jsonschema:"Give it as cursor to get the tasks after these; empty when there are none."`
}

func view(t todo.Task, zone *time.Location) listedTask {
	return listedTask{
		ID: t.ID, Title: t.Title, Description: t.Description, Completed: t.Completed, Priority: string(t.Priority),
		Tags: t.Tags, DueAt: local(t.DueAt, zone), CreatedAt: *local(&t.CreatedAt, zone), CompletedAt: local(t.CompletedAt, zone),
	}
}

// wholeTask is everything about a task.
type wholeTask struct {
	listedTask
	UpdatedAt string `json:"updated_at"`
}

func whole(t todo.Task, zone *time.Location) wholeTask {
	return wholeTask{view(t, zone), *local(&t.UpdatedAt, zone)}
}

func listed(tasks []todo.Task, more bool, zone *time.Location) listTasksResult {
	out := listTasksResult{Tasks: make([]listedTask, 0, len(tasks))}
	for _, t := range tasks {
		item := view(t, zone)
		item.Description = shortened(item.Description)
		out.Tasks = append(out.Tasks, item)
	}
	if more {
		out.NextCursor = strconv.FormatInt(tasks[len(tasks)-1].ID, 10)
	}
	return out
}

// maxListedDescription is how much of a description a list shows, in
// characters: a hundred whole ones would crowd a model's context.
const maxListedDescription = 200

func shortened(description string) string {
	if utf8.RuneCountInString(description) <= maxListedDescription {
		return description
	}
	return string([]rune(description)[:maxListedDescription-1]) + "…"
}

func local(t *time.Time, zone *time.Location) *string {
	if t == nil {
		return nil
	}
	text := t.In(zone).Format(time.RFC3339)
	return &text
}
