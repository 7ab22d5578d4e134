// Package llmeval measures how well a provider understands what people say to
// a todo list: cases, a list in memory to try them on, and a report. It knows
// no provider; backend/evaluate brings them together.
package llmeval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// Case is a line of a file of cases: what is said in one conversation, and
// what is expected of its last turn. Days are relative to the day of the
// conversation: @today, @tomorrow, @+3d, @friday, @tomorrow 15:00.
type Case struct {
	ID    string   `json:"id"`
	Tasks []Task   `json:"tasks,omitempty"` // the list before the first turn, numbered from 1
	Turns []string `json:"turns"`

	Calls    []Call   `json:"calls,omitempty"`     // that change something, exactly these; list_tasks is among the calls
	Asks     bool     `json:"asks,omitempty"`      // nothing is changed, and the reply is a question
	ReplyHas []string `json:"reply_has,omitempty"` // texts of the reply, without case
}

// Task is a task of a case, and of the list. The times are as a case has them
// or, in a list, RFC 3339.
type Task struct {
	ID          int64    `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Completed   bool     `json:"completed"`
	Priority    string   `json:"priority"`
	Tags        []string `json:"tags"`
	DueAt       *string  `json:"due_at"`
	RemindAt    *string  `json:"remind_at"`
	Recurrence  string   `json:"recurrence"`
	CompletedAt *string  `json:"completed_at"`
}

// Call is a tool call that is expected. The arguments are a subset.
type Call struct {
	Name      string         `json:"name"`
	Arguments map[string]any `json:"arguments"`
}

// Kind is the first word of the case's name: add, list, done, del, …
func (c Case) Kind() string {
	kind, _, _ := strings.Cut(c.ID, "-")
	return kind
}

// Load reads files of cases, one case a line.
func Load(files ...string) ([]Case, error) {
	var out []Case
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		n := 0
		for line := range bytes.Lines(raw) {
			n++
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			var c Case
			if err := json.Unmarshal(line, &c); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, n, err)
			}
			if len(c.Turns) == 0 {
				return nil, fmt.Errorf("%s:%d: %s says nothing", file, n, c.ID)
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// moment gives the time that text such as "@friday 17:00" stands for. A day
// without a time is 23:59. It fails on other text.
func moment(text string, now time.Time) (time.Time, bool) {
	text, ok := strings.CutPrefix(strings.ToLower(text), "@")
	day, clock, hasClock := strings.Cut(text, " ")
	if !ok {
		at, err := time.ParseInLocation(time.DateOnly, day, now.Location())
		if err != nil {
			return time.Time{}, false
		}
		return setClock(at, clock, hasClock)
	}
	year, month, today := now.Date()
	days, ok := daysUntil(day, now.Weekday())
	if !ok {
		return time.Time{}, false
	}
	return setClock(time.Date(year, month, today+days, 0, 0, 0, 0, now.Location()), clock, hasClock)
}

func setClock(day time.Time, clock string, has bool) (time.Time, bool) {
	if !has {
		clock = "23:59"
	}
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, false
	}
	year, month, date := day.Date()
	return time.Date(year, month, date, at.Hour(), at.Minute(), 0, 0, day.Location()), true
}

func daysUntil(day string, today time.Weekday) (int, bool) {
	switch day {
	case "today":
		return 0, true
	case "tomorrow":
		return 1, true
	}
	var days int
	if n, err := fmt.Sscanf(day, "%dd", &days); n == 1 && err == nil {
		return days, true
	}
	for weekday := time.Sunday; weekday <= time.Saturday; weekday++ {
		if strings.EqualFold(weekday.String(), day) {
			return (int(weekday-today)+6)%7 + 1, true
		}
	}
	return 0, false
}
