package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"todo-chatbot/backend/internal/agent"
	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/mcpserver"
	"todo-chatbot/backend/internal/postgres"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/backend/internal/todo"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// model is a scripted provider: the edge of the process.
type model func(ctx context.Context, req llm.Request) (llm.Response, error)

func (model) Name() string { return "scripted" }

func (m model) Complete(ctx context.Context, req llm.Request, onDelta func(string)) (llm.Response, error) {
	response, err := m(ctx, req)
	if err == nil && response.Text != "" {
		onDelta(response.Text)
	}
	return response, err
}

// script answers with one response after the other.
func script(responses ...llm.Response) model {
	var mu sync.Mutex
	return func(context.Context, llm.Request) (llm.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		if len(responses) == 0 {
			return llm.Response{}, errors.New("the script is over")
		}
		next := responses[0]
		responses = responses[1:]
		return next, nil
	}
}

func says(text string) llm.Response { return llm.Response{Text: text} }

func calls(calls ...string) llm.Response {
	var r llm.Response
	for i, call := range calls {
		name, arguments, _ := strings.Cut(call, " ")
		r.ToolCalls = append(r.ToolCalls, llm.ToolCall{ID: fmt.Sprint("c", i), Name: name, Arguments: json.RawMessage(arguments)})
	}
	return r
}

var limits = agent.Limits{Steps: 4, HistoryMessages: 6, Turn: 20 * time.Second, Lease: time.Second}

// replica is an agent on a database of its own or of another replica.
type replica struct {
	*agent.Agent
	db   *postgres.DB
	user string
}

func newReplica(t *testing.T, provider llm.Provider) replica {
	t.Helper()
	return onDatabase(t, pgtest.URL(t), provider, "")
}

func onDatabase(t *testing.T, url string, provider llm.Provider, user string) replica {
	t.Helper()
	r := replica{db: pgtest.OpenURL(t, url), user: user}
	if user == "" {
		r.user = uuid.NewString()
		account := auth.User{ID: r.user, Email: r.user + "@example.com", Name: "Ada", TimeZone: "UTC"}
		if err := r.db.CreateUser(t.Context(), account, "hash"); err != nil {
			t.Fatal(err)
		}
	}
	caller, err := mcpserver.New(todo.NewService(r.db), "test", nil, slog.New(slog.DiscardHandler)).NewCaller(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := caller.Close(); err != nil {
			t.Error(err)
		}
	})
	r.Agent, err = agent.New(provider, caller, r.db, limits, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Shutdown(context.Background()) })
	return r
}

func (r replica) request(conversation int64, key, message string) agent.Request {
	return agent.Request{
		TurnRequest: todo.TurnRequest{UserID: r.user, ConversationID: conversation, Message: message, Key: key},
		Zone:        time.UTC,
	}
}

// say takes a turn and returns it with its events, written as words.
func (r replica) say(ctx context.Context, request agent.Request) (todo.Turn, []string, error) {
	var events []string
	turn, err := r.Run(auth.WithUser(ctx, auth.User{ID: r.user}), request, func(e agent.Event) {
		switch {
		case e.Call != nil:
			events = append(events, "call "+e.Call.Name)
		case e.Result != nil:
			events = append(events, fmt.Sprintf("result %s error=%v", e.Result.Name, e.Result.IsError))
		case e.Delta != "":
			events = append(events, "delta "+e.Delta)
		default:
			events = append(events, "conversation")
		}
	})
	return turn, events, err
}

func (r replica) titles(t *testing.T) []string {
	t.Helper()
	tasks, err := r.db.ListTasks(t.Context(), r.user, todo.TaskFilter{Status: todo.StatusAll, Limit: todo.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	titles := []string{}
	for _, task := range tasks {
		titles = append(titles, task.Title)
	}
	return titles
}

func TestAgent_ListsThenDeletes(t *testing.T) {
	t.Parallel()
	r := newReplica(t, script(
		calls(`add_task {"title":"Meeting"}`, `add_task {"title":"Milk"}`),
		calls(`list_tasks {}`),
		llm.Response{Text: "Deleting it. ", ToolCalls: calls(`delete_task {"task_id":1}`).ToolCalls},
		says("Done."),
	))
	turn, events, err := r.say(t.Context(), r.request(0, "", "Delete the meeting task"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"conversation",
		"call add_task", "result add_task error=false", "call add_task", "result add_task error=false",
		"call list_tasks", "result list_tasks error=false",
		"delta Deleting it. ", "call delete_task", "result delete_task error=false",
		"delta Done.",
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Error(diff)
	}
	if turn.Reply != "Done." || turn.ConversationID != 1 {
		t.Errorf("got %+v", turn)
	}
	if diff := cmp.Diff([]string{"Milk"}, r.titles(t)); diff != "" {
		t.Error(diff)
	}
}

func TestAgent_ModelIsToldTheConversation(t *testing.T) {
	t.Parallel()
	var asked []llm.Request
	var mu sync.Mutex
	answers := script(calls(`add_task {"title":"Milk"}`), says("Added task 1."), calls(`delete_task {"task_id":9}`), says("There is no task 9."))
	r := newReplica(t, model(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		mu.Lock()
		asked = append(asked, req)
		mu.Unlock()
		return answers(ctx, req)
	}))
	first, _, err := r.say(t.Context(), r.request(0, "", "Add milk"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.say(t.Context(), r.request(first.ConversationID, "", "Delete task 9")); err != nil {
		t.Fatal(err)
	}
	last := asked[len(asked)-1]
	var got []string
	for _, m := range last.Messages {
		line := string(m.Role) + ": " + m.Text
		for _, c := range m.ToolCalls {
			line += "[" + c.Name + string(c.Arguments) + "]"
		}
		got = append(got, line)
	}
	want := []string{
		"user: Add milk",
		`assistant: [add_task{"title":"Milk"}]`,
		`tool: {"status":"created","task_id":1,"title":"Milk"}`,
		"assistant: Added task 1.",
		"user: Delete task 9",
		`assistant: [delete_task{"task_id":9}]`,
		"tool: There is no task 9. The only pending task is 1.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !last.Messages[6].IsError || last.Messages[6].ToolCallID != "c0" {
		t.Errorf("got %+v", last.Messages[6])
	}
	if !strings.Contains(last.System, "time zone, UTC.") || strings.Contains(last.System, "{{") || len(last.Tools) != 7 || last.Now.IsZero() {
		t.Errorf("system %q, %d tools, now %v", last.System, len(last.Tools), last.Now)
	}
}

func TestAgent_ModelAway(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err   *llm.Error
		after time.Duration
		says  string
	}{
		"unavailable":  {&llm.Error{Kind: llm.KindUnavailable, Err: errors.New("secret detail")}, 0, "does not answer"},
		"rate limited": {&llm.Error{Kind: llm.KindRateLimited, RetryAfter: 7 * time.Second, Err: errors.New("secret detail")}, 7 * time.Second, "does not answer"},
		"rejected":     {&llm.Error{Kind: llm.KindRejected, Err: errors.New("secret detail")}, 0, "settings"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answers := script(says("Here I am."))
			away := true
			r := newReplica(t, model(func(ctx context.Context, req llm.Request) (llm.Response, error) {
				if away {
					return llm.Response{}, test.err
				}
				return answers(ctx, req)
			}))
			request := r.request(0, "key", "hello")
			_, _, err := r.say(t.Context(), request)
			public := todo.Public(err)
			if public.Code != todo.CodeUnavailable || public.RetryAfter != test.after || !strings.Contains(public.Message, test.says) {
				t.Errorf("got %+v", public)
			}
			away = false
			turn, _, err := r.say(t.Context(), request)
			if err != nil || turn.Reply != "Here I am." || turn.ConversationID != 1 {
				t.Errorf("sent again: %+v, %v", turn, err)
			}
		})
	}
}

func TestAgent_GoesOnFromWhereItStopped(t *testing.T) {
	t.Parallel()
	var asked int
	r := newReplica(t, model(func(context.Context, llm.Request) (llm.Response, error) {
		asked++
		switch asked {
		case 1:
			return calls(`add_task {"title":"Milk"}`, `add_task {"title":"Bread"}`), nil
		case 2:
			return llm.Response{}, &llm.Error{Kind: llm.KindUnavailable, Err: errors.New("away")}
		default:
			return says("Added both."), nil
		}
	}))
	request := r.request(0, "key", "Add milk and bread")
	if _, _, err := r.say(t.Context(), request); err == nil {
		t.Fatal("no error")
	}
	turn, events, err := r.say(t.Context(), request)
	if err != nil || turn.Reply != "Added both." || asked != 3 {
		t.Errorf("got %q after %d questions, %v", turn.Reply, asked, err)
	}
	if diff := cmp.Diff([]string{"Milk", "Bread"}, r.titles(t)); diff != "" {
		t.Errorf("done twice: %s", diff)
	}
	if len(events) != 6 {
		t.Errorf("the one who sent it again was not told everything: %v", events)
	}
	again, _, err := r.say(t.Context(), request)
	if err != nil || again.Reply != "Added both." || asked != 3 {
		t.Errorf("got %q after %d questions, %v", again.Reply, asked, err)
	}
}

func TestAgent_ClientLeaves(t *testing.T) {
	t.Parallel()
	left, arrived := make(chan struct{}), make(chan struct{})
	answers := script(calls(`add_task {"title":"Milk"}`), says("Added."))
	r := newReplica(t, model(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		if len(req.Messages) == 1 {
			close(arrived)
			<-left
		}
		return answers(ctx, req)
	}))
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-arrived
		leave()
	}()
	request := r.request(0, "key", "Add milk")
	if _, _, err := r.say(ctx, request); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	close(left)
	turn, _, err := r.say(t.Context(), request)
	if err != nil || turn.Reply != "Added." {
		t.Errorf("got %q, %v", turn.Reply, err)
	}
	if diff := cmp.Diff([]string{"Milk"}, r.titles(t)); diff != "" {
		t.Error(diff)
	}
}

func TestAgent_FiveAtOnceThroughTwoReplicas(t *testing.T) {
	t.Parallel()
	echo := model(func(_ context.Context, req llm.Request) (llm.Response, error) {
		last := req.Messages[len(req.Messages)-1]
		if last.Role == llm.RoleUser {
			return calls(`add_task {"title":"` + last.Text + `"}`), nil
		}
		return says(fmt.Sprintf("%d messages before", len(req.Messages))), nil
	})
	url := pgtest.URL(t)
	one := onDatabase(t, url, echo, "")
	two := onDatabase(t, url, echo, one.user)
	first, _, err := one.say(t.Context(), one.request(0, "", "zero"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			r := []replica{one, two}[i%2]
			if _, _, err := r.say(t.Context(), r.request(first.ConversationID, fmt.Sprint("key", i), fmt.Sprint("message ", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if titles := one.titles(t); len(titles) != 6 {
		t.Errorf("got %v", titles)
	}
	messages, err := one.db.ListMessages(t.Context(), one.user, first.ConversationID, todo.MessagePage{Limit: 100})
	if err != nil || len(messages) != 12 {
		t.Fatalf("got %d messages, %v", len(messages), err)
	}
	for i := 0; i < len(messages); i += 2 {
		if messages[i].Role != todo.RoleAssistant || messages[i].TurnID != messages[i+1].TurnID {
			t.Errorf("turns interleave: %+v", messages)
		}
	}
}

func TestAgent_PanicEndsOneTurnOnly(t *testing.T) {
	t.Parallel()
	answers := script(says("Here I am."))
	broken := true
	r := newReplica(t, model(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		if broken {
			panic("a bug")
		}
		return answers(ctx, req)
	}))
	request := r.request(0, "key", "hello")
	_, _, err := r.say(t.Context(), request)
	if public := todo.Public(err); public.Code != todo.CodeInternal || strings.Contains(public.Message, "bug") {
		t.Errorf("got %+v", public)
	}
	broken = false
	if turn, _, err := r.say(t.Context(), request); err != nil || turn.Reply != "Here I am." {
		t.Errorf("sent again: %+v, %v", turn, err)
	}
}

func TestAgent_ShutdownStopsWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	r := newReplica(t, model(func(ctx context.Context, _ llm.Request) (llm.Response, error) {
		close(asked)
		<-ctx.Done()
		return llm.Response{}, ctx.Err()
	}))
	ended := make(chan error, 1)
	go func() {
		_, _, err := r.say(t.Context(), r.request(0, "key", "hello"))
		ended <- err
	}()
	<-asked
	over, cancel := context.WithCancel(t.Context())
	cancel()
	r.Shutdown(over)
	if err := <-ended; !todo.HasCode(err, todo.CodeUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestAgent_ClientThatDoesNotRead(t *testing.T) {
	t.Parallel()
	r := newReplica(t, script(calls(`add_task {"title":"Milk"}`), says("Added.")))
	r.SetTurnLimit(500 * time.Millisecond)
	begun, blocked, left := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(left)
		_, err := r.Run(auth.WithUser(t.Context(), auth.User{ID: r.user}), r.request(0, "key", "Add milk"), func(e agent.Event) {
			if e.ConversationID != 0 {
				close(begun)
				<-blocked
			}
		})
		if !todo.HasCode(err, todo.CodeUnavailable) {
			t.Errorf("the slow client got %v", err)
		}
	}()
	<-begun
	idle := make(chan struct{})
	go func() {
		r.Shutdown(context.Background())
		close(idle)
	}()
	select {
	case <-idle: // the turn ended, within its limit
	case <-time.After(10 * time.Second):
		t.Error("the turn is pinned")
	}
	close(blocked)
	<-left
}

func TestAgent_LongTurnKeepsItsLease(t *testing.T) {
	t.Parallel()
	waiting := make(chan struct{})
	r := newReplica(t, model(func(ctx context.Context, _ llm.Request) (llm.Response, error) {
		close(waiting)
		select { // three leases long
		case <-time.After(3 * limits.Lease):
			return says("Slow, but here."), nil
		case <-ctx.Done():
			return llm.Response{}, ctx.Err()
		}
	}))
	done := make(chan error, 1)
	go func() {
		_, _, err := r.say(t.Context(), r.request(0, "key", "hello"))
		done <- err
	}()
	<-waiting
	look := time.NewTicker(limits.Lease / 20)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		case <-look.C:
		}
		turn, err := r.db.BeginTurn(t.Context(), r.request(0, "key", "hello").TurnRequest, time.Minute)
		if err == nil && turn.Status == todo.TurnRunning {
			t.Fatal("somebody else got the conversation")
		}
	}
}

func TestAgent_Refuses(t *testing.T) {
	t.Parallel()
	r := newReplica(t, script())
	for name, request := range map[string]agent.Request{
		"an empty message":     r.request(0, "", " \n "),
		"a message too long":   r.request(0, "", strings.Repeat("x", 10_001)),
		"a control character":  r.request(0, "", "a\x00b"),
		"a key too long":       r.request(0, strings.Repeat("k", 201), "hello"),
		"a conversation of -1": r.request(-1, "", "hello"),
	} {
		if _, _, err := r.say(t.Context(), request); !todo.HasCode(err, todo.CodeInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, _, err := r.say(t.Context(), r.request(7, "", "hello")); !todo.HasCode(err, todo.CodeNotFound) {
		t.Errorf("got %v", err)
	}
}
