package rules

import (
	"testing"
	"time"

	"todo-chatbot/backend/internal/llm/llmtest"
)

// Now is Wednesday, March 4, 2026, 12:00 in these tests.
func TestParser_Details_Due(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ title, due string }{
		"buy milk":                         {"Buy milk", ""},
		"buy milk today":                   {"Buy milk", "2026-03-04T23:59"},
		"buy milk tonight":                 {"Buy milk", "2026-03-04T23:59"},
		"buy milk tomorrow":                {"Buy milk", "2026-03-05T23:59"},
		"buy milk tomorrow at 3pm":         {"Buy milk", "2026-03-05T15:00"},
		"buy milk tomorrow 3:30 pm":        {"Buy milk", "2026-03-05T15:30"},
		"buy milk at 15:45 tomorrow":       {"Buy milk", "2026-03-05T15:45"},
		"buy milk tomorrow morning":        {"Buy milk", "2026-03-05T09:00"},
		"buy milk the day after tomorrow":  {"Buy milk", "2026-03-06T23:59"},
		"buy milk by Friday":               {"Buy milk", "2026-03-06T23:59"},
		"buy milk on wednesday":            {"Buy milk", "2026-03-11T23:59"},
		"buy milk next monday at noon":     {"Buy milk", "2026-03-09T12:00"},
		"buy milk in 3 days":               {"Buy milk", "2026-03-07T23:59"},
		"buy milk in two weeks":            {"Buy milk", "2026-03-18T23:59"},
		"buy milk in a month":              {"Buy milk", "2026-04-04T23:59"},
		"buy milk in 90 minutes":           {"Buy milk", "2026-03-04T13:30"},
		"buy milk a week from today":       {"Buy milk", "2026-03-11T23:59"},
		"buy milk this weekend":            {"Buy milk", "2026-03-07T23:59"},
		"buy milk next week":               {"Buy milk", "2026-03-09T23:59"},
		"buy milk by the end of the month": {"Buy milk", "2026-03-31T23:59"},
		"buy milk on 2026-05-01":           {"Buy milk", "2026-05-01T23:59"},
		"buy milk on May 1st":              {"Buy milk", "2026-05-01T23:59"},
		"buy milk on 1 May 2027 at 8am":    {"Buy milk", "2027-05-01T08:00"},
		"buy milk by January 5":            {"Buy milk", "2027-01-05T23:59"},
		"buy milk on the 31st":             {"Buy milk", "2026-03-31T23:59"},
		"buy milk on the 1st":              {"Buy milk", "2026-04-01T23:59"},
		"buy milk at 3pm":                  {"Buy milk", "2026-03-04T15:00"},
		"buy milk at 9am":                  {"Buy milk", "2026-03-05T09:00"},
		"buy milk at 5":                    {"Buy milk", "2026-03-04T17:00"},
		"tomorrow, buy milk":               {"Buy milk", "2026-03-05T23:59"},
		"call Ann tomorrow about the trip": {"Call Ann about the trip", "2026-03-05T23:59"},
		"prepare the Friday report":        {"Prepare the Friday report", ""},
		"plan tomorrow's meeting":          {"Plan tomorrow's meeting", ""},
		"plan Monday's meeting on Friday":  {"Plan Monday's meeting", "2026-03-06T23:59"},
		"celebrate on February 30":         {"Celebrate on February 30", ""},
		"buy 3 apples":                     {"Buy 3 apples", ""},
		"march for peace":                  {"March for peace", ""},
		"'watch Tomorrow' tomorrow":        {"watch Tomorrow", "2026-03-05T23:59"},
		"'watch Tomorrow'":                 {"watch Tomorrow", ""},
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			p := &parser{utterance: normalise(text), now: llmtest.Request().Now}
			d := p.details(p.text)
			due := ""
			if !d.due.isZero() {
				due = d.due.on(p.now).Format("2006-01-02T15:04")
			}
			if d.title != want.title || due != want.due {
				t.Errorf("details = %q due %q, want %q due %q", d.title, due, want.title, want.due)
			}
		})
	}
}

// A day with a change of the clocks has no other hours for that.
func TestMoment_On_SummerTime(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p := &parser{utterance: normalise("buy milk tomorrow at 3pm"), now: time.Date(2026, time.March, 28, 12, 0, 0, 0, berlin)}
	got := p.details(p.text).due.on(p.now).Format(time.RFC3339)
	if want := "2026-03-29T15:00:00+02:00"; got != want {
		t.Errorf("due = %s, want %s", got, want)
	}
}
