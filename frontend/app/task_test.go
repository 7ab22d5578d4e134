package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backendtest"
)

func titles(p page) []string {
	return p.byID("task-title").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
}

func TestTasks_WithoutScript(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	back := []string{"Referer", b.url + "/c/new?status=all"}

	wantRedirect(t, b.post("/tasks", url.Values{"title": {" Buy milk "}}, back...), "/c/new?status=all#tasks")
	wantRedirect(t, b.post("/tasks/1/complete", url.Values{}, back...), "/c/new?status=all#tasks")
	if task := fake.Tasks()[0]; task.Title != "Buy milk" || !task.Completed {
		t.Errorf("task %+v", task)
	}
	wantRedirect(t, b.post("/tasks/1/reopen", url.Values{}), "/#tasks")
	if fake.Tasks()[0].Completed {
		t.Error("the task was not reopened")
	}
	wantRedirect(t, b.post("/tasks/1/delete", url.Values{}), "/#tasks")
	if n := len(fake.Tasks()); n != 0 {
		t.Errorf("%d tasks are left", n)
	}
	wantError(t, b.post("/tasks/1/delete", url.Values{}), http.StatusNotFound, "nothing here")
	wantError(t, b.post("/tasks", url.Values{"title": {""}}), http.StatusUnprocessableEntity, "Say what is to be done")
	wantRedirect(t, b.get("/tasks?status=pending"), "/?status=pending#tasks")
}

func TestTasks_WithScript(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	fake.AddTask(api.Task{Title: "Buy milk"})
	fake.AddTask(api.Task{Title: "Call mum", Completed: true})

	p := b.get("/tasks?status=pending", htmx...)
	if got := strings.Join(titles(p), ","); got != "Buy milk" {
		t.Errorf("pending: %s", got)
	}
	if p.byID("filter-pending").AttrOr("aria-current", "") != "true" {
		t.Error("the filter is not marked")
	}

	p = b.post("/tasks", url.Values{"title": {"Water plants"}, "status": {"pending"}}, htmx...)
	if got := strings.Join(titles(p), ","); got != "Water plants,Buy milk" {
		t.Errorf("after adding: %s", got)
	}
	if p.Find(`hx-partial[hx-target="#task-panel"] #task-panel`).Length() != 1 || p.Find("#new-task").AttrOr("value", "") != "" {
		t.Error("want the emptied form and, beside it, the list")
	}

	p = b.post("/tasks", url.Values{"title": {" "}}, htmx...)
	wantError(t, p, http.StatusUnprocessableEntity, "Say what is to be done")

	p = b.post("/tasks/99/complete", url.Values{}, htmx...)
	if p.Status != http.StatusNotFound || p.Header.Get("HX-Retarget") != "#notice" {
		t.Errorf("no such task: %d to %q", p.Status, p.Header.Get("HX-Retarget"))
	}
}

func TestTasks_Many(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	for range 320 {
		fake.AddTask(api.Task{Title: "One of many"})
	}
	for range 120 {
		fake.AddTask(api.Task{Title: "Done long ago", Completed: true})
	}
	p := b.post("/tasks", url.Values{"title": {"The newest"}, "status": {"all"}}, htmx...)
	if got := titles(p); len(got) != 70 || got[0] != "The newest" || got[49] != "One of many" || got[50] != "Done long ago" {
		t.Errorf("%d tasks, the first is %q", len(got), got[0])
	}
	if !strings.Contains(p.Find("#task-panel").Text(), "“To do” and “Done” show more") || p.Find(".done-heading .count").Text() != "20+" {
		t.Error("nothing tells that there are more")
	}
	p = b.get("/tasks?status=pending", htmx...)
	if got := titles(p); len(got) != 300 || !strings.Contains(p.Find("#task-panel").Text(), "ask the chat about the rest") {
		t.Errorf("filtered: %d tasks", len(got))
	}
}

func TestTasks_Zone(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 11, 27, 15, 0, 0, 0, time.UTC)
	for zone, want := range map[string]struct{ list, input, hint string }{
		"Asia/Kolkata": {"Fri 27 Nov 2026, 20:30", "2026-11-27T20:30", ""},
		"Etc/Unknown":  {"Fri 27 Nov 2026, 15:00 UTC", "2026-11-27T15:00", "(UTC)"},
	} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			fake, b := start(t)
			b.holdToken(backendtest.TokenIn("u-1", zone))
			fake.AddTask(api.Task{Title: "Call mum", DueAt: &due})
			if got := b.get("/").byID("task-due"); got.Text() != want.list || got.AttrOr("datetime", "") != "2026-11-27T15:00:00Z" {
				t.Errorf("the list says %q, %q", got.Text(), got.AttrOr("datetime", ""))
			}
			form := b.get("/tasks/1").byID("task-form")
			input := form.Find("[name=due]").AttrOr("value", "")
			if input != want.input || form.Find("[data-utc-hint]").Text() != want.hint {
				t.Errorf("the input holds %q, %q", input, form.Find("[data-utc-hint]").Text())
			}
			sent := url.Values{"title": {"Call mum"}, "due": {input}, "time_zone": {form.Find("[name=time_zone]").AttrOr("value", "")}}
			b.post("/tasks/1", sent)
			if got := fake.Tasks()[0].DueAt; !got.Equal(due) {
				t.Errorf("saved as it was, the date became %v", got)
			}
		})
	}
}

func TestTasks_Edit(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	due := time.Date(2026, 11, 27, 15, 0, 0, 0, time.UTC)
	fake.AddTask(api.Task{Title: "Call mum", Description: "About\nSunday", Priority: api.PriorityHigh, Tags: []string{"family", "phone"}, DueAt: &due})

	form := b.get("/tasks/1", "Referer", b.url+"/c/4").byID("task-form")
	for selector, want := range map[string]string{
		"[name=title]": "Call mum", "[name=tags]": "family, phone", "[name=due]": "2026-11-27T15:00",
		"[name=back]": "/c/4", "option[selected]": "high",
	} {
		if got := form.Find(selector).AttrOr("value", ""); got != want {
			t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
	if got := form.Find("textarea").Text(); got != "About\nSunday" {
		t.Errorf("notes %q", got)
	}

	typed := url.Values{
		"title": {"Call dad"}, "description": {"Soon"}, "priority": {"low"}, "tags": {"#family, , dad,dad"},
		"due": {"2026-11-28T09:30"}, "time_zone": {"Europe/Berlin"}, "back": {"/c/4"},
	}
	wantRedirect(t, b.post("/tasks/1", typed), "/c/4#tasks")
	got := fake.Tasks()[0]
	if got.Title != "Call dad" || got.Priority != api.PriorityLow || strings.Join(got.Tags, ",") != "family,dad" ||
		!got.DueAt.Equal(time.Date(2026, 11, 28, 8, 30, 0, 0, time.UTC)) {
		t.Errorf("saved %+v, due %v", got, got.DueAt)
	}

	typed.Set("due", "")
	if p := b.post("/tasks/1", typed, htmx...); p.Status != http.StatusOK || p.Find("#task-panel").Length() != 1 {
		t.Errorf("with the script: status %d", p.Status)
	}
	if fake.Tasks()[0].DueAt != nil {
		t.Error("the date was not taken away")
	}

	typed.Set("due", "tomorrow")
	p := b.post("/tasks/1", typed, htmx...)
	wantError(t, p, http.StatusUnprocessableEntity, "Give a date")
	if p.Header.Get("HX-Retarget") != "#task-1" || p.Find("[name=title]").AttrOr("value", "") != "Call dad" {
		t.Error("the form is not in the place of the row, or lost what was typed")
	}

	typed.Set("due", "")
	typed.Set("title", " ")
	wantError(t, b.post("/tasks/1", typed), http.StatusUnprocessableEntity, "Say what is to be done")
	wantError(t, b.get("/tasks/7"), http.StatusNotFound, "nothing here")
}
