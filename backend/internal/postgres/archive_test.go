package postgres_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/internal/postgres"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/backend/internal/todo"
)

// contents is an archive without what belongs to the account it came from and
// not to the user: the account itself, and the numbers of messages.
func contents(t *testing.T, archive json.RawMessage) any {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(archive, &all); err != nil {
		t.Fatal(err)
	}
	delete(all, "user")
	for _, c := range all["conversations"].([]any) {
		for _, turn := range c.(map[string]any)["turns"].([]any) {
			for _, m := range turn.(map[string]any)["messages"].([]any) {
				delete(m.(map[string]any), "id")
			}
		}
	}
	return all
}

func TestArchive_ComesBackWhole(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	ada, ben := newUser(t, db), newUser(t, db)
	_, err := todo.NewService(db).CreateTask(t.Context(), ada, todo.Task{
		Title: "Übung", Tags: []string{"a", "b c"}, DueAt: at(1), RemindAt: at(0), Recurrence: "FREQ=DAILY",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := todo.NewService(db).UpdateTask(t.Context(), ada, 1, func(t *todo.Task) { t.Completed = true }); err != nil {
		t.Fatal(err)
	}
	turn := begin(t, db, todo.TurnRequest{UserID: ada, Message: "Add milk"})
	plan(t, db, turn, 0)
	if _, err := db.RunCall(t.Context(), turn, 0, 0, addMilk(db, ada, todo.CallResult{Result: json.RawMessage(`{"a":"\u0000"}`)})); err != nil {
		t.Fatal(err)
	}
	finish(t, db, turn, "Added.")
	archive, err := db.Export(t.Context(), ada+"@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(archive), "hash") {
		t.Error("the archive holds a secret")
	}
	for _, want := range []postgres.Imported{{Tasks: 3, Conversations: 1}, {}} {
		if got, err := db.Import(t.Context(), ben, archive); err != nil || got != want {
			t.Fatalf("imported %+v, %v; want %+v", got, err, want)
		}
	}
	copied, err := db.Export(t.Context(), ben)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(contents(t, archive), contents(t, copied)); diff != "" {
		t.Error(diff)
	}
	task, err := db.CreateTask(t.Context(), ben, todo.Task{Title: "Next", Priority: todo.PriorityLow, Tags: []string{}})
	if err != nil || task.ID != 4 {
		t.Errorf("the next task is %d, %v", task.ID, err)
	}
}

func TestArchive_OfNobodyAndOfNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	if _, err := db.Export(t.Context(), "nobody@example.com"); !todo.HasCode(err, todo.CodeNotFound) {
		t.Errorf("got %v", err)
	}
	for _, text := range []string{``, `[]`, `{}`, `{"format":"todo-chatbot/2"}`} {
		if _, err := db.Import(t.Context(), newUser(t, db), json.RawMessage(text)); !todo.HasCode(err, todo.CodeMalformed) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

// TestMigrations_GoDownAndUp takes every migration back and does it again.
func TestMigrations_GoDownAndUp(t *testing.T) {
	t.Parallel()
	url, log := pgtest.URL(t), slog.New(slog.DiscardHandler)
	applied := func() (n int, all int) {
		list, err := postgres.Migrations(t.Context(), url, log)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			if !m.AppliedAt.IsZero() && time.Since(m.AppliedAt) < time.Hour {
				n++
			}
		}
		return n, len(list)
	}
	_, all := applied()
	for want := all - 1; want >= 0; want-- {
		if err := postgres.MigrateDown(t.Context(), url, log); err != nil {
			t.Fatal(err)
		}
		if n, _ := applied(); n != want {
			t.Errorf("%d of %d are applied, want %d", n, all, want)
		}
	}
	if err := postgres.Migrate(t.Context(), url, log); err != nil {
		t.Fatal(err)
	}
	if n, _ := applied(); n != all {
		t.Errorf("%d of %d are applied", n, all)
	}
}
