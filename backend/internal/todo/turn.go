package todo

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// TurnStatus is where a turn stands.
type TurnStatus string

// A turn runs until its reply is stored. One whose replica died, or whose
// model was away, stays running: whoever sends it again goes on with it.
const (
	TurnRunning TurnStatus = "running"
	TurnDone    TurnStatus = "done"
)

// TurnRequest is what a user says in a conversation.
type TurnRequest struct {
	UserID         string
	ConversationID int64 // 0 opens a conversation
	Message        string
	Key            string // the same key makes the turn happen once; may be ""
	// Waited is how long the request has waited for the conversation. A turn
	// whose replica died, and which its client can send again, comes first:
	// another one waits for a lease after the dead one's, and for one of its own.
	Waited time.Duration
}

// Validate names every field that breaks a rule, as an error of CodeInvalid.
func (r *TurnRequest) Validate() error {
	var v Invalid
	if oneLine(r.Message) == "" {
		v.Add("message", "must not be empty")
	} else {
		checkText(&v, "message", r.Message, 1, MaxMessage)
	}
	if r.ConversationID < 0 {
		v.Add("conversation_id", "must be positive")
	}
	checkText(&v, "Idempotency-Key", r.Key, 0, maxIdempotencyKey)
	return v.Err()
}

// Title names the conversation that the request opens.
func (r *TurnRequest) Title() string { return conversationTitle(r.Message) }

// Turn is one message of a user and everything done to answer it.
type Turn struct {
	ID             int64
	UserID         string
	ConversationID int64
	Status         TurnStatus
	Message        string
	Steps          []Step
	Reply          string // when done
	Tokens         Tokens // what the model has used for it
	Cancelled      bool   // the user wants it to stop
	Lease          string // the token under which this replica holds the conversation
}

// ToolCalls are the turn's calls that have run, in order.
func (t *Turn) ToolCalls() []ToolCall {
	var calls []ToolCall
	for _, step := range t.Steps {
		for _, call := range step.Calls {
			if call.Result != nil {
				calls = append(calls, call)
			}
		}
	}
	return calls
}

// Tokens counts what a language model read and wrote.
type Tokens struct{ Input, Output int64 }

// Total is what limits count.
func (t Tokens) Total() int64 { return t.Input + t.Output }

// Add is the sum of both.
func (t Tokens) Add(more Tokens) Tokens { return Tokens{t.Input + more.Input, t.Output + more.Output} }

// Step is one answer of the provider that wants tools: the text it said on the
// way and the calls it asked for.
type Step struct {
	Text  string
	Calls []ToolCall
}

// CallResult is what a tool answered.
type CallResult struct {
	Result  json.RawMessage // JSON
	IsError bool
}

// ErrBusy says that another turn of the conversation runs just now.
var ErrBusy = errors.New("the conversation is busy with another turn")

// ErrLeaseLost says that this replica no longer holds the conversation: its
// lease ran out, and another one may go on with the turn. Nothing was stored.
var ErrLeaseLost = errors.New("the conversation's lease was lost")

// ErrCancelled says that the user wants the turn to stop. This replica still
// holds the conversation and has to finish the turn.
var ErrCancelled = errors.New("the user cancelled the turn")

// TurnStore keeps turns so that each happens exactly once, whichever replicas
// it reaches and whenever they die. A replica holds a conversation by a lease,
// and every write proves in its own transaction that the lease is still held.
type TurnStore interface {
	// BeginTurn takes the conversation's lease until now+lease and stores, in
	// one transaction, the conversation if it is new, the user's message and
	// the turn. A key that is known gives the turn that it belongs to: as it
	// stands if it is running, whole and without a lease if it is done.
	//
	// ErrBusy: another turn holds the conversation. CodeNotFound: the user
	// has no such conversation. CodeConflict: the key belongs to another
	// message.
	BeginTurn(ctx context.Context, request TurnRequest, lease time.Duration) (Turn, error)
	// ExtendLease keeps the conversation until now+lease. ErrLeaseLost.
	// ErrCancelled: it was kept, but the turn is to stop.
	ExtendLease(ctx context.Context, turn Turn, lease time.Duration) error
	// ReleaseLease gives the conversation up before the turn is done.
	ReleaseLease(ctx context.Context, turn Turn) error
	// PlanStep stores what the provider wants before any of it is done, so
	// that whoever goes on with the turn does the same, and what it used to
	// say so. ErrLeaseLost.
	PlanStep(ctx context.Context, turn Turn, number int, step Step, used Tokens) error
	// RunCall runs a planned call and stores its result in one transaction,
	// which is the one of run's context. An error result undoes what run did
	// but is stored; an error stores nothing. ErrLeaseLost.
	RunCall(ctx context.Context, turn Turn, step, call int, run func(context.Context) (CallResult, error)) (CallResult, error)
	// FinishTurn stores the reply and what it used, closes the turn and gives
	// the conversation up. ErrLeaseLost.
	FinishTurn(ctx context.Context, turn Turn, reply string, used Tokens) error
	// TokensToday is what the user's turns have used since midnight UTC, those
	// of conversations that were deleted since included.
	TokensToday(ctx context.Context, userID string) (Tokens, error)
	// ListTurns returns the turns of the conversation before the given one
	// that its newest limit messages belong to, oldest first.
	ListTurns(ctx context.Context, before Turn, limit int) ([]Turn, error)
}
