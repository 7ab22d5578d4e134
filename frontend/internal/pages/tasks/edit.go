package tasks

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/nav"
	"todo-chatbot/frontend/internal/ui"
	"todo-chatbot/frontend/internal/zone"
)

// localTime is how a browser writes the value of a datetime-local input.
const localTime = "2006-01-02T15:04"

// Edit is the form that changes a task.
type Edit struct {
	Item
	TagText string
	DueText string // in Zone
	DueISO  string // the same moment, which the script puts into the browser's zone
	Zone    *time.Location
	Status  api.TaskStatus
	Back    string // where to go on to without the script
	Errors  map[string]string
	Error   string
}

func newEdit(t api.Task, r *http.Request) Edit {
	now := here(r)
	e := Edit{
		Item:    newItem(t, now),
		Zone:    now.Location(),
		TagText: joinTags(t.Tags),
		Status:  Status(r.Form.Get("status")),
		Back:    nav.Back(r),
	}
	if t.DueAt != nil {
		e.DueText = t.DueAt.In(e.Zone).Format(localTime)
		e.DueISO = t.DueAt.UTC().Format(time.RFC3339)
	}
	return e
}

// typed is the form with what the user entered, right or wrong.
func typed(id int64, form url.Values) Edit {
	location, ok := zone.Load(form.Get("time_zone"))
	if !ok {
		location = time.UTC
	}
	return Edit{
		Zone: location,
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
func (e Edit) patch() (api.TaskPatch, error) {
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
	due, err := time.ParseInLocation(localTime, e.DueText, e.Zone)
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
	e.Errors, e.Error = ui.Mistakes(refused, inputs)
}
