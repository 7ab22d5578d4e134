package agent

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"todo-chatbot/backend/internal/todo"
)

// How often a turn looks whether the one before it has ended.
const (
	firstLook = 10 * time.Millisecond
	lastLook  = 250 * time.Millisecond
)

// releaseTimeout bounds giving a conversation up after a failure. If even that
// fails, the lease runs out by itself.
const releaseTimeout = 3 * time.Second

// begin waits for its turn in the conversation and takes it. A client that
// leaves before the turn is stored takes its wish along.
func (a *Agent) begin(ctx, client context.Context, request todo.TurnRequest) (todo.Turn, error) {
	came := time.Now()
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		request.Waited = time.Since(came)
		turn, err := a.turns.BeginTurn(ctx, request, a.limits.Lease)
		if !errors.Is(err, todo.ErrBusy) {
			return turn, err
		}
		// Without jitter, turns that wait for one another would always look at
		// the same moment.
		look := time.NewTimer(pause/2 + rand.N(pause/2)) //nolint:gosec // chance here, not secrecy
		select {
		case <-look.C:
		case <-client.Done():
			look.Stop()
			return todo.Turn{}, client.Err()
		case <-ctx.Done():
			look.Stop()
			return todo.Turn{}, err
		}
	}
}

// heartbeat is how often a turn looks whether its user wants it to stop, at
// least.
const heartbeat = time.Second

// hold extends the turn's lease until stop is called. The context held ends
// with todo.ErrLeaseLost as its cause if another replica takes over, and wanted
// ends if the user cancels the turn.
func (a *Agent) hold(ctx context.Context, turn todo.Turn) (held, wanted context.Context, stop func()) {
	held, cancel := context.WithCancelCause(ctx)
	wanted, unwant := context.WithCancel(context.WithoutCancel(ctx)) // it ends for one reason only
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		beat := time.NewTicker(min(a.limits.Lease/3, heartbeat))
		defer beat.Stop()
		for {
			select {
			case <-held.Done():
				return
			case <-beat.C:
			}
			// A database that is away for a moment does not cost the lease;
			// each write checks it anyway.
			switch err := a.turns.ExtendLease(held, turn, a.limits.Lease); {
			case errors.Is(err, todo.ErrLeaseLost):
				cancel(err)
			case errors.Is(err, todo.ErrCancelled):
				unwant()
			}
		}
	}()
	return held, wanted, func() {
		unwant()
		cancel(nil)
		<-stopped
	}
}

// release gives the conversation up, so that a turn that failed can be sent
// again at once.
func (a *Agent) release(ctx context.Context, turn todo.Turn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if err := a.turns.ReleaseLease(ctx, turn); err != nil {
		a.log.WarnContext(ctx, "conversation stays locked until its lease runs out",
			"conversation", turn.ConversationID, "lease", a.limits.Lease.String(), "error", err)
	}
}
