package postgres_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/backend/internal/todo"
)

func TestTasks_AreNumberedPerUser(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	ada, ben := newUser(t, db), newUser(t, db)
	for _, want := range []struct {
		user string
		id   int64
	}{{ada, 1}, {ada, 2}, {ben, 1}, {ada, 3}} {
		task, err := db.CreateTask(t.Context(), want.user, todo.Task{Title: "Buy milk", Priority: todo.PriorityLow, Tags: []string{"shop"}})
		if err != nil {
			t.Fatal(err)
		}
		if task.ID != want.id {
			t.Errorf("got task %d, want %d", task.ID, want.id)
		}
	}
	if _, err := db.DeleteTask(t.Context(), ada, 3); err != nil {
		t.Fatal(err)
	}
	task, err := db.CreateTask(t.Context(), ada, todo.Task{Title: "Again", Priority: todo.PriorityLow, Tags: []string{}})
	if err != nil || task.ID != 4 {
		t.Errorf("a number was given twice: %d, %v", task.ID, err)
	}
}

func TestTasks_KeepEveryField(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	due := time.Date(2026, 3, 1, 17, 0, 0, 0, time.UTC)
	in := todo.Task{
		Title: "Übung 完了 🎉", Description: "two\nlines", Completed: true, CompletedAt: &due, Priority: todo.PriorityHigh,
		Tags: []string{"a", "b c"}, DueAt: &due, RemindAt: &due, Recurrence: "FREQ=DAILY", SeriesStart: &due,
	}
	created, err := db.CreateTask(t.Context(), user, in)
	if err != nil {
		t.Fatal(err)
	}
	found, err := db.FindTaskByID(t.Context(), user, created.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(created, found); diff != "" {
		t.Errorf("created and found differ: %s", diff)
	}
	in.ID, in.CreatedAt, in.UpdatedAt = created.ID, created.CreatedAt, created.UpdatedAt
	if diff := cmp.Diff(in, found, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
		t.Errorf("stored and found differ: %s", diff)
	}
}

func TestTasks_ConcurrentCreatesGetDifferentNumbers(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	one, two := pgtest.OpenURL(t, url), pgtest.OpenURL(t, url)
	user := newUser(t, one)
	const each = 20
	var wg sync.WaitGroup
	ids := make(chan int64, 2*each)
	for _, db := range []interface {
		todo.TaskStore
	}{one, two} {
		for range each {
			wg.Go(func() {
				task, err := db.CreateTask(t.Context(), user, todo.Task{Title: "x", Priority: todo.PriorityLow, Tags: []string{}})
				if err != nil {
					t.Error(err)
				}
				ids <- task.ID
			})
		}
	}
	wg.Wait()
	close(ids)
	seen := map[int64]bool{}
	for id := range ids {
		if seen[id] || id < 1 || id > 2*each {
			t.Errorf("number %d was given twice or is out of turn", id)
		}
		seen[id] = true
	}
}

func TestTasks_AnotherUsersAreNotThere(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	ada, eve := newUser(t, db), newUser(t, db)
	task, err := db.CreateTask(t.Context(), ada, todo.Task{Title: "Secret", Priority: todo.PriorityLow, Tags: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	_, find := db.FindTaskByID(t.Context(), eve, task.ID)
	_, update := db.UpdateTask(t.Context(), eve, task.ID, func(t *todo.Task, _ *time.Location) (*todo.Task, error) { t.Title = "Mine"; return nil, nil })
	_, remove := db.DeleteTask(t.Context(), eve, task.ID)
	for name, err := range map[string]error{"find": find, "update": update, "delete": remove} {
		if !todo.HasCode(err, todo.CodeNotFound) {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	list, err := db.ListTasks(t.Context(), eve, todo.TaskFilter{Status: todo.StatusAll, Limit: 10})
	if err != nil || len(list) != 0 {
		t.Errorf("eve sees %v, %v", list, err)
	}
}

func TestTasks_UpdateThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	if _, err := db.CreateTask(t.Context(), user, todo.Task{Title: "Before", Priority: todo.PriorityLow, Tags: []string{}}); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	_, err := db.UpdateTask(t.Context(), user, 1, func(t *todo.Task, _ *time.Location) (*todo.Task, error) { t.Title = "After"; return nil, refused })
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	if task, err := db.FindTaskByID(t.Context(), user, 1); err != nil || task.Title != "Before" {
		t.Errorf("got %q, %v", task.Title, err)
	}
}

func TestTasks_OfNobody(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	_, err := db.CreateTask(t.Context(), uuid.NewString(), todo.Task{Title: "x", Priority: todo.PriorityLow, Tags: []string{}})
	if !todo.HasCode(err, todo.CodeUnauthenticated) {
		t.Errorf("got %v, want unauthenticated", err)
	}
}
