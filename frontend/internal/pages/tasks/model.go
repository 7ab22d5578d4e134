package tasks

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
)

// Panel is the task list beside the conversation.
type Panel struct {
	Status   api.TaskStatus
	Page     string // the path of the page that it is shown on
	Pending  []Item
	Done     []Item
	More     bool // there are tasks beyond those shown,
	MoreDone bool // of which some are done
}

// Item is one row of the list.
type Item struct {
	ID          int64
	Title       string
	Description string
	Completed   bool
	Priority    api.Priority
	Tags        []string
	Due         *Due
}

// Due is a date for people and for the script, which may word it better: it
// knows what day it is where the reader is.
type Due struct {
	ISO     string
	Text    string
	Overdue bool
}

// Filter is a link that shows some of the tasks.
type Filter struct {
	Status  api.TaskStatus
	Label   string
	Current bool
}

// Status is the filter that text names; what it does not know means all.
func Status(text string) api.TaskStatus {
	switch s := api.TaskStatus(text); s {
	case api.StatusPending, api.StatusCompleted:
		return s
	default:
		return api.StatusAll
	}
}

// NewPanel makes the list from what the backend answered at the time now, whose
// location is the user's. The newest stand first, right below the field in
// which they were written, and keep their order.
func NewPanel(list backend.TaskList, status api.TaskStatus, page string, now time.Time) Panel {
	return Panel{
		Status: status, Page: page, More: list.MorePending || list.MoreDone, MoreDone: list.MoreDone,
		Pending: newItems(list.Pending, now), Done: newItems(list.Done, now),
	}
}

func newItems(tasks []api.Task, now time.Time) []Item {
	items := make([]Item, 0, len(tasks))
	for _, t := range tasks {
		items = append(items, newItem(t, now))
	}
	return items
}

func newItem(t api.Task, now time.Time) Item {
	return Item{
		ID: t.ID, Title: t.Title, Description: t.Description, Completed: t.Completed,
		Priority: t.Priority, Tags: t.Tags, Due: newDue(t, now),
	}
}

func newDue(t api.Task, now time.Time) *Due {
	if t.DueAt == nil {
		return nil
	}
	text := t.DueAt.In(now.Location()).Format("Mon 2 Jan 2006, 15:04")
	if isUTC(now.Location()) {
		text += " UTC"
	}
	return &Due{
		ISO:     t.DueAt.UTC().Format(time.RFC3339),
		Text:    text,
		Overdue: !t.Completed && t.DueAt.Before(now),
	}
}

// isUTC tells of the zone that stands for an unknown one, and so has to be
// named.
func isUTC(location *time.Location) bool { return location.String() == time.UTC.String() }

// doneCount is how many tasks are done, as far as is known.
func (p Panel) doneCount() string {
	count := strconv.Itoa(len(p.Done))
	if p.MoreDone {
		count += "+"
	}
	return count
}

func (p Panel) filters() []Filter {
	filters := []Filter{
		{Status: api.StatusAll, Label: "All"},
		{Status: api.StatusPending, Label: "To do"},
		{Status: api.StatusCompleted, Label: "Done"},
	}
	for i := range filters {
		filters[i].Current = filters[i].Status == p.Status
	}
	return filters
}

// pageURL is where a filter leads without the script.
func (p Panel) pageURL(s api.TaskStatus) string {
	return p.Page + "?" + url.Values{"status": {string(s)}}.Encode() + "#tasks"
}

func (p Panel) empty() string {
	switch p.Status {
	case api.StatusPending:
		return "All done. Enjoy the quiet."
	case api.StatusCompleted:
		return "Nothing is done yet. It will be."
	default:
		return "Your list is empty. Add a task above, or just tell the chat what you have to do."
	}
}

// rest tells how to get at the tasks that are not shown.
func (p Panel) rest() string {
	if p.Status == api.StatusAll {
		return "The list goes on: “To do” and “Done” show more of it."
	}
	return "The list goes on: ask the chat about the rest."
}

func (i Item) path(action string) string {
	path := "/tasks/" + strconv.FormatInt(i.ID, 10)
	if action != "" {
		path += "/" + action
	}
	return path
}

func (i Item) elementID() string { return "task-" + strconv.FormatInt(i.ID, 10) }

// label names a button for those who do not see the row around it.
func (i Item) label(verb string) string {
	return verb + " task " + strconv.FormatInt(i.ID, 10) + ": " + i.Title
}

// Addition is the form that adds a task.
type Addition struct {
	Title  string
	Status api.TaskStatus
	Error  string
}

func panelURL(s api.TaskStatus) string {
	return "/tasks?" + url.Values{"status": {string(s)}}.Encode()
}

func joinTags(tags []string) string { return strings.Join(tags, ", ") }
