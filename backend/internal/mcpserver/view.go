package mcpserver

import (
	"time"
	"unicode/utf8"

	"todo-chatbot/backend/internal/todo"
)

// taskResult is what the tools that change something answer (published
// contract).
type taskResult struct {
	TaskID int64  `json:"task_id" jsonschema:"The task's number."`
	Status string `json:"status" jsonschema:"What was done."`
	Title  string `json:"title" jsonschema:"The task's title."`
}

func result(task todo.Task, status string) taskResult {
	return taskResult{TaskID: task.ID, Status: status, Title: task.Title}
}

// listedTask is a task as a model needs it in a list.
type listedTask struct {
	ID          int64    `json:"id" jsonschema:"The task's number."`
	Title       string   `json:"title"`
	Description string   `json:"description" jsonschema:"Its beginning, if it is long."`
	Completed   bool     `json:"completed"`
	Priority    string   `json:"priority"`
	Tags        []string `json:"tags"`
	DueAt       *string  `json:"due_at" jsonschema:"Like all times, RFC 3339 in the user's time zone."`
	RemindAt    *string  `json:"remind_at"`
	Recurrence  string   `json:"recurrence" jsonschema:"How it comes back, an RFC 5545 rule; empty if it does not."`
	CreatedAt   string   `json:"created_at"`
	CompletedAt *string  `json:"completed_at"`
}

type listTasksResult struct {
	Tasks      []listedTask `json:"tasks"`
	NextCursor string       `json:"next_cursor" jsonschema:"Give it as cursor to get the tasks after these; empty when there are none."`
}

func listed(tasks []todo.Task, zone *time.Location) []listedTask {
	out := make([]listedTask, 0, len(tasks))
	for _, t := range tasks {
		out = append(out, listedTask{
			ID: t.ID, Title: t.Title, Description: shortened(t.Description), Completed: t.Completed, Priority: string(t.Priority), Tags: t.Tags,
			DueAt: local(t.DueAt, zone), RemindAt: local(t.RemindAt, zone), Recurrence: t.Recurrence,
			CreatedAt: *local(&t.CreatedAt, zone), CompletedAt: local(t.CompletedAt, zone),
		})
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

// wholeTask is everything about a task.
type wholeTask struct {
	ID          int64    `json:"id" jsonschema:"The task's number."`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Completed   bool     `json:"completed"`
	Priority    string   `json:"priority"`
	Tags        []string `json:"tags"`
	DueAt       *string  `json:"due_at" jsonschema:"Like all times, RFC 3339 in the user's time zone."`
	RemindAt    *string  `json:"remind_at"`
	Recurrence  string   `json:"recurrence" jsonschema:"How it comes back, an RFC 5545 rule; empty if it does not."`
	NextID      *int64   `json:"next_id" jsonschema:"The task that came back when this one was completed."`
	CreatedAt   string   `json:"created_at"`
	UpdatedAt   string   `json:"updated_at"`
	CompletedAt *string  `json:"completed_at"`
}

func whole(t todo.Task, zone *time.Location) wholeTask {
	return wholeTask{
		ID: t.ID, Title: t.Title, Description: t.Description, Completed: t.Completed, Priority: string(t.Priority), Tags: t.Tags,
		DueAt: local(t.DueAt, zone), RemindAt: local(t.RemindAt, zone), Recurrence: t.Recurrence, NextID: t.NextID,
		CreatedAt: *local(&t.CreatedAt, zone), UpdatedAt: *local(&t.UpdatedAt, zone), CompletedAt: local(t.CompletedAt, zone),
	}
}

func local(t *time.Time, zone *time.Location) *string {
	if t == nil {
		return nil
	}
	text := t.In(zone).Format(time.RFC3339)
	return &text
}
