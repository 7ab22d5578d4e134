package todo

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func FuzzParseTaskCursor(f *testing.F) {
	due := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	for _, sort := range TaskSorts {
		f.Add(TaskFilter{Sort: sort}.Cursor(Task{ID: 3, Title: "Milk", Priority: PriorityHigh, DueAt: &due}).String())
	}
	f.Add("e30")
	f.Fuzz(func(t *testing.T, text string) {
		cursor, err := ParseTaskCursor(text)
		if err != nil || text == "" {
			return
		}
		again, err := ParseTaskCursor(cursor.String())
		if diff := cmp.Diff(cursor, again); diff != "" || err != nil {
			t.Errorf("%q does not come back: %v %s", text, err, diff)
		}
		if cursor.ID < 1 || !utf8.ValidString(cursor.Title) {
			t.Errorf("%q is %+v", text, cursor)
		}
	})
}

// FuzzRecurrence completes a task with any rule: the next one is later, obeys
// every rule of tasks, and is found in time.
func FuzzRecurrence(f *testing.F) {
	for _, rule := range []string{
		"FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=SU", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
		"FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20270101", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=+1SU", "FREQ=YEARLY;BYYEARDAY=-366", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
	} {
		f.Add(rule, int64(1_767_258_000), int64(1_767_358_000))
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, rule string, dueUnix, nowUnix int64) {
		due, now := time.Unix(dueUnix, 0), time.Unix(nowUnix, 0)
		task := Task{ID: 1, Title: "x", DueAt: &due, RemindAt: &due, Recurrence: rule}
		task.normalize()
		if task.Validate() != nil {
			return
		}
		task.keepSeries(Task{})
		begun := time.Now()
		next := task.next(now, berlin)
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("%q took %v", rule, took)
		}
		if next == nil {
			return
		}
		if !next.DueAt.After(due) || !next.DueAt.After(now) {
			t.Errorf("%q: after %v comes %v", rule, due, next.DueAt)
		}
		if err := next.Validate(); err != nil {
			t.Errorf("%q: %v", rule, err)
		}
	})
}
