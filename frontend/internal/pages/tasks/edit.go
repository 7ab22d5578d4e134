package tasks

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // The image has no time zones of its own.

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/nav"
)

// localTime is how a browser writes the value of a datetime-local input.
const localTime = "2006-01-02T15:04"

// Edit is the form that changes a task.
type Edit struct {
	Item
	TagText string
	DueText string // in the user's time zone, or in UTC where none is known
	DueISO  string // set when DueText is in UTC, for the script to convert
	Status  api.TaskStatus
	Back    string // where to go on to without the script
	Errors  map[string]string
	Error   string
}

func newEdit(t api.Task, r *http.Request) Edit {
	e := Edit{
		Item:    newItem(t, time.Now()),
		TagText: joinTags(t.Tags),
		Status:  Status(r.Form.Get("status")),
		Back:    nav.Back(r),
	}
	if t.DueAt != nil {
		e.DueText = t.DueAt.UTC().Format(localTime)
		e.DueISO = t.DueAt.UTC().Format(time.RFC3339)
	}
	return e
}

// typed is the form with what the user entered, right or wrong.
func typed(id int64, form url.Values) Edit {
	return Edit{
		Item: Item{
			ID:          id,
			Title:       form.Get("title"),
			Description: form.Get("description"),
			Priority:    api.Priority(form.Get("priority")),
		},
		TagText: form.Get("tags"),
		DueText: form.Get("due"),
		Status:  Status(form.Get("status")),
		Back:    nav.Local(form.Get("back")),
	}
}

var errDue = errors.New("due is no date and time")

// patch is what the form asks for. It writes the fields that the form shows
// and leaves the others alone.
func (e Edit) patch(zone string) (api.TaskPatch, error) {
	patch := api.TaskPatch{
		Title:       api.Some(strings.TrimSpace(e.Title)),
		Description: api.Some(strings.ReplaceAll(e.Description, "\r\n", "\n")),
		Priority:    api.Some(e.Priority),
		Tags:        api.Some(splitTags(e.TagText)),
		DueAt:       api.Null[time.Time](),
	}
	if e.DueText == "" {
		return patch, nil
	}
	location, err := time.LoadLocation(zone) // "" is UTC
	if err != nil {
		location = time.UTC
	}
	due, err := time.ParseInLocation(localTime, e.DueText, location)
	if err != nil {
		return patch, errDue
	}
	patch.DueAt = api.Some(due.UTC())
	return patch, nil
}

func splitTags(text string) []string {
	tags := []string{}
	for tag := range strings.SplitSeq(text, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "#")
		if tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// inputID tells the inputs apart when several tasks are being edited.
func (e Edit) inputID(name string) string { return e.elementID() + "-" + name }

// inputs maps the backend's fields to the inputs of the form.
var inputs = map[string]string{
	"title": "title", "description": "description", "priority": "priority", "tags": "tags", "due_at": "due",
}

// explain puts the backend's messages where they belong.
func (e *Edit) explain(refused *api.Error) {
	e.Errors = map[string]string{}
	for _, f := range refused.Fields {
		name, _, _ := strings.Cut(f.Field, "[") // tags[2] is about the tags
		if input, ok := inputs[name]; ok {
			e.Errors[input] = f.Message
		}
	}
	if len(e.Errors) == 0 {
		e.Error = refused.Message
	}
}
