package postgres_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/internal/postgres"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/backend/internal/todo"
)

// at is a moment some hours from the start of 2030, for due dates that stay
// where they are while tests run.
func at(hours int) *time.Time {
	return new(time.Date(2030, 1, 1, hours, 0, 0, 0, time.UTC))
}

// someTasks are numbered from 1 in this order.
func someTasks() []todo.Task {
	past := time.Now().Add(-time.Hour)
	return []todo.Task{
		{Title: "Buy milk", Priority: todo.PriorityLow, Tags: []string{"shop"}, DueAt: &past},
		{Title: "buying apples", Priority: todo.PriorityHigh, Tags: []string{"shop", "fruit"}, Completed: true, CompletedAt: &past, DueAt: &past},
		{Title: "Äpfel schälen", Priority: todo.PriorityMedium, Tags: []string{}},
		{Title: "Call Ada", Description: "about 100% of the milk_money", Priority: todo.PriorityHigh, Tags: []string{}, DueAt: at(2)},
		{Title: "call ada", Priority: todo.PriorityLow, Tags: []string{"phone"}, DueAt: at(2)},
		{Title: "Zero", Priority: todo.PriorityMedium, Tags: []string{"shop"}, DueAt: at(1)},
	}
}

func withTasks(t *testing.T, db *postgres.DB, tasks []todo.Task) (user string) {
	t.Helper()
	user = newUser(t, db)
	for _, task := range tasks {
		if _, err := db.CreateTask(t.Context(), user, task); err != nil {
			t.Fatal(err)
		}
	}
	return user
}

func ids(tasks []todo.Task) []int64 {
	var ids []int64
	for _, task := range tasks {
		ids = append(ids, task.ID)
	}
	return ids
}

func TestListTasks_Filters(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := withTasks(t, db, someTasks())
	for name, test := range map[string]struct {
		filter todo.TaskFilter
		want   []int64
	}{
		"all":                       {todo.TaskFilter{}, []int64{1, 2, 3, 4, 5, 6}},
		"pending":                   {todo.TaskFilter{Status: todo.StatusPending}, []int64{1, 3, 4, 5, 6}},
		"completed":                 {todo.TaskFilter{Status: todo.StatusCompleted}, []int64{2}},
		"overdue":                   {todo.TaskFilter{Status: todo.StatusOverdue}, []int64{1}},
		"urgent":                    {todo.TaskFilter{Priority: todo.PriorityHigh}, []int64{2, 4}},
		"urgent and pending":        {todo.TaskFilter{Priority: todo.PriorityHigh, Status: todo.StatusPending}, []int64{4}},
		"a tag":                     {todo.TaskFilter{Tag: "shop"}, []int64{1, 2, 6}},
		"a part of a tag":           {todo.TaskFilter{Tag: "sho"}, nil},
		"another form of a word":    {todo.TaskFilter{Query: "buys"}, []int64{1, 2}},
		"a part of a word":          {todo.TaskFilter{Query: "pfel"}, []int64{3}},
		"without regard to case":    {todo.TaskFilter{Query: "ÄPFEL"}, []int64{3}},
		"words in any order":        {todo.TaskFilter{Query: "milk ada"}, []int64{4}},
		"a word of the tags":        {todo.TaskFilter{Query: "buying fruit"}, []int64{2}},
		"what patterns are made of": {todo.TaskFilter{Query: "100% k_m"}, []int64{4}},
		"no pattern of one's own":   {todo.TaskFilter{Query: "c%a"}, nil},
		"a backslash":               {todo.TaskFilter{Query: `\`}, nil},
		"no operator of a search":   {todo.TaskFilter{Query: "milk & !ada |"}, []int64{4}},
		"due from then on":          {todo.TaskFilter{DueAfter: at(2)}, []int64{4, 5}},
		"due before then":           {todo.TaskFilter{DueAfter: at(0), DueBefore: at(2)}, []int64{6}},
		"the newest first":          {todo.TaskFilter{Descending: true}, []int64{6, 5, 4, 3, 2, 1}},
		"by due date, none is last": {todo.TaskFilter{Sort: todo.SortDue}, []int64{1, 2, 6, 4, 5, 3}},
		"by due date, latest first": {todo.TaskFilter{Sort: todo.SortDue, Descending: true}, []int64{3, 5, 4, 6, 2, 1}},
		"by priority":               {todo.TaskFilter{Sort: todo.SortPriority}, []int64{1, 5, 3, 6, 2, 4}},
		"the most urgent first":     {todo.TaskFilter{Sort: todo.SortPriority, Descending: true}, []int64{4, 2, 6, 3, 5, 1}},
		"by title":                  {todo.TaskFilter{Sort: todo.SortTitle, DueAfter: at(0)}, []int64{4, 5, 6}},
		"everything at the same time": {todo.TaskFilter{
			Status: todo.StatusPending, Priority: todo.PriorityLow, Tag: "shop", Query: "milk", DueAfter: at(-24 * 366 * 10), DueBefore: at(0),
			Sort: todo.SortDue,
		}, []int64{1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tasks, _, err := todo.NewService(db).ListTasks(t.Context(), user, test.filter)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, ids(tasks)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestListTasks_PagesHoldEachTaskOnce walks through every order, page by page,
// while the task before the cursor is deleted.
func TestListTasks_PagesHoldEachTaskOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	for _, sort := range todo.TaskSorts {
		for _, descending := range []bool{false, true} {
			user := withTasks(t, db, someTasks())
			service := todo.NewService(db)
			whole, _, err := service.ListTasks(t.Context(), user, todo.TaskFilter{Sort: sort, Descending: descending})
			if err != nil {
				t.Fatal(err)
			}
			var walked []todo.Task
			for filter := (todo.TaskFilter{Sort: sort, Descending: descending, Limit: 2}); ; {
				page, more, err := service.ListTasks(t.Context(), user, filter)
				if err != nil {
					t.Fatal(err)
				}
				walked = append(walked, page...)
				if !more {
					break
				}
				last := page[len(page)-1]
				if filter.After, err = todo.ParseTaskCursor(filter.Cursor(last).String()); err != nil {
					t.Fatal(err)
				}
				if _, err := service.DeleteTask(t.Context(), user, last.ID); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(ids(whole), ids(walked)); diff != "" {
				t.Errorf("%s, descending %v: %s", sort, descending, diff)
			}
			if got := len(slices.Compact(ids(walked))); got != len(someTasks()) {
				t.Errorf("%s: %d tasks", sort, got)
			}
		}
	}
}
