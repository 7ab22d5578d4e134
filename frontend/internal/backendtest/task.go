package backendtest

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"todo-chatbot/backend/api"
)

// AddTask puts a task into the list and returns it as it is kept there.
func (f *Fake) AddTask(task api.Task) api.Task {
	f.mu.Lock()
	defer f.mu.Unlock()
	task.ID = 1
	if n := len(f.tasks); n > 0 {
		task.ID = f.tasks[n-1].ID + 1
	}
	if task.Priority == "" {
		task.Priority = api.PriorityMedium
	}
	task.CreatedAt = time.Now()
	f.tasks = append(f.tasks, task)
	return task
}

// Tasks is the list as it stands.
func (f *Fake) Tasks() []api.Task {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.tasks)
}

func (f *Fake) listTasks(w http.ResponseWriter, r *http.Request) {
	status := api.TaskStatus(r.URL.Query().Get("status"))
	tasks := slices.DeleteFunc(f.Tasks(), func(t api.Task) bool {
		return status == api.StatusPending && t.Completed || status == api.StatusCompleted && !t.Completed
	})
	if api.Order(r.URL.Query().Get("order")) == api.OrderDescending {
		slices.Reverse(tasks)
	}
	start, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	page := api.TaskPage{Tasks: tasks[start:]}
	if limit > 0 && len(page.Tasks) > limit {
		page = api.TaskPage{Tasks: page.Tasks[:limit], NextCursor: strconv.Itoa(start + limit)}
	}
	answer(w, http.StatusOK, page)
}

func (f *Fake) createTask(w http.ResponseWriter, r *http.Request) {
	var in api.TaskInput
	if !read(w, r, &in) {
		return
	}
	if in.Title == "" {
		refuse(w, invalid("title", "Say what is to be done."))
		return
	}
	answer(w, http.StatusCreated, f.AddTask(api.Task{Title: in.Title, DueAt: in.DueAt}))
}

// withTask changes the task that the path names, or answers that there is none.
func (f *Fake) withTask(w http.ResponseWriter, r *http.Request, change func(i int)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	i := slices.IndexFunc(f.tasks, func(t api.Task) bool { return t.ID == id })
	if i < 0 {
		refuse(w, api.Error{Code: api.CodeNotFound, Message: "There is no such task."})
		return
	}
	change(i)
}

func (f *Fake) getTask(w http.ResponseWriter, r *http.Request) {
	f.withTask(w, r, func(i int) { answer(w, http.StatusOK, f.tasks[i]) })
}

func (f *Fake) patchTask(w http.ResponseWriter, r *http.Request) {
	var in api.TaskPatch
	if !read(w, r, &in) {
		return
	}
	if in.Title.Set && *in.Title.Value == "" {
		refuse(w, invalid("title", "Say what is to be done."))
		return
	}
	f.withTask(w, r, func(i int) {
		task := &f.tasks[i]
		set(&task.Title, in.Title)
		set(&task.Description, in.Description)
		set(&task.Priority, in.Priority)
		set(&task.Tags, in.Tags)
		if in.DueAt.Set {
			task.DueAt = in.DueAt.Value
		}
		answer(w, http.StatusOK, *task)
	})
}

func set[T any](to *T, from api.Optional[T]) {
	if from.Set && from.Value != nil {
		*to = *from.Value
	}
}

func (f *Fake) completeTask(w http.ResponseWriter, r *http.Request) {
	var in api.CompleteRequest
	if !read(w, r, &in) {
		return
	}
	f.withTask(w, r, func(i int) {
		f.tasks[i].Completed = *in.Completed.Value
		answer(w, http.StatusOK, f.tasks[i])
	})
}

func (f *Fake) deleteTask(w http.ResponseWriter, r *http.Request) {
	f.withTask(w, r, func(i int) {
		f.tasks = slices.Delete(f.tasks, i, i+1)
		w.WriteHeader(http.StatusNoContent)
	})
}
