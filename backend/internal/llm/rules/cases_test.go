package rules_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"todo-chatbot/backend/internal/llm/llmeval"
	"todo-chatbot/backend/internal/llm/rules"
)

// noon is a Wednesday noon; the dates in testdata count from it.
func noon(t testing.TB) time.Time {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, time.March, 4, 12, 0, 0, 0, berlin)
}

// given finds the cases that every assistant of this kind is held to: in
// TODO_SHARED, or beside the repository. A clone without them runs its own
// cases alone.
func given(t testing.TB) []llmeval.Case {
	t.Helper()
	folder := os.Getenv("TODO_SHARED")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "..", "shared")
	}
	cases, err := llmeval.Load(filepath.Join(folder, "nl", "utterances.jsonl"))
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("TODO_SHARED") == "" {
		t.Skip("no ../shared/nl beside the repository, and TODO_SHARED is not set")
	}
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// The days of the cases are relative, so they hold on every day, at every
// hour, and in every zone.
func TestCases_Given(t *testing.T) {
	t.Parallel()
	cases := given(t)
	zones := []string{"Europe/Berlin", "Asia/Karachi", "America/Los_Angeles", "Pacific/Kiritimati"}
	for day := range 7 {
		place, err := time.LoadLocation(zones[day%len(zones)])
		if err != nil {
			t.Fatal(err)
		}
		now := noon(t).In(place).AddDate(0, 0, day).Add(time.Duration(day*3) * time.Hour)
		report, err := llmeval.Evaluate(t.Context(), rules.New(), "", cases, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, miss := range report.Misses {
			t.Errorf("%s: %s", now, miss)
		}
	}
}

// Our own cases: seen while the rules are written, and held out to measure how
// well they generalise.
func TestCases_Own(t *testing.T) {
	t.Parallel()
	for file, atLeast := range map[string]float64{"seen.jsonl": 97, "more.jsonl": 97, "hard.jsonl": 97, "safe.jsonl": 97, "late.jsonl": 95, "fresh.jsonl": 97, "heldout.jsonl": 94} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			cases, err := llmeval.Load(filepath.Join("testdata", "cases", file))
			if err != nil {
				t.Fatal(err)
			}
			report, err := llmeval.Evaluate(t.Context(), rules.New(), "", cases, noon(t))
			if err != nil {
				t.Fatal(err)
			}
			if err := report.Write(t.Output(), testing.Verbose() && os.Getenv("SHOW_MISSES") == file); err != nil {
				t.Fatal(err)
			}
			if got := report.Total().Percent(); got < atLeast {
				t.Errorf("%.1f %% are right, want %.0f %%", got, atLeast)
			}
			if report.Wrong > 0 {
				t.Errorf("in %d cases a task was touched that was not named", report.Wrong)
			}
		})
	}
}
