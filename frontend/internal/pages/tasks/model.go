package tasks

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"todo-chatbot/backend/api"
)

// Panel is the task list beside the conversation.
type Panel struct {
	Status  api.TaskStatus
	Page    string // the path of the page that it is shown on
	Pending []Item
	Done    []Item
	More    bool // there are tasks beyond those shown
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

// Due is a date for people and for the script, which words it anew in the
// reader's own time zone.
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

// NewPanel makes the list from what the backend answered at the time now.
func NewPanel(tasks []api.Task, more bool, status api.TaskStatus, page string, now time.Time) Panel {
	p := Panel{Status: status, Page: page, More: more}
	for _, t := range tasks {
		item := newItem(t, now)
		if t.Completed {
			p.Done = append(p.Done, item)
		} else {
			p.Pending = append(p.Pending, item)
		}
	}
	return p
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
	due := t.DueAt.UTC()
	return &Due{
		ISO:     due.Format(time.RFC3339),
		Text:    due.Format("Mon 2 Jan 2006, 15:04 UTC"),
		Overdue: !t.Completed && due.Before(now),
	}
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
