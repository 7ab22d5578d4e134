package agent_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/todo"
)

// counted is a response that took ten tokens.
func counted(r llm.Response) llm.Response {
	r.Usage = llm.Usage{InputTokens: 7, OutputTokens: 3}
	return r
}

func TestAgent_DropsWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var lengths []int
	var oldest string
	r := newReplica(t, model(func(_ context.Context, req llm.Request) (llm.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		lengths = append(lengths, len(req.Messages))
		oldest = req.Messages[0].Text
		if len(req.Messages) > 3 {
			return llm.Response{}, &llm.Error{Kind: llm.KindTooLong, Err: errors.New("too long")}
		}
		return says("Yes to " + req.Messages[len(req.Messages)-1].Text), nil
	}))
	conversation := int64(0)
	for _, message := range []string{"one", "two", "three", "four"} {
		turn, _, err := r.say(t.Context(), r.request(conversation, "", message))
		if err != nil || turn.Reply != "Yes to "+message {
			t.Fatalf("%s: got %q, %v", message, turn.Reply, err)
		}
		conversation = turn.ConversationID
	}
	// The fourth is asked with all three turns before it, then with one, and
	// the newest is what is left.
	if got := lengths[len(lengths)-2:]; got[0] != 7 || got[1] != 3 || oldest != "three" {
		t.Errorf("asked with %v messages, the last time from %q on", lengths, oldest)
	}
}

func TestAgent_MessageThatNeverFits(t *testing.T) {
	t.Parallel()
	r := newReplica(t, model(func(context.Context, llm.Request) (llm.Response, error) {
		return llm.Response{}, &llm.Error{Kind: llm.KindTooLong, Err: errors.New("too long")}
	}))
	turn, _, err := r.say(t.Context(), r.request(0, "", "hello"))
	if err != nil || !strings.Contains(turn.Reply, "more than the language model can take in") {
		t.Errorf("got %q, %v", turn.Reply, err)
	}
}

func TestAgent_TokensOfATurn(t *testing.T) {
	t.Parallel()
	asked := 0
	r := newReplica(t, model(func(context.Context, llm.Request) (llm.Response, error) {
		asked++
		return counted(calls(`list_tasks {}`)), nil
	}))
	r.SetTokenLimits(20, 0)
	turn, _, err := r.say(t.Context(), r.request(0, "key", "hello"))
	if err != nil || asked != 2 || !strings.Contains(turn.Reply, "more of the language model than one message may") {
		t.Errorf("asked %d times, got %q, %v", asked, turn.Reply, err)
	}
	stored, err := r.db.BeginTurn(t.Context(), r.request(0, "key", "hello").TurnRequest, time.Minute)
	if want := (todo.Tokens{Input: 14, Output: 6}); err != nil || stored.Tokens != want || turn.Tokens != want {
		t.Errorf("stored %+v, returned %+v, %v", stored.Tokens, turn.Tokens, err)
	}
}

func TestAgent_TokensOfADay(t *testing.T) {
	t.Parallel()
	asked := 0
	r := newReplica(t, model(func(context.Context, llm.Request) (llm.Response, error) {
		asked++
		return counted(says("Hello.")), nil
	}))
	r.SetTokenLimits(0, 20)
	for range 3 {
		if _, _, err := r.say(t.Context(), r.request(0, "", "hello")); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.db.DeleteConversation(t.Context(), r.user, 1); err != nil {
		t.Fatal(err)
	}
	turn, _, err := r.say(t.Context(), r.request(0, "", "hello"))
	if err != nil || asked != 2 || !strings.Contains(turn.Reply, "used up today's share") {
		t.Errorf("asked %d times, got %q, %v", asked, turn.Reply, err)
	}
	if today, err := r.db.TokensToday(t.Context(), r.user); err != nil || today != (todo.Tokens{Input: 14, Output: 6}) {
		t.Errorf("today %+v, %v", today, err)
	}
}

// talks is a model that adds a task and then says half a sentence, until
// somebody stops it.
type talks struct{ half chan struct{} }

func (talks) Name() string { return "scripted" }

func (m talks) Complete(ctx context.Context, req llm.Request, onDelta func(string)) (llm.Response, error) {
	if len(req.Messages) == 1 {
		return calls(`add_task {"title":"Milk"}`), nil
	}
	onDelta("I have added")
	close(m.half)
	<-ctx.Done()
	return llm.Response{}, ctx.Err()
}

func TestAgent_Cancel(t *testing.T) {
	t.Parallel()
	m := talks{make(chan struct{})}
	r := newReplica(t, m)
	go func() {
		<-m.half
		if err := r.db.CancelTurn(t.Context(), r.user, 1); err != nil {
			t.Error(err)
		}
	}()
	turn, events, err := r.say(t.Context(), r.request(0, "key", "Add milk"))
	if err != nil || turn.Reply != "I have added\n\n*Stopped, as you asked. What I did until then stays done.*" {
		t.Errorf("got %q, %v", turn.Reply, err)
	}
	if last := events[len(events)-1]; !strings.Contains(last, "Stopped") {
		t.Errorf("the one who waited was told %v", events)
	}
	if titles := r.titles(t); len(titles) != 1 {
		t.Errorf("the list has %v", titles)
	}
	again, _, err := r.say(t.Context(), r.request(0, "key", "Add milk"))
	if err != nil || again.Reply != turn.Reply {
		t.Errorf("sent again: %q, %v", again.Reply, err)
	}
}

// TestAgent_CancelBetweenReplicas stops a turn whose replica died: whoever is
// sent it again does no more of it.
func TestAgent_CancelBetweenReplicas(t *testing.T) {
	t.Parallel()
	away := model(func(context.Context, llm.Request) (llm.Response, error) {
		return llm.Response{}, &llm.Error{Kind: llm.KindUnavailable, Err: errors.New("away")}
	})
	r := newReplica(t, away)
	if _, _, err := r.say(t.Context(), r.request(0, "key", "Add milk")); err == nil {
		t.Fatal("no error")
	}
	if err := r.db.CancelTurn(t.Context(), r.user, 1); err != nil {
		t.Fatal(err)
	}
	turn, _, err := r.say(t.Context(), r.request(0, "key", "Add milk"))
	if err != nil || turn.Reply != "*Stopped, as you asked. Nothing was changed.*" {
		t.Errorf("got %q, %v", turn.Reply, err)
	}
	// The next turn is another one, and a conversation without a turn has
	// nothing to stop.
	if err := r.db.CancelTurn(t.Context(), r.user, 1); err != nil {
		t.Error(err)
	}
	if _, _, err := r.say(t.Context(), r.request(1, "other", "Add milk")); !todo.HasCode(err, todo.CodeUnavailable) {
		t.Errorf("got %v", err)
	}
	if err := r.db.CancelTurn(t.Context(), r.user, 9); !todo.HasCode(err, todo.CodeNotFound) {
		t.Errorf("an absent conversation: %v", err)
	}
}
