package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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

// What is said where the model is not asked any more.
const (
	tooManySteps  = "I stopped here because this took more steps than I may take. What I did until now is kept; tell me how to go on."
	tooManyTokens = "I stopped here because this took more of the language model than one message may. What I did until now is kept; tell me how to go on."
	noTokensToday = "You have used up today's share of the language model. Your list works as before; I am back after midnight (UTC)."
	tooLong       = "That is more than the language model can take in at once. What I did until now is kept; please ask for less at a time."
	nothingSaid   = "I have no answer to that. Please say it another way."
	nothingDone   = "*Stopped, as you asked. Nothing was changed.*"
	stoppedHere   = "*Stopped, as you asked. What I did until then stays done.*"
)

// run is one turn under way.
type run struct {
	*Agent
	turn    todo.Turn
	zone    *time.Location
	wanted  context.Context // ends when the user cancels the turn
	send    func(Event)
	earlier []todo.Turn     // what the model is told of the conversation before
	today   int64           // tokens of the user's turns, this one's included
	said    strings.Builder // what the model has said since it was last asked
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
	reply, used, err := r.work(ctx)
	if errors.Is(err, todo.ErrCancelled) {
		reply, used, err = r.stopped(), todo.Tokens{}, nil
	}
	if err != nil {
		return err
	}
	return r.finish(ctx, reply, used)
}

// work does what the turn is for and returns the reply that ends it, with the
// tokens that it took.
func (r *run) work(ctx context.Context) (reply string, used todo.Tokens, err error) {
	if r.turn.Cancelled {
		return "", used, todo.ErrCancelled
	}
	if err := r.remember(ctx); err != nil {
		return "", used, err
	}
	for number := range r.turn.Steps {
		if err := r.runCalls(ctx, number); err != nil {
			return "", used, err
		}
	}
	for len(r.turn.Steps) < r.limits.Steps {
		if refusal := r.overLimit(); refusal != "" {
			return r.tell(refusal), used, nil
		}
		response, err := r.ask(ctx)
		if isTooLong(err) {
			return r.tell(tooLong), used, nil
		}
		if err != nil {
			return "", used, err
		}
		used = todo.Tokens{Input: response.Usage.InputTokens, Output: response.Usage.OutputTokens}
		if len(response.ToolCalls) == 0 {
			return response.Text, used, nil
		}
		if err := r.plan(ctx, response, used); err != nil {
			return "", used, err
		}
		used = todo.Tokens{} // stored with the step
		if err := r.runCalls(ctx, len(r.turn.Steps)-1); err != nil {
			return "", used, err
		}
	}
	return r.tell(tooManySteps), used, nil
}

// remember reads what the turn has to know before it goes on.
func (r *run) remember(ctx context.Context) error {
	var err error
	if r.earlier, err = r.turns.ListTurns(ctx, r.turn, r.limits.HistoryMessages); err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	if r.limits.DayTokens > 0 {
		today, err := r.turns.TokensToday(ctx, r.turn.UserID)
		if err != nil {
			return fmt.Errorf("read token use: %w", err)
		}
		r.today = today.Total()
	}
	return nil
}

// overLimit is what to say if the model may not be asked again, or "".
func (r *run) overLimit() string {
	switch {
	case r.limits.DayTokens > 0 && r.today >= r.limits.DayTokens:
		return noTokensToday
	case r.limits.TurnTokens > 0 && r.turn.Tokens.Total() >= r.limits.TurnTokens:
		return tooManyTokens
	default:
		return ""
	}
}

// tell says a text that does not come from the model.
func (r *run) tell(text string) string {
	r.send(Event{Delta: text})
	return text
}

// stopped is the reply of a turn that its user stopped: what the model has
// said until then, and that it was stopped.
func (r *run) stopped() string {
	note := nothingDone
	if len(r.turn.ToolCalls()) > 0 {
		note = stoppedHere
	}
	if r.said.Len() > 0 {
		note = "\n\n" + note
	}
	return r.said.String() + r.tell(note)
}

// ask asks the model. A conversation that is too long for it is told without
// its older half, as often as there is one.
func (r *run) ask(ctx context.Context) (llm.Response, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(r.wanted, stop)()
	for {
		response, err := r.complete(ctx)
		switch {
		case r.wanted.Err() != nil:
			return response, todo.ErrCancelled
		case isTooLong(err) && len(r.earlier) > 0:
			r.earlier = r.earlier[(len(r.earlier)+1)/2:]
		case err != nil:
			return response, fmt.Errorf("ask %s: %w", r.provider.Name(), err)
		default:
			return response, nil
		}
	}
}

func isTooLong(err error) bool {
	var model *llm.Error
	return errors.As(err, &model) && model.Kind == llm.KindTooLong
}

func (r *run) complete(ctx context.Context) (llm.Response, error) {
	now := r.now().In(r.zone)
	r.said.Reset()
	return r.provider.Complete(ctx, llm.Request{
		System:   SystemPrompt(now),
		Messages: messages(append(slices.Clone(r.earlier), r.turn)),
		Tools:    r.tools,
		Now:      now,
	}, func(text string) {
		r.said.WriteString(text)
		r.send(Event{Delta: text})
	})
}

// plan stores what the model wants before any of it is done.
func (r *run) plan(ctx context.Context, response llm.Response, used todo.Tokens) error {
	step := todo.Step{Text: clean(response.Text)}
	for _, call := range response.ToolCalls[:min(len(response.ToolCalls), maxCalls)] {
		step.Calls = append(step.Calls, todo.ToolCall{
			ID: clean(call.ID), Name: clean(call.Name), Arguments: storable(call.Arguments),
		})
	}
	if err := r.turns.PlanStep(ctx, r.turn, len(r.turn.Steps), step, used); err != nil {
		return fmt.Errorf("store step: %w", err)
	}
	r.turn.Steps = append(r.turn.Steps, step)
	r.turn.Tokens = r.turn.Tokens.Add(used)
	r.today += used.Total()
	r.said.Reset()
	return nil
}

// runCalls runs the calls of a step that have no result yet, in order.
func (r *run) runCalls(ctx context.Context, number int) error {
	calls := r.turn.Steps[number].Calls
	for i := range calls {
		call := &calls[i]
		if r.wanted.Err() != nil {
			return todo.ErrCancelled
		}
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

func (r *run) finish(ctx context.Context, reply string, used todo.Tokens) error {
	reply = clean(reply)
	if strings.TrimSpace(reply) == "" {
		reply = r.tell(nothingSaid)
	}
	if err := r.turns.FinishTurn(ctx, r.turn, reply, used); err != nil {
		return fmt.Errorf("store reply: %w", err)
	}
	r.turn.Tokens = r.turn.Tokens.Add(used)
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
