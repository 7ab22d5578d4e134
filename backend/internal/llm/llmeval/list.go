package llmeval

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"todo-chatbot/backend/internal/llm"
)

// List is a user's list in memory, with the product's tools.
type List struct {
	Tasks []Task
	now   time.Time
	next  int64
}

// NewList makes the list of a case.
func NewList(tasks []Task, now time.Time) (*List, error) {
	l := &List{now: now}
	for _, k := range tasks {
		l.next++
		k.ID = l.next
		if k.Priority == "" {
			k.Priority = "medium"
		}
		if k.Tags == nil {
			k.Tags = []string{}
		}
		for _, at := range []*string{k.DueAt, k.RemindAt, k.CompletedAt} {
			if at == nil {
				continue
			}
			found, ok := moment(*at, now)
			if !ok {
				return nil, fmt.Errorf("task %d: %q is no time", k.ID, *at)
			}
			*at = found.Format(time.RFC3339)
		}
		if k.Completed && k.CompletedAt == nil {
			k.CompletedAt = new(now.AddDate(0, 0, -3).Format(time.RFC3339))
		}
		l.Tasks = append(l.Tasks, k)
	}
	return l, nil
}

// arguments is what the tools take, all in one.
type arguments struct {
	ID          int64            `json:"task_id"`
	Title       *string          `json:"title"`
	Description *string          `json:"description"`
	Priority    *string          `json:"priority"`
	Tags        *[]string        `json:"tags"`
	DueAt       *json.RawMessage `json:"due_at"`
	RemindAt    *json.RawMessage `json:"remind_at"`
	Recurrence  *json.RawMessage `json:"recurrence"`
	Completed   *bool            `json:"completed"`

	Status    string  `json:"status"`
	Tag       string  `json:"tag"`
	Query     string  `json:"q"`
	DueBefore *string `json:"due_before"`
	DueAfter  *string `json:"due_after"`
	Sort      string  `json:"sort"`
	Order     string  `json:"order"`
	Limit     int     `json:"limit"`
	Cursor    string  `json:"cursor"`
}

// Use runs a tool. A mistake is an error result, as in the product.
func (l *List) Use(call llm.ToolCall) llm.Message {
	msg := llm.Message{Role: llm.RoleTool, ToolCallID: call.ID}
	result, err := l.use(call)
	if err != nil {
		msg.Text, msg.IsError = err.Error(), true
		return msg
	}
	raw, err := json.Marshal(result)
	if err != nil {
		msg.Text, msg.IsError = err.Error(), true
		return msg
	}
	msg.Text = string(raw)
	return msg
}

var statuses = map[string]string{
	"add_task": "created", "update_task": "updated", "complete_task": "completed",
	"reopen_task": "reopened", "delete_task": "deleted",
}

func (l *List) use(call llm.ToolCall) (any, error) {
	var args arguments
	if err := json.Unmarshal(call.Arguments, &args); err != nil {
		return nil, fmt.Errorf("the arguments cannot be read: %w", err)
	}
	if call.Name == "list_tasks" {
		return l.list(args), nil
	}
	if call.Name == "add_task" {
		if args.Title == nil || *args.Title == "" {
			return nil, fmt.Errorf("title must not be empty")
		}
		l.next++
		l.Tasks = append(l.Tasks, Task{ID: l.next, Priority: "medium", Tags: []string{}})
		args.ID = l.next
	}
	i := slices.IndexFunc(l.Tasks, func(k Task) bool { return k.ID == args.ID })
	switch {
	case i < 0:
		return nil, fmt.Errorf("there is no task %d", args.ID)
	case call.Name == "get_task":
		return l.Tasks[i], nil
	case statuses[call.Name] == "":
		return nil, fmt.Errorf("there is no tool %q", call.Name)
	}
	if err := l.change(&l.Tasks[i], call.Name, args); err != nil {
		return nil, err
	}
	title := l.Tasks[i].Title
	if call.Name == "delete_task" {
		l.Tasks = slices.Delete(l.Tasks, i, i+1)
	}
	return map[string]any{"task_id": args.ID, "status": statuses[call.Name], "title": title}, nil
}

func (l *List) change(k *Task, tool string, args arguments) error {
	switch tool {
	case "complete_task":
		k.Completed, k.CompletedAt = true, new(l.now.Format(time.RFC3339))
		return nil
	case "reopen_task":
		k.Completed, k.CompletedAt = false, nil
		return nil
	}
	set(&k.Title, args.Title)
	set(&k.Description, args.Description)
	set(&k.Priority, args.Priority)
	set(&k.Tags, args.Tags)
	set(&k.Completed, args.Completed)
	for to, from := range map[**string]*json.RawMessage{&k.DueAt: args.DueAt, &k.RemindAt: args.RemindAt} {
		if from == nil {
			continue
		}
		*to = nil
		if err := json.Unmarshal(*from, to); err != nil {
			return fmt.Errorf("%s is no time", *from)
		}
	}
	if args.Recurrence != nil {
		k.Recurrence = ""
		if err := json.Unmarshal(*args.Recurrence, &k.Recurrence); err != nil {
			return fmt.Errorf("%s is no rule", *args.Recurrence)
		}
	}
	return nil
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

const pageSize = 100

// page is the result of list_tasks.
type page struct {
	Tasks      []Task `json:"tasks"`
	NextCursor string `json:"next_cursor,omitempty"`
}

func (l *List) list(args arguments) page {
	found := slices.DeleteFunc(slices.Clone(l.Tasks), func(k Task) bool { return !l.passes(k, args) })
	l.sort(found, args)
	if args.Limit < 1 || args.Limit > pageSize {
		args.Limit = pageSize
	}
	from, err := strconv.Atoi(args.Cursor)
	if err != nil || from > len(found) {
		from = 0
	}
	out := page{Tasks: found[from:min(len(found), from+args.Limit)]}
	if end := from + len(out.Tasks); end < len(found) {
		out.NextCursor = strconv.Itoa(end)
	}
	return out
}

func (l *List) passes(k Task, args arguments) bool {
	overdue := !k.Completed && k.DueAt != nil && before(*k.DueAt, l.now)
	switch args.Status {
	case "pending":
		if k.Completed {
			return false
		}
	case "completed":
		if !k.Completed {
			return false
		}
	case "overdue":
		if !overdue {
			return false
		}
	}
	switch {
	case args.Priority != nil && k.Priority != *args.Priority,
		args.Tag != "" && !slices.ContainsFunc(k.Tags, func(tag string) bool { return strings.EqualFold(tag, args.Tag) }),
		args.Query != "" && !strings.Contains(strings.ToLower(k.Title+" "+k.Description), strings.ToLower(args.Query)):
		return false
	}
	return l.passesDue(k, args)
}

func (l *List) passesDue(k Task, args arguments) bool {
	if args.DueBefore == nil && args.DueAfter == nil {
		return true
	}
	if k.DueAt == nil {
		return false
	}
	if at, ok := instant(args.DueBefore); ok && !before(*k.DueAt, at) {
		return false
	}
	at, ok := instant(args.DueAfter)
	return !ok || !before(*k.DueAt, at)
}

func (l *List) sort(tasks []Task, args arguments) {
	ranks := map[string]int{"high": 0, "medium": 1, "low": 2}
	slices.SortStableFunc(tasks, func(a, b Task) int {
		order := 0
		switch args.Sort {
		case "title":
			order = strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title))
		case "priority":
			order = ranks[a.Priority] - ranks[b.Priority]
		case "due":
			order = compareDue(a.DueAt, b.DueAt)
		}
		if args.Order == "desc" {
			return -order
		}
		return order
	})
}

func compareDue(a, b *string) int {
	x, hasX := instant(a)
	y, hasY := instant(b)
	switch {
	case hasX && hasY:
		return x.Compare(y)
	case hasX:
		return -1
	case hasY:
		return 1
	}
	return 0
}

func instant(text *string) (time.Time, bool) {
	if text == nil {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, *text)
	return at, err == nil
}

func before(text string, at time.Time) bool {
	found, ok := instant(&text)
	return ok && found.Before(at)
}
