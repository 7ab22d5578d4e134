// Package tasks is the task list beside the conversation and its forms.
package tasks

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/nav"
	"todo-chatbot/frontend/internal/session"
	"todo-chatbot/frontend/internal/ui"
)

// Backend keeps the tasks.
type Backend interface {
	Tasks(ctx context.Context, who backend.Caller, status api.TaskStatus) (backend.TaskList, error)
	Task(ctx context.Context, who backend.Caller, id int64) (api.Task, error)
	CreateTask(ctx context.Context, who backend.Caller, in api.TaskInput) (api.Task, error)
	UpdateTask(ctx context.Context, who backend.Caller, id int64, in api.TaskPatch) (api.Task, error)
	SetTaskCompleted(ctx context.Context, who backend.Caller, id int64, completed bool) (api.Task, error)
	DeleteTask(ctx context.Context, who backend.Caller, id int64) error
}

// Handler serves the list and its forms.
type Handler struct {
	Backend Backend
}

// List is GET /tasks: the panel to htmx, the main page to others.
func (h Handler) List(w http.ResponseWriter, r *http.Request) error {
	if !nav.FromHTMX(r) {
		nav.Redirect(w, r, Panel{Page: nav.Home}.pageURL(Status(r.Form.Get("status"))))
		return nil
	}
	panel, err := h.panel(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, http.StatusOK, View(panel))
}

// Create is POST /tasks.
func (h Handler) Create(w http.ResponseWriter, r *http.Request) error {
	form := Addition{Title: strings.TrimSpace(r.PostForm.Get("title")), Status: Status(r.PostForm.Get("status"))}
	_, err := h.Backend.CreateTask(r.Context(), caller(r), api.TaskInput{Title: form.Title})
	if e := backend.Explain(err); err != nil && e.Code == api.CodeInvalid {
		form.Error = firstOf(e.Field("title"), e.Message)
		return h.renderAddition(w, r, form)
	}
	if err != nil {
		return err
	}
	if !nav.FromHTMX(r) {
		return h.goBack(w, r, nav.Back(r))
	}
	panel, err := h.panel(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, http.StatusOK, Added(Addition{Status: form.Status}, panel))
}

func (h Handler) renderAddition(w http.ResponseWriter, r *http.Request, form Addition) error {
	if nav.FromHTMX(r) {
		return ui.Render(w, r, http.StatusUnprocessableEntity, AddForm(form))
	}
	return ui.Render(w, r, http.StatusUnprocessableEntity, AddPage(form))
}

// Complete is POST /tasks/{id}/complete.
func (h Handler) Complete(w http.ResponseWriter, r *http.Request) error {
	return h.setCompleted(w, r, true)
}

// Reopen is POST /tasks/{id}/reopen.
func (h Handler) Reopen(w http.ResponseWriter, r *http.Request) error {
	return h.setCompleted(w, r, false)
}

func (h Handler) setCompleted(w http.ResponseWriter, r *http.Request, completed bool) error {
	id, err := taskID(r)
	if err != nil {
		return err
	}
	if _, err := h.Backend.SetTaskCompleted(r.Context(), caller(r), id, completed); err != nil {
		return err
	}
	return h.changed(w, r, nav.Back(r))
}

// Delete is POST /tasks/{id}/delete.
func (h Handler) Delete(w http.ResponseWriter, r *http.Request) error {
	id, err := taskID(r)
	if err != nil {
		return err
	}
	if err := h.Backend.DeleteTask(r.Context(), caller(r), id); err != nil {
		return err
	}
	return h.changed(w, r, nav.Back(r))
}

// Edit is GET /tasks/{id}: the form in place of the row to htmx, a page of its
// own to others.
func (h Handler) Edit(w http.ResponseWriter, r *http.Request) error {
	id, err := taskID(r)
	if err != nil {
		return err
	}
	task, err := h.Backend.Task(r.Context(), caller(r), id)
	if err != nil {
		return err
	}
	return renderEdit(w, r, http.StatusOK, newEdit(task, r))
}

// Save is POST /tasks/{id}.
func (h Handler) Save(w http.ResponseWriter, r *http.Request) error {
	id, err := taskID(r)
	if err != nil {
		return err
	}
	form := typed(id, r.PostForm)
	patch, err := form.patch()
	if err != nil {
		form.Errors = map[string]string{"due": "Give a date and a time, such as 2026-11-27T15:00."}
		return renderEdit(w, r, http.StatusUnprocessableEntity, form)
	}
	_, err = h.Backend.UpdateTask(r.Context(), caller(r), id, patch)
	if e := backend.Explain(err); err != nil && e.Code == api.CodeInvalid {
		form.explain(e)
		return renderEdit(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return h.changed(w, r, form.Back)
}

func renderEdit(w http.ResponseWriter, r *http.Request, status int, form Edit) error {
	if !nav.FromHTMX(r) {
		return ui.Render(w, r, status, EditPage(form))
	}
	w.Header().Set("HX-Retarget", "#"+form.elementID())
	w.Header().Set("HX-Reswap", "outerHTML")
	return ui.Render(w, r, status, EditRow(form))
}

// changed answers a form that changed the list.
func (h Handler) changed(w http.ResponseWriter, r *http.Request, back string) error {
	if !nav.FromHTMX(r) {
		return h.goBack(w, r, back)
	}
	panel, err := h.panel(r)
	if err != nil {
		return err
	}
	return ui.Render(w, r, http.StatusOK, View(panel))
}

// goBack leads to the list on the page that the form was on.
func (h Handler) goBack(w http.ResponseWriter, r *http.Request, back string) error {
	nav.Redirect(w, r, back+"#tasks")
	return nil
}

func (h Handler) panel(r *http.Request) (Panel, error) {
	status := Status(r.Form.Get("status"))
	page, _, _ := strings.Cut(nav.Back(r), "?")
	list, err := h.Backend.Tasks(r.Context(), caller(r), status)
	if err != nil {
		return Panel{}, err
	}
	return NewPanel(list, status, page, here(r)), nil
}

// here is the moment of the request on its user's clock.
func here(r *http.Request) time.Time { return time.Now().In(session.From(r.Context()).Zone) }

func caller(r *http.Request) backend.Caller { return session.From(r.Context()).Caller }

func taskID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, &api.Error{Code: api.CodeNotFound}
	}
	return id, nil
}

func firstOf(message, otherwise string) string {
	if message != "" {
		return message
	}
	return otherwise
}
