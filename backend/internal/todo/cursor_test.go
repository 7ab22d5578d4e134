package todo

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTaskCursor_RoundTrip(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 1, 1, 9, 0, 0, 123456000, time.UTC)
	task := Task{ID: 7, Title: strings.Repeat("🎉", MaxTitle), Priority: PriorityHigh, DueAt: &due}
	undated := task
	undated.DueAt = nil
	for _, sort := range append([]TaskSort{""}, TaskSorts...) {
		for _, task := range []Task{task, undated} {
			cursor := TaskFilter{Sort: sort, Descending: true}.Cursor(task)
			got, err := ParseTaskCursor(cursor.String())
			if diff := cmp.Diff(cursor, got); diff != "" || err != nil {
				t.Errorf("%s: %v %s", sort, err, diff)
			}
		}
	}
}

func TestParseTaskCursor_OfOnesOwn(t *testing.T) {
	t.Parallel()
	encode := base64.RawURLEncoding.EncodeToString
	for name, text := range map[string]string{
		"nonsense":           "%",
		"no JSON":            encode([]byte("7")),
		"nothing":            encode([]byte("{}")),
		"an unknown sort":    encode([]byte(`{"s":"colour","i":1}`)),
		"no id":              encode([]byte(`{"s":"created"}`)),
		"an id below 1":      encode([]byte(`{"s":"created","i":-1}`)),
		"two values":         encode([]byte(`{"s":"created","i":1}{}`)),
		"an unknown field":   encode([]byte(`{"s":"created","i":1,"x":1}`)),
		"another sort's key": encode([]byte(`{"s":"created","i":1,"p":"low"}`)),
		"no priority":        encode([]byte(`{"s":"priority","i":1}`)),
		"a strange one":      encode([]byte(`{"s":"priority","i":1,"p":"huge"}`)),
		"no title":           encode([]byte(`{"s":"title","i":1}`)),
		"a zero byte":        encode([]byte(`{"s":"title","i":1,"n":"a\u0000"}`)),
		"a long title":       encode([]byte(`{"s":"title","i":1,"n":"` + strings.Repeat("a", MaxSortTitle+1) + `"}`)),
		"a date beyond":      encode([]byte(`{"s":"due","i":1,"t":"9999-01-01T00:00:00Z"}`)),
		"far too much":       strings.Repeat("a", 1<<20),
	} {
		if c, err := ParseTaskCursor(text); !HasCode(err, CodeMalformed) {
			t.Errorf("%s: got %+v, %v", name, c, err)
		}
	}
}
