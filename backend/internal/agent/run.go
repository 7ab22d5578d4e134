package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/todo"
)

// What a model may ask for in one step. More is cut off, so that a model gone
// wrong cannot fill the database.
const (
	maxCalls     = 100
	maxArguments = 64 << 10 // bytes
	maxReply     = 64 << 10 // bytes
)

const (
	tooManySteps = "I stopped here because this took more steps than I may take. What I did until now is kept; tell me how to go on."
	nothingSaid  = "I have no answer to that. Please say it another way."
)

// run is one turn under way.
type run struct {
	*Agent
	turn todo.Turn
	zone *time.Location
	send func(Event)
}

// answerSafely makes an error of a panic, so that one message that a provider
// or a tool chokes on does not end every other turn of the process.
func (r *run) answerSafely(ctx context.Context) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("panic: %v\n%s", thrown, debug.Stack())
		}
	}()
	return r.answer(ctx)
}

// answer brings the turn to its end, from wherever it stands.
func (r *run) answer(ctx context.Context) error {
	earlier, err := r.turns.ListTurns(ctx, r.turn, r.limits.HistoryMessages)
	if err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	for number := range r.turn.Steps {
		if err := r.runCalls(ctx, number); err != nil {
			return err
		}
	}
	for len(r.turn.Steps) < r.limits.Steps {
		response, err := r.ask(ctx, earlier)
		if err != nil {
			return err
		}
		if len(response.ToolCalls) == 0 {
			return r.finish(ctx, response.Text)
		}
		if err := r.plan(ctx, response); err != nil {
			return err
		}
		if err := r.runCalls(ctx, len(r.turn.Steps)-1); err != nil {
			return err
		}
	}
	r.send(Event{Delta: tooManySteps})
	return r.finish(ctx, tooManySteps)
}

func (r *run) ask(ctx context.Context, earlier []todo.Turn) (llm.Response, error) {
	now := r.now().In(r.zone)
	response, err := r.provider.Complete(ctx, llm.Request{
		System:   systemPrompt(now),
		Messages: messages(append(slices.Clone(earlier), r.turn)),
		Tools:    r.tools,
		Now:      now,
	}, func(text string) { r.send(Event{Delta: text}) })
	if err != nil {
		return llm.Response{}, fmt.Errorf("ask %s: %w", r.provider.Name(), err)
	}
	return response, nil
}

// plan stores what the model wants before any of it is done.
func (r *run) plan(ctx context.Context, response llm.Response) error {
	step := todo.Step{Text: clean(response.Text)}
	for _, call := range response.ToolCalls[:min(len(response.ToolCalls), maxCalls)] {
		step.Calls = append(step.Calls, todo.ToolCall{
			ID: clean(call.ID), Name: clean(call.Name), Arguments: storable(call.Arguments),
		})
	}
	if err := r.turns.PlanStep(ctx, r.turn, len(r.turn.Steps), step); err != nil {
		return fmt.Errorf("store step: %w", err)
	}
	r.turn.Steps = append(r.turn.Steps, step)
	return nil
}

// runCalls runs the calls of a step that have no result yet, in order.
func (r *run) runCalls(ctx context.Context, number int) error {
	calls := r.turn.Steps[number].Calls
	for i := range calls {
		call := &calls[i]
		started := *call
		r.send(Event{Call: &started})
		if call.Result == nil {
			result, err := r.turns.RunCall(ctx, r.turn, number, i, func(ctx context.Context) (todo.CallResult, error) {
				return r.call(ctx, *call)
			})
			if err != nil {
				return fmt.Errorf("run %s: %w", call.Name, err)
			}
			call.Result, call.IsError = result.Result, result.IsError
		}
		r.send(Event{Result: call})
	}
	return nil
}

func (r *run) call(ctx context.Context, call todo.ToolCall) (todo.CallResult, error) {
	if !slices.ContainsFunc(r.tools, func(t llm.Tool) bool { return t.Name == call.Name }) {
		return mistake("There is no tool %q.", call.Name), nil
	}
	if !bytes.HasPrefix(bytes.TrimSpace(call.Arguments), []byte("{")) {
		return mistake("The arguments of %s must be one JSON object.", call.Name), nil
	}
	result, isError, err := r.caller.CallTool(ctx, call.Name, call.Arguments)
	if err != nil {
		return todo.CallResult{}, err
	}
	return todo.CallResult{Result: result, IsError: isError}, nil
}

// mistake is a result for the model to mend.
func mistake(format string, args ...any) todo.CallResult {
	text, err := json.Marshal(fmt.Sprintf(format, args...))
	if err != nil {
		text = []byte(`"The call was wrong."`)
	}
	return todo.CallResult{Result: text, IsError: true}
}

func (r *run) finish(ctx context.Context, reply string) error {
	reply = clean(reply)
	if strings.TrimSpace(reply) == "" {
		reply = nothingSaid
		r.send(Event{Delta: reply})
	}
	if err := r.turns.FinishTurn(ctx, r.turn, reply); err != nil {
		return fmt.Errorf("store reply: %w", err)
	}
	r.turn.Reply, r.turn.Status = reply, todo.TurnDone
	return nil
}

// clean makes text storable: no longer than a reply may be, valid UTF-8, and
// without the zero byte that PostgreSQL cannot keep.
func clean(text string) string {
	text = text[:min(len(text), maxReply)]
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

// storable is arguments as JSON: what the model wrote if that is JSON of a
// sensible size, and else the beginning of it as a JSON string, which no tool
// accepts but which shows what went wrong.
func storable(arguments json.RawMessage) json.RawMessage {
	if len(arguments) == 0 {
		return json.RawMessage(`{}`)
	}
	if len(arguments) <= maxArguments && json.Valid(arguments) {
		return arguments
	}
	text, err := json.Marshal(clean(string(arguments[:min(len(arguments), 200)])))
	if err != nil {
		return json.RawMessage(`""`)
	}
	return text
}
