// Package agent answers what a user says: it asks a language model, runs the
// tools that the model wants, and keeps the turn so that it happens exactly
// once.
package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/todo"
)

// ToolCaller is the tools as the agent uses them.
type ToolCaller interface {
	// Describe hands each tool to add; inputSchema is the JSON Schema of an object.
	Describe(add func(name, description string, inputSchema json.RawMessage)) error
	// CallTool runs a tool in ctx. A result with isError is for the model to
	// mend; with an error nothing of the call may be kept.
	CallTool(ctx context.Context, tool string, arguments json.RawMessage) (result json.RawMessage, isError bool, err error)
}

// Limits bound one turn.
type Limits struct {
	Steps           int           // questions to the model
	HistoryMessages int           // earlier messages that the model is told
	Turn            time.Duration // the whole turn
	Lease           time.Duration // how long a dead replica blocks a conversation
	TurnTokens      int64         // what a turn may use of the model; 0 means no limit
	DayTokens       int64         // what a user's turns may use in a day; 0 means no limit
}

// Request is what a user says, and the zone that the user's days are in.
type Request struct {
	todo.TurnRequest
	Zone *time.Location
}

// Event is something that happened in a turn. Exactly one field is set.
type Event struct {
	ConversationID int64          // the turn began
	Delta          string         // the next piece of text
	Call           *todo.ToolCall // a tool starts
	Result         *todo.ToolCall // a tool answered
}

// Agent runs turns. It is safe for concurrent use and keeps nothing between
// them.
type Agent struct {
	provider llm.Provider
	caller   ToolCaller
	tools    []llm.Tool
	turns    todo.TurnStore
	limits   Limits
	log      *slog.Logger
	now      func() time.Time
	running  sync.WaitGroup
	life     context.Context // ends when turns must
	end      context.CancelFunc
}

// New makes an Agent.
func New(provider llm.Provider, caller ToolCaller, turns todo.TurnStore, limits Limits, log *slog.Logger) (*Agent, error) {
	a := &Agent{provider: provider, caller: caller, turns: turns, limits: limits, log: log, now: time.Now}
	a.life, a.end = context.WithCancel(context.Background()) //nolint:gosec // Shutdown calls it
	err := caller.Describe(func(name, description string, schema json.RawMessage) {
		a.tools = append(a.tools, llm.Tool{Name: name, Description: description, InputSchema: schema})
	})
	if err != nil {
		return nil, fmt.Errorf("describe tools: %w", err)
	}
	return a, nil
}

// Run takes one turn and returns it whole, handing every event to emit on the
// way, in the caller's goroutine. A turn that was taken before under the same
// key is told again, not done again.
//
// When ctx ends first, because the client left, Run returns its error and the
// turn goes on without an audience, within its limits. Other errors are of the
// todo package; the turn can then be sent again under its key.
func (a *Agent) Run(ctx context.Context, request Request, emit func(Event)) (todo.Turn, error) {
	if err := request.Validate(); err != nil {
		return todo.Turn{}, err
	}
	type outcome struct {
		turn todo.Turn
		err  error
	}
	events, done := make(chan Event), make(chan outcome, 1)
	a.running.Go(func() {
		turn, err := a.take(ctx, request, events)
		done <- outcome{turn, err}
	})
	for {
		select {
		case e := <-events:
			emit(e)
		case o := <-done:
			return o.turn, o.err
		case <-ctx.Done():
			return todo.Turn{}, fmt.Errorf("the client left: %w", ctx.Err())
		}
	}
}

// Shutdown returns when no turn is running. Turns that still run when ctx ends
// are stopped; they can be sent again, to another replica.
func (a *Agent) Shutdown(ctx context.Context) {
	defer context.AfterFunc(ctx, a.end)()
	a.running.Wait()
}

// take is Run without an audience that can leave.
func (a *Agent) take(client context.Context, request Request, events chan<- Event) (todo.Turn, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(client), a.limits.Turn)
	defer cancel()
	defer context.AfterFunc(a.life, cancel)()
	send := func(e Event) {
		select {
		case events <- e:
		case <-client.Done():
		case <-ctx.Done(): // a client that does not read has the turn's time, not more
		}
	}
	turn, err := a.begin(ctx, client, request.TurnRequest)
	if err != nil {
		return turn, a.explain(ctx, err)
	}
	send(Event{ConversationID: turn.ConversationID})
	if turn.Status == todo.TurnDone {
		tell(turn, send)
		return turn, nil
	}
	held, wanted, stop := a.hold(ctx, turn)
	r := &run{Agent: a, turn: turn, zone: request.Zone, wanted: wanted, send: send}
	err = r.answerSafely(held)
	stop()
	if err != nil {
		a.release(ctx, turn)
		return r.turn, a.explain(held, err)
	}
	return r.turn, nil
}

// tell sends the events of a turn that was done before.
func tell(turn todo.Turn, send func(Event)) {
	for _, call := range turn.ToolCalls() {
		send(Event{Call: &call})
		send(Event{Result: &call})
	}
	send(Event{Delta: turn.Reply})
}
