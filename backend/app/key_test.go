package app_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/postgres/pgtest"
)

// TestKeys_AnswerAgain sends every kind of change twice under one key.
func TestKeys_AnswerAgain(t *testing.T) {
	t.Parallel()
	p, _ := newPerson(t)
	ctx := t.Context()
	said, err := p.Chat(ctx, p.id, "key", api.ChatRequest{Message: "Add a task to buy bread"})
	if err != nil {
		t.Fatal(err)
	}
	withTasks(t, p, "Milk", "Eggs")
	conversation := said.ConversationID
	for name, change := range map[string]func(*api.Client) (any, error){
		"create":  func(c *api.Client) (any, error) { return c.CreateTask(ctx, p.id, api.TaskInput{Title: "New"}) },
		"replace": func(c *api.Client) (any, error) { return c.ReplaceTask(ctx, p.id, 1, api.TaskInput{Title: "Other"}) },
		"update": func(c *api.Client) (any, error) {
			return c.UpdateTask(ctx, p.id, 2, api.TaskPatch{Title: api.Some("Other")})
		},
		"complete": func(c *api.Client) (any, error) { return c.SetTaskCompleted(ctx, p.id, 2, true) },
		"delete":   func(c *api.Client) (any, error) { return nil, c.DeleteTask(ctx, p.id, 3) },
		"rename": func(c *api.Client) (any, error) {
			return c.RenameConversation(ctx, p.id, conversation, api.ConversationPatch{Title: "Bread"})
		},
	} {
		keyed := p.WithKey("key of " + name)
		first, err := change(keyed)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := change(keyed)
		if diff := cmp.Diff(first, again); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	for range 2 {
		if err := p.WithKey("key of forgetting").DeleteConversation(ctx, p.id, conversation); err != nil {
			t.Error(err)
		}
	}
	if list, err := p.ListTasks(ctx, p.id, api.TaskQuery{}); err != nil || len(list.Tasks) != 3 {
		t.Errorf("got %+v, %v", list, err)
	}
}

func TestKeys_BelongToOneRequestAndOneUser(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	ctx := t.Context()
	keyed := p.WithKey("key")
	// What fails leaves the key free.
	if _, err := keyed.CreateTask(ctx, p.id, api.TaskInput{}); codeOf(err) != api.CodeInvalid {
		t.Errorf("got %v", err)
	}
	if _, err := keyed.CreateTask(ctx, p.id, api.TaskInput{Title: "Milk"}); err != nil {
		t.Fatal(err)
	}
	_, other := keyed.CreateTask(ctx, p.id, api.TaskInput{Title: "Eggs"})
	if codeOf(other) != api.CodeConflict || !strings.Contains(other.Error(), "Idempotency-Key") {
		t.Errorf("another body: %v", other)
	}
	if _, err := keyed.SetTaskCompleted(ctx, p.id, 1, true); codeOf(err) != api.CodeConflict {
		t.Errorf("another path: %v", err)
	}
	if _, err := p.WithKey(strings.Repeat("k", 201)).CreateTask(ctx, p.id, api.TaskInput{Title: "Milk"}); codeOf(err) != api.CodeInvalid {
		t.Errorf("a long key: %v", err)
	}
	session, err := api.NewClient(url, nil).SignUp(ctx, api.SignUpRequest{Email: "eve@example.com", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	eves, err := api.NewClient(url, nil).WithToken(session.Token).WithKey("key").CreateTask(ctx, session.User.ID, api.TaskInput{Title: "Hers"})
	if err != nil || eves.Title != "Hers" {
		t.Errorf("got %+v, %v", eves, err)
	}
}

// TestKeys_AtTheSameTime sends one request to two replicas at once.
func TestKeys_AtTheSameTime(t *testing.T) {
	t.Parallel()
	database := pgtest.URL(t)
	one, _ := start(t, testConfig(database))
	two, _ := start(t, testConfig(database))
	p := signUp(t, roundRobin(t, one, two), &http.Client{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	answers := map[int64]int{}
	for range 8 {
		wg.Go(func() {
			task, err := p.WithKey("key").CreateTask(t.Context(), p.id, api.TaskInput{Title: "Milk"})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			answers[task.ID]++
		})
	}
	wg.Wait()
	if answers[1] != 8 {
		t.Errorf("got %v", answers)
	}
	if list, err := p.ListTasks(t.Context(), p.id, api.TaskQuery{}); err != nil || len(list.Tasks) != 1 {
		t.Errorf("got %+v, %v", list, err)
	}
}
