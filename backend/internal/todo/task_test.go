package todo

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTask_Normalize(t *testing.T) {
	t.Parallel()
	task := Task{Title: " Buy\n\t milk ", Description: "\n2 l\nfresh ", Tags: []string{"#Shop", " shop", "To Do", ""}}
	task.normalize()
	want := Task{Title: "Buy milk", Description: "2 l\nfresh", Priority: PriorityMedium, Tags: []string{"shop", "to do", ""}}
	if diff := cmp.Diff(want, task); diff != "" {
		t.Error(diff)
	}
}

func TestTask_Validate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*Task)
		field  string
	}{
		"good":                      {func(*Task) {}, ""},
		"the longest title":         {func(t *Task) { t.Title = strings.Repeat("完", MaxTitle) }, ""},
		"no title":                  {func(t *Task) { t.Title = "" }, "title"},
		"a title too long":          {func(t *Task) { t.Title = strings.Repeat("完", MaxTitle+1) }, "title"},
		"an escape sequence":        {func(t *Task) { t.Title = "\x1b[31mred" }, "title"},
		"no UTF-8":                  {func(t *Task) { t.Title = "\xff" }, "title"},
		"lines in the description":  {func(t *Task) { t.Description = "a\n\tb\r\n" }, ""},
		"a description too long":    {func(t *Task) { t.Description = strings.Repeat("x", MaxDescription+1) }, "description"},
		"a zero in the description": {func(t *Task) { t.Description = "a\x00" }, "description"},
		"an unknown priority":       {func(t *Task) { t.Priority = "urgent" }, "priority"},
		"an empty tag":              {func(t *Task) { t.Tags = []string{""} }, "tags"},
		"a tag too long":            {func(t *Task) { t.Tags = []string{strings.Repeat("x", MaxTag+1)} }, "tags"},
		"a date beyond writing":     {func(t *Task) { t.DueAt = new(time.Date(9999, 12, 31, 23, 59, 0, 0, time.FixedZone("", -14*3600))) }, "due_at"},
		"a date before all":         {func(t *Task) { t.DueAt = new(time.Time{}) }, "due_at"},
		"too many tags":             {func(t *Task) { t.Tags = strings.Split(strings.Repeat("x ", MaxTags)+"x", " ") }, "tags"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			task := Task{Title: "Buy milk", Priority: PriorityLow}
			test.change(&task)
			err := task.Validate()
			if test.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			public := Public(err)
			if public.Code != CodeInvalid || len(public.Fields) != 1 || public.Fields[0].Field != test.field {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTask_SetCompleted(t *testing.T) {
	t.Parallel()
	first, later := time.Unix(1, 0), time.Unix(2, 0)
	var task Task
	task.SetCompleted(true, first)
	task.SetCompleted(true, later)
	if !task.Completed || !task.CompletedAt.Equal(first) {
		t.Errorf("completed %v at %v", task.Completed, task.CompletedAt)
	}
	task.SetCompleted(false, later)
	if task.Completed || task.CompletedAt != nil {
		t.Errorf("reopened: %v, %v", task.Completed, task.CompletedAt)
	}
}

func TestConversationTitle(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 200)
	for message, want := range map[string]string{
		" add\nmilk ": "add milk",
		long:          strings.Repeat("ü", 79) + "…",
	} {
		if got := conversationTitle(message); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
