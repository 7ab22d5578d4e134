package tasks

import (
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func render(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var html strings.Builder
	if err := c.Render(t.Context(), &html); err != nil {
		t.Fatal(err)
	}
	d, err := goquery.NewDocumentFromReader(strings.NewReader(html.String()))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestView(t *testing.T) {
	t.Parallel()
	before, after := now.Add(-time.Minute), now.Add(time.Minute)
	d := render(t, View(NewPanel(backend.TaskList{
		Pending: []api.Task{
			{ID: 3, Title: "In time", DueAt: &after, Description: "With care"},
			{ID: 1, Title: "Late", DueAt: &before, Priority: api.PriorityHigh, Tags: []string{"work"}},
		},
		Done: []api.Task{{ID: 2, Title: "Late but done", DueAt: &before, Completed: true}},
	}, api.StatusAll, "/c/4", now)))

	if got := d.Find(".task-list:not(.done) [data-testid=task-title]").Text(); got != "In timeLate" {
		t.Errorf("to do: %q", got)
	}
	if got := d.Find(".task-list.done .task.completed [data-testid=task-title]").Text(); got != "Late but done" {
		t.Errorf("done: %q", got)
	}
	if d.Find(".overdue").Length() != 1 || d.Find("#task-1 .overdue").Length() != 1 {
		t.Error("only the first is overdue")
	}
	if got := d.Find("#task-3 time"); got.AttrOr("datetime", "") != "2026-11-22T12:01:00Z" || got.Text() != "Sun 22 Nov 2026, 12:01 UTC" {
		t.Errorf("due %q, %q", got.AttrOr("datetime", ""), got.Text())
	}
	if d.Find("#task-1 .priority.high").Length() != 1 || d.Find("#task-1 .tag").Text() != "work" {
		t.Error("the priority or the tag is missing")
	}
	if got := d.Find("#task-1 [data-testid=task-complete]").AttrOr("aria-label", ""); got != "Complete task 1: Late" {
		t.Errorf("the button is called %q", got)
	}
	if got := d.Find("[data-testid=filter-completed]").AttrOr("href", ""); got != "/c/4?status=completed#tasks" {
		t.Errorf("the filter leads to %q", got)
	}
}

func TestView_Empty(t *testing.T) {
	t.Parallel()
	for status, want := range map[api.TaskStatus]string{
		api.StatusAll: "Your list is empty", api.StatusPending: "All done", api.StatusCompleted: "Nothing is done yet",
	} {
		if got := render(t, View(NewPanel(backend.TaskList{}, status, "/", now))).Find(".empty").Text(); !strings.Contains(got, want) {
			t.Errorf("%s: %q", status, got)
		}
	}
}
