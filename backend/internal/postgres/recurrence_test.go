package postgres_test

import (
	"sync"
	"testing"
	"time"

	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/backend/internal/todo"
)

// TestRecurring_TheNextIsMadeOnce completes one task from two replicas at the
// same time, again and again.
func TestRecurring_TheNextIsMadeOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	one, two := pgtest.OpenURL(t, url), pgtest.OpenURL(t, url)
	user := newUser(t, one) // in Berlin
	task, err := todo.NewService(one).CreateTask(t.Context(), user, todo.Task{
		Title: "Water the plants", DueAt: new(time.Date(2030, 3, 30, 8, 0, 0, 0, time.UTC)), Recurrence: "FREQ=DAILY",
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, store := range []todo.TaskStore{one, two} {
		for range 5 {
			wg.Go(func() {
				for _, completed := range []bool{true, false, true} {
					if _, err := todo.NewService(store).UpdateTask(t.Context(), user, task.ID, func(t *todo.Task) { t.Completed = completed }); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	tasks, err := one.ListTasks(t.Context(), user, todo.TaskFilter{Status: todo.StatusAll, Limit: 10})
	if err != nil || len(tasks) != 2 {
		t.Fatalf("got %d tasks, %v", len(tasks), err)
	}
	// Berlin's clocks go forward in that night: 09:00 comes an hour earlier.
	next := tasks[1]
	if !next.DueAt.Equal(time.Date(2030, 3, 31, 7, 0, 0, 0, time.UTC)) || next.Recurrence != "FREQ=DAILY" || next.NextID != nil {
		t.Errorf("got %+v", next)
	}
	if tasks[0].NextID == nil || *tasks[0].NextID != next.ID {
		t.Errorf("the first one does not name it: %+v", tasks[0])
	}
}
