package rest

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/todo"
)

// owner is the user in the path, whom requireOwner has checked.
func owner(r *http.Request) string { return chi.URLParam(r, "user_id") }

// taskFilter reads what a list is asked for.
func taskFilter(r *http.Request) (todo.TaskFilter, error) {
	if err := knownQuery(r, "status", "priority", "tag", "q", "due_after", "due_before", "sort", "order", "limit", "cursor"); err != nil {
		return todo.TaskFilter{}, err
	}
	query := r.URL.Query()
	filter := todo.TaskFilter{
		Status: todo.TaskStatus(query.Get("status")), Priority: todo.Priority(query.Get("priority")),
		Tag: query.Get("tag"), Query: query.Get("q"), Sort: todo.TaskSort(query.Get("sort")),
	}
	var err error
	if filter.DueAfter, err = queryTime(r, "due_after"); err != nil {
		return filter, err
	}
	if filter.DueBefore, err = queryTime(r, "due_before"); err != nil {
		return filter, err
	}
	if filter.Descending, err = queryDescending(r); err != nil {
		return filter, err
	}
	if filter.Limit, err = queryInt(r, "limit"); err != nil {
		return filter, err
	}
	filter.After, err = todo.ParseTaskCursor(query.Get("cursor"))
	return filter, err
}

func (s *Server) handleTaskList(w http.ResponseWriter, r *http.Request) error {
	filter, err := taskFilter(r)
	if err != nil {
		return err
	}
	tasks, more, err := s.Tasks.ListTasks(r.Context(), owner(r), filter)
	if err != nil {
		return err
	}
	page := api.TaskPage{Tasks: make([]api.Task, 0, len(tasks))}
	for _, t := range tasks {
		page.Tasks = append(page.Tasks, wireTask(t))
	}
	if more {
		page.NextCursor = filter.Cursor(tasks[len(tasks)-1]).String()
	}
	return respond(w, http.StatusOK, page)
}

func (s *Server) handleTaskCreate(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[api.TaskInput](w, r)
	if err != nil {
		return err
	}
	var task todo.Task
	replace(&task, in)
	created, err := s.Tasks.CreateTask(r.Context(), owner(r), task)
	if err != nil {
		return err
	}
	return respond(w, http.StatusCreated, wireTask(created))
}

func (s *Server) handleTaskRead(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "task_id")
	if err != nil {
		return err
	}
	task, err := s.Tasks.FindTaskByID(r.Context(), owner(r), id)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, wireTask(task))
}

func (s *Server) handleTaskReplace(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[api.TaskInput](w, r)
	if err != nil {
		return err
	}
	return s.changeTask(w, r, func(t *todo.Task) { replace(t, in) })
}

func (s *Server) handleTaskUpdate(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[api.TaskPatch](w, r)
	if err != nil {
		return err
	}
	if err := checkPatch(in); err != nil {
		return err
	}
	return s.changeTask(w, r, func(t *todo.Task) { patch(t, in) })
}

// handleTaskComplete toggles a task, or sets it to what the body says.
func (s *Server) handleTaskComplete(w http.ResponseWriter, r *http.Request) error {
	var in api.CompleteRequest
	if r.ContentLength != 0 {
		var err error
		if in, err = decode[api.CompleteRequest](w, r); err != nil {
			return err
		}
	}
	var v todo.Invalid
	notNull(&v, "completed", in.Completed)
	if err := v.Err(); err != nil {
		return err
	}
	return s.changeTask(w, r, func(t *todo.Task) {
		t.Completed = !t.Completed
		assign(&t.Completed, in.Completed)
	})
}

func (s *Server) changeTask(w http.ResponseWriter, r *http.Request, change func(*todo.Task)) error {
	id, err := pathID(r, "task_id")
	if err != nil {
		return err
	}
	task, err := s.Tasks.UpdateTask(r.Context(), owner(r), id, change)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, wireTask(task))
}

func (s *Server) handleTaskDelete(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "task_id")
	if err != nil {
		return err
	}
	if _, err := s.Tasks.DeleteTask(r.Context(), owner(r), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func replace(t *todo.Task, in api.TaskInput) {
	t.Title, t.Description, t.Completed = in.Title, in.Description, in.Completed
	t.Priority, t.Tags, t.DueAt = todo.Priority(in.Priority), in.Tags, in.DueAt
	t.RemindAt, t.Recurrence = in.RemindAt, in.Recurrence
}

// checkPatch refuses null where only leaving out makes sense.
func checkPatch(in api.TaskPatch) error {
	var v todo.Invalid
	notNull(&v, "title", in.Title)
	notNull(&v, "description", in.Description)
	notNull(&v, "completed", in.Completed)
	notNull(&v, "priority", in.Priority)
	notNull(&v, "tags", in.Tags)
	return v.Err()
}

func notNull[T any](v *todo.Invalid, field string, o api.Optional[T]) {
	if o.Set && o.Value == nil {
		v.Add(field, "must not be null; leave it out to keep it")
	}
}

func patch(t *todo.Task, in api.TaskPatch) {
	assign(&t.Title, in.Title)
	assign(&t.Description, in.Description)
	assign(&t.Completed, in.Completed)
	assign((*api.Priority)(&t.Priority), in.Priority)
	assign(&t.Tags, in.Tags)
	if in.DueAt.Set {
		t.DueAt = in.DueAt.Value
	}
	if in.RemindAt.Set {
		t.RemindAt = in.RemindAt.Value
	}
	if in.Recurrence.Set {
		t.Recurrence = ""
	}
	assign(&t.Recurrence, in.Recurrence)
}

func assign[T any](field *T, o api.Optional[T]) {
	if o.Value != nil {
		*field = *o.Value
	}
}

func wireTask(t todo.Task) api.Task {
	return api.Task{
		ID: t.ID, Title: t.Title, Description: t.Description, Completed: t.Completed,
		Priority: api.Priority(t.Priority), Tags: t.Tags, DueAt: utc(t.DueAt),
		RemindAt: utc(t.RemindAt), Recurrence: t.Recurrence, NextID: t.NextID,
		CreatedAt: t.CreatedAt.UTC(), UpdatedAt: t.UpdatedAt.UTC(), CompletedAt: utc(t.CompletedAt),
	}
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.UTC())
}
