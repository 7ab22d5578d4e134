package todo

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"
	"unicode/utf8"
)

// MaxSortTitle is how many characters of a title count when tasks are sorted
// by it.
const MaxSortTitle = 100

// maxCursor bounds the text of a cursor, in bytes: 100 characters of four
// bytes, written in JSON and then in base64, stay below it.
const maxCursor = 1000

// TaskCursor is where a page of tasks ended: the last task's place in the
// order of the list. Of the last three fields, the one that the list is sorted
// by counts.
type TaskCursor struct {
	Sort       TaskSort
	Descending bool
	ID         int64
	DueAt      *time.Time // nil for a task without a date
	Priority   Priority
	Title      string // its first MaxSortTitle characters
}

// Cursor is the place behind the last task of a page that the filter gave.
func (f TaskFilter) Cursor(last Task) TaskCursor {
	c := TaskCursor{Sort: f.Sort, Descending: f.Descending, ID: last.ID}
	switch f.Sort {
	case SortDue:
		c.DueAt = last.DueAt
	case SortPriority:
		c.Priority = last.Priority
	case SortTitle:
		c.Title = last.Title
		if title := []rune(c.Title); len(title) > MaxSortTitle {
			c.Title = string(title[:MaxSortTitle])
		}
	default:
		c.Sort = SortCreated
	}
	return c
}

// cursorJSON is a cursor on the wire.
type cursorJSON struct {
	Sort       TaskSort   `json:"s"`
	Descending bool       `json:"d,omitempty"`
	ID         int64      `json:"i"`
	DueAt      *time.Time `json:"t,omitempty"`
	Priority   Priority   `json:"p,omitempty"`
	Title      string     `json:"n,omitempty"`
}

// String is the cursor as clients get it: opaque, so that nobody builds their
// own.
func (c TaskCursor) String() string {
	if c.DueAt != nil {
		c.DueAt = new(c.DueAt.UTC())
	}
	encoded, err := json.Marshal(cursorJSON(c))
	if err != nil {
		return "" // a time beyond the year 9999, which no task has
	}
	return base64.RawURLEncoding.EncodeToString(encoded)
}

// ParseTaskCursor reads what String wrote; "" is the zero cursor, which stands
// before the first page. CodeMalformed: it is anything else.
func ParseTaskCursor(text string) (TaskCursor, error) {
	if text == "" {
		return TaskCursor{}, nil
	}
	c, err := readCursor(text)
	if err != nil {
		return TaskCursor{}, &Error{Code: CodeMalformed, Message: "The cursor is not the next_cursor of an answer.", Err: err}
	}
	return c, nil
}

var errCursor = errors.New("no cursor")

func readCursor(text string) (TaskCursor, error) {
	if len(text) > maxCursor {
		return TaskCursor{}, errCursor
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return TaskCursor{}, errCursor
	}
	var wire cursorJSON
	d := json.NewDecoder(bytes.NewReader(decoded))
	d.DisallowUnknownFields()
	if err := d.Decode(&wire); err != nil {
		return TaskCursor{}, errCursor
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return TaskCursor{}, errCursor
	}
	c := TaskCursor(wire)
	if !c.valid() {
		return TaskCursor{}, errCursor
	}
	return c, nil
}

// valid tells whether the cursor has the one key that its order needs, and one
// that a task can have.
func (c TaskCursor) valid() bool {
	task := Task{Title: "x", Priority: PriorityLow, DueAt: c.DueAt}
	if c.ID < 1 || task.Validate() != nil {
		return false
	}
	var v Invalid
	checkText(&v, "title", c.Title, 1, MaxSortTitle)
	known := slices.Contains(Priorities, c.Priority)
	switch c.Sort {
	case SortCreated:
		return c.DueAt == nil && c.Priority == "" && c.Title == ""
	case SortDue:
		return c.Priority == "" && c.Title == ""
	case SortPriority:
		return c.DueAt == nil && known && c.Title == ""
	case SortTitle:
		return c.DueAt == nil && c.Priority == "" && v.Err() == nil && utf8.ValidString(c.Title)
	default:
		return false
	}
}
