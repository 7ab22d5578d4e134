package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/internal/postgres"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/backend/internal/todo"
)

const lease = time.Minute

func begin(t *testing.T, db *postgres.DB, request todo.TurnRequest) todo.Turn {
	t.Helper()
	turn, err := db.BeginTurn(t.Context(), request, lease)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

func finish(t *testing.T, db *postgres.DB, turn todo.Turn, reply string) {
	t.Helper()
	if err := db.FinishTurn(t.Context(), turn, reply, todo.Tokens{}); err != nil {
		t.Fatal(err)
	}
}

// plan stores a step with one call of add_task.
func plan(t *testing.T, db *postgres.DB, turn todo.Turn, number int) {
	t.Helper()
	step := todo.Step{Text: "One moment.", Calls: []todo.ToolCall{{ID: "c", Name: "add_task", Arguments: json.RawMessage(`{"title":"Milk"}`)}}}
	if err := db.PlanStep(t.Context(), turn, number, step, todo.Tokens{}); err != nil {
		t.Fatal(err)
	}
}

// addMilk is a tool's effect in the transaction of its result.
func addMilk(db *postgres.DB, user string, result todo.CallResult) func(context.Context) (todo.CallResult, error) {
	return func(ctx context.Context) (todo.CallResult, error) {
		_, err := db.CreateTask(ctx, user, todo.Task{Title: "Milk", Priority: todo.PriorityLow, Tags: []string{}})
		return result, err
	}
}

func countTasks(t *testing.T, db *postgres.DB, user string) int {
	t.Helper()
	tasks, err := db.ListTasks(t.Context(), user, todo.TaskFilter{Status: todo.StatusAll, Limit: todo.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return len(tasks)
}

func TestTurn_IsToldAgainUnderItsKey(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	request := todo.TurnRequest{UserID: user, Message: "Add milk", Key: "k1"}
	turn := begin(t, db, request)
	plan(t, db, turn, 0)
	ok := todo.CallResult{Result: json.RawMessage(`{"task_id": 1}`)}
	if _, err := db.RunCall(t.Context(), turn, 0, 0, addMilk(db, user, ok)); err != nil {
		t.Fatal(err)
	}
	finish(t, db, turn, "Added.")

	again := begin(t, db, request)
	want := todo.Turn{
		ID: turn.ID, UserID: user, ConversationID: turn.ConversationID, Status: todo.TurnDone, Message: "Add milk", Reply: "Added.",
		Steps: []todo.Step{{Text: "One moment.", Calls: []todo.ToolCall{
			{ID: "c", Name: "add_task", Arguments: json.RawMessage(`{"title":"Milk"}`), Result: json.RawMessage(`{"task_id": 1}`)},
		}}},
	}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Error(diff)
	}
}

func TestTurn_KeyOfAnotherMessage(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	finish(t, db, begin(t, db, todo.TurnRequest{UserID: user, Message: "Add milk", Key: "k1"}), "Added.")
	_, err := db.BeginTurn(t.Context(), todo.TurnRequest{UserID: user, Message: "Add bread", Key: "k1"}, lease)
	if !todo.HasCode(err, todo.CodeConflict) {
		t.Errorf("got %v, want a conflict", err)
	}
	other := newUser(t, db)
	if turn := begin(t, db, todo.TurnRequest{UserID: other, Message: "Add bread", Key: "k1"}); turn.Message != "Add bread" {
		t.Errorf("another user's key got in the way: %+v", turn)
	}
}

func TestTurn_TwoOfOneConversationNeverRunTogether(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	first := begin(t, db, todo.TurnRequest{UserID: user, Message: "one"})
	next := todo.TurnRequest{UserID: user, ConversationID: first.ConversationID, Message: "two"}
	if _, err := db.BeginTurn(t.Context(), next, lease); !errors.Is(err, todo.ErrBusy) {
		t.Fatalf("got %v, want busy", err)
	}
	if other := begin(t, db, todo.TurnRequest{UserID: user, Message: "elsewhere"}); other.ConversationID == first.ConversationID {
		t.Errorf("two conversations have the number %d", other.ConversationID)
	}
	finish(t, db, first, "done")
	begin(t, db, next)
}

func TestTurn_GoesOnAfterItsReplicaDied(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	request := todo.TurnRequest{UserID: user, Message: "Add milk", Key: "k1"}
	dead, err := db.BeginTurn(t.Context(), request, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	alive := waitForLease(t, db, request)
	if alive.ID != dead.ID || alive.Lease == dead.Lease {
		t.Fatalf("got turn %d under %s, want %d under another lease", alive.ID, alive.Lease, dead.ID)
	}
	plan(t, db, alive, 0)
	// The dead one was only slow. Nothing that it still does may count.
	ok := todo.CallResult{Result: json.RawMessage(`{}`)}
	_, err = db.RunCall(t.Context(), dead, 0, 0, addMilk(db, user, ok))
	if !errors.Is(err, todo.ErrLeaseLost) {
		t.Errorf("run: got %v", err)
	}
	if err := db.PlanStep(t.Context(), dead, 1, todo.Step{}, todo.Tokens{}); !errors.Is(err, todo.ErrLeaseLost) {
		t.Errorf("plan: got %v", err)
	}
	if err := db.FinishTurn(t.Context(), dead, "late", todo.Tokens{}); !errors.Is(err, todo.ErrLeaseLost) {
		t.Errorf("finish: got %v", err)
	}
	if err := db.ExtendLease(t.Context(), dead, lease); !errors.Is(err, todo.ErrLeaseLost) {
		t.Errorf("extend: got %v", err)
	}
	if n := countTasks(t, db, user); n != 0 {
		t.Errorf("the dead replica left %d tasks", n)
	}
	finish(t, db, alive, "done")
}

// waitForLease begins a turn as soon as the lease on its conversation is over.
func waitForLease(t *testing.T, db *postgres.DB, request todo.TurnRequest) todo.Turn {
	t.Helper()
	for t.Context().Err() == nil {
		turn, err := db.BeginTurn(t.Context(), request, lease)
		if err == nil {
			return turn
		}
		if !errors.Is(err, todo.ErrBusy) {
			t.Fatal(err)
		}
	}
	t.Fatal("the lease did not end")
	return todo.Turn{}
}

func TestTurn_EffectAndResultAreOne(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		result    todo.CallResult
		fail      error
		wantTasks int
		wantRun   bool
	}{
		"a result keeps the effect":          {todo.CallResult{Result: json.RawMessage(`{}`)}, nil, 1, true},
		"an error result undoes the effect":  {todo.CallResult{Result: json.RawMessage(`"no"`), IsError: true}, nil, 0, true},
		"a failure leaves nothing of either": {todo.CallResult{}, broken, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.Open(t)
			user := newUser(t, db)
			request := todo.TurnRequest{UserID: user, Message: "Add milk", Key: "k1"}
			turn := begin(t, db, request)
			plan(t, db, turn, 0)
			_, err := db.RunCall(t.Context(), turn, 0, 0, func(ctx context.Context) (todo.CallResult, error) {
				result, err := addMilk(db, user, test.result)(ctx)
				return result, errors.Join(err, test.fail)
			})
			if !errors.Is(err, test.fail) {
				t.Fatalf("got %v, want %v", err, test.fail)
			}
			if n := countTasks(t, db, user); n != test.wantTasks {
				t.Errorf("got %d tasks, want %d", n, test.wantTasks)
			}
			if err := db.ReleaseLease(t.Context(), turn); err != nil {
				t.Fatal(err)
			}
			if again := begin(t, db, request); (again.Steps[0].Calls[0].Result != nil) != test.wantRun {
				t.Errorf("the record says %s", again.Steps[0].Calls[0].Result)
			}
		})
	}
}

func TestTurn_CallRunsOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	turn := begin(t, db, todo.TurnRequest{UserID: user, Message: "Add milk"})
	plan(t, db, turn, 0)
	ok := todo.CallResult{Result: json.RawMessage(`{}`)}
	if _, err := db.RunCall(t.Context(), turn, 0, 0, addMilk(db, user, ok)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.RunCall(t.Context(), turn, 0, 0, addMilk(db, user, ok)); err == nil {
		t.Error("it ran twice")
	}
	if n := countTasks(t, db, user); n != 1 {
		t.Errorf("got %d tasks", n)
	}
}

func TestTurn_OfAnotherUsersConversation(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	ada, eve := newUser(t, db), newUser(t, db)
	finish(t, db, begin(t, db, todo.TurnRequest{UserID: ada, Message: "secret"}), "kept")
	_, err := db.BeginTurn(t.Context(), todo.TurnRequest{UserID: eve, ConversationID: 1, Message: "hello"}, lease)
	if !todo.HasCode(err, todo.CodeNotFound) {
		t.Errorf("begin: got %v", err)
	}
	if _, err := db.ListMessages(t.Context(), eve, 1, todo.MessagePage{Limit: 10}); !todo.HasCode(err, todo.CodeNotFound) {
		t.Errorf("messages: got %v", err)
	}
}

func TestTurn_HistoryKeepsTheNewestMessages(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	var conversation int64
	const turns = 150
	for i := range turns {
		turn := begin(t, db, todo.TurnRequest{UserID: user, ConversationID: conversation, Message: fmt.Sprintf("say %d", i)})
		conversation = turn.ConversationID
		finish(t, db, turn, fmt.Sprintf("said %d", i))
	}
	now := begin(t, db, todo.TurnRequest{UserID: user, ConversationID: conversation, Message: "and now"})
	for limit, want := range map[int][]string{
		0: nil,
		1: nil, // half a turn would be an answer without its question
		4: {"say 148", "say 149"},
	} {
		earlier, err := db.ListTurns(t.Context(), now, limit)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, turn := range earlier {
			got = append(got, turn.Message)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("limit %d: %s", limit, diff)
		}
	}
	messages, err := db.ListMessages(t.Context(), user, conversation, todo.MessagePage{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(messages) != 3 || messages[0].Content != "and now" || messages[1].Content != "said 149" {
		t.Errorf("got %+v", messages)
	}
}

func TestTurn_SameKeyAtTheSameTime(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	one, two := pgtest.OpenURL(t, url), pgtest.OpenURL(t, url)
	user := newUser(t, one)
	for i := range 20 {
		request := todo.TurnRequest{UserID: user, Message: "Add milk", Key: fmt.Sprint("k", i)}
		begun := make(chan error, 2)
		for _, db := range []*postgres.DB{one, two} {
			go func() {
				_, err := db.BeginTurn(t.Context(), request, lease)
				begun <- err
			}()
		}
		a, b := <-begun, <-begun
		if (a == nil) == (b == nil) || !(errors.Is(a, todo.ErrBusy) || errors.Is(b, todo.ErrBusy)) {
			t.Fatalf("got %v and %v, want one turn and one that is busy", a, b)
		}
	}
	conversations, err := one.ListConversations(t.Context(), user, todo.ConversationPage{Limit: 100})
	if err != nil || len(conversations) != 20 {
		t.Errorf("got %d conversations, %v", len(conversations), err)
	}
}

// over is the lease of a replica that died just now.
const over = -time.Second

// TestBeginTurn_ADeadTurnComesFirst has a replica die in a turn: the turn that
// is sent again gets the conversation at once, others after another lease.
func TestBeginTurn_ADeadTurnComesFirst(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	dead := todo.TurnRequest{UserID: user, Message: "first", Key: "key"}
	turn, err := db.BeginTurn(t.Context(), dead, over)
	if err != nil {
		t.Fatal(err)
	}
	next := todo.TurnRequest{UserID: user, ConversationID: turn.ConversationID, Message: "second", Key: "other"}
	if _, err := db.BeginTurn(t.Context(), next, lease); !errors.Is(err, todo.ErrBusy) {
		t.Errorf("another turn came first: %v", err)
	}
	if again, err := db.BeginTurn(t.Context(), dead, over); err != nil || again.ID != turn.ID {
		t.Errorf("got %+v, %v", again, err)
	}
	const shorter = time.Millisecond // the dead one's is over for longer than that
	if _, err := db.BeginTurn(t.Context(), next, shorter); !errors.Is(err, todo.ErrBusy) {
		t.Errorf("a turn that has not waited came first: %v", err)
	}
	next.Waited = shorter
	if _, err := db.BeginTurn(t.Context(), next, shorter); err != nil {
		t.Errorf("the conversation stays blocked: %v", err)
	}
}

func TestBeginTurn_ADeadTurnThatNobodyCanSendAgain(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	turn, err := db.BeginTurn(t.Context(), todo.TurnRequest{UserID: user, Message: "first"}, over)
	if err != nil {
		t.Fatal(err)
	}
	next := todo.TurnRequest{UserID: user, ConversationID: turn.ConversationID, Message: "second"}
	if _, err := db.BeginTurn(t.Context(), next, lease); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	user := newUser(t, db)
	request := todo.TurnRequest{UserID: user, Message: "hello", Key: "key"}
	turn := begin(t, db, request)
	step := todo.Step{Calls: []todo.ToolCall{{ID: "c", Name: "list_tasks", Arguments: json.RawMessage(`{}`)}}}
	if err := db.PlanStep(t.Context(), turn, 0, step, todo.Tokens{Input: 5, Output: 1}); err != nil {
		t.Fatal(err)
	}
	if err := db.FinishTurn(t.Context(), turn, "bye", todo.Tokens{Input: 6, Output: 2}); err != nil {
		t.Fatal(err)
	}
	want := todo.Tokens{Input: 11, Output: 3}
	if again := begin(t, db, request); again.Tokens != want {
		t.Errorf("the turn has %+v", again.Tokens)
	}
	if today, err := db.TokensToday(t.Context(), user); err != nil || today != want {
		t.Errorf("today %+v, %v", today, err)
	}
	if today, err := db.TokensToday(t.Context(), newUser(t, db)); err != nil || today != (todo.Tokens{}) {
		t.Errorf("somebody else's today %+v, %v", today, err)
	}
}
