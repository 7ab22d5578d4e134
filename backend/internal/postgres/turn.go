package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"todo-chatbot/backend/internal/todo"
)

var _ todo.TurnStore = (*DB)(nil)

type turnRow struct {
	ID             int64
	ConversationID int64
	Status         todo.TurnStatus
	Message        string
	Reply          *string
	InputTokens    int64
	OutputTokens   int64
	Cancelled      bool
}

const selectTurn = `
	SELECT t.id, t.conversation_id, t.status, asked.content AS message, replied.content AS reply,
		t.input_tokens, t.output_tokens, t.cancelled
	FROM turns t
	JOIN messages asked ON asked.turn_id = t.id AND asked.role = 'user'
	LEFT JOIN messages replied ON replied.turn_id = t.id AND replied.role = 'assistant' `

func (r turnRow) turn(userID string, steps []todo.Step) todo.Turn {
	turn := todo.Turn{
		ID: r.ID, UserID: userID, ConversationID: r.ConversationID, Status: r.Status, Message: r.Message, Steps: steps,
		Tokens: todo.Tokens{Input: r.InputTokens, Output: r.OutputTokens}, Cancelled: r.Cancelled,
	}
	if r.Reply != nil {
		turn.Reply = *r.Reply
	}
	return turn
}

// BeginTurn implements todo.TurnStore.
func (db *DB) BeginTurn(ctx context.Context, request todo.TurnRequest, lease time.Duration) (todo.Turn, error) {
	turn, err := db.beginTurn(ctx, request, lease)
	if request.Key != "" && todo.HasCode(err, todo.CodeConflict) {
		// The same key came twice at once, and the other was first: now it is known.
		return db.beginTurn(ctx, request, lease)
	}
	return turn, err
}

func (db *DB) beginTurn(ctx context.Context, request todo.TurnRequest, lease time.Duration) (todo.Turn, error) {
	var turn todo.Turn
	err := db.inTx(ctx, func(ctx context.Context) error {
		known, found, err := db.findTurnByKey(ctx, request)
		switch {
		case err != nil:
			return err
		case !found:
			turn, err = db.createTurn(ctx, request, lease)
		case known.Status == todo.TurnDone:
			turn, err = db.loadSteps(ctx, known)
		default:
			turn, err = db.resumeTurn(ctx, request, known, lease)
		}
		return err
	})
	return turn, err
}

// findTurnByKey finds the turn that a request was sent for before, if it was.
func (db *DB) findTurnByKey(ctx context.Context, request todo.TurnRequest) (turn todo.Turn, found bool, err error) {
	if request.Key == "" {
		return todo.Turn{}, false, nil
	}
	row, err := queryOne[turnRow](ctx, db.on(ctx), selectTurn+`WHERE t.user_id = $1 AND t.idempotency_key = $2`,
		request.UserID, request.Key)
	if todo.HasCode(err, todo.CodeNotFound) {
		return todo.Turn{}, false, nil
	}
	if err != nil {
		return todo.Turn{}, false, err
	}
	elsewhere := request.ConversationID != 0 && request.ConversationID != row.ConversationID
	if row.Message != request.Message || elsewhere {
		return todo.Turn{}, false, todo.Errorf(todo.CodeConflict, "This Idempotency-Key was used for another message.")
	}
	return row.turn(request.UserID, nil), true, nil
}

func (db *DB) createTurn(ctx context.Context, request todo.TurnRequest, lease time.Duration) (todo.Turn, error) {
	turn := todo.Turn{
		UserID: request.UserID, ConversationID: request.ConversationID, Status: todo.TurnRunning, Message: request.Message,
	}
	var err error
	if turn.ConversationID == 0 {
		turn.ConversationID, err = db.createConversation(ctx, request)
		if err != nil {
			return turn, err
		}
	}
	overtake := overtaking{after: lease, allowed: request.Waited >= lease}
	if turn.Lease, err = db.takeLease(ctx, turn, lease, overtake); err != nil {
		return turn, err
	}
	created, err := queryOne[struct{ ID int64 }](ctx, db.on(ctx), `
		WITH turn AS (
			INSERT INTO turns (user_id, conversation_id, idempotency_key, status)
			VALUES ($1, $2, nullif($3, ''), 'running') RETURNING id
		), asked AS (
			INSERT INTO messages (user_id, conversation_id, turn_id, role, content)
			SELECT $1, $2, id, 'user', $4 FROM turn
		)
		SELECT id FROM turn`,
		turn.UserID, turn.ConversationID, request.Key, turn.Message)
	turn.ID = created.ID
	return turn, err
}

func (db *DB) createConversation(ctx context.Context, request todo.TurnRequest) (int64, error) {
	created, err := queryOne[struct{ ID int64 }](ctx, db.on(ctx), `
		WITH next AS (
			UPDATE users SET last_conversation_id = last_conversation_id + 1 WHERE id = $1 RETURNING last_conversation_id
		)
		INSERT INTO conversations (user_id, id, title) SELECT $1, last_conversation_id, $2 FROM next RETURNING id`,
		request.UserID, request.Title())
	return created.ID, accountGone(err)
}

// accountGone explains why a row that hangs on the caller's account could not
// be made: the token outlived the account.
func accountGone(err error) error {
	if todo.HasCode(err, todo.CodeNotFound) {
		return todo.Errorf(todo.CodeUnauthenticated, "This account no longer exists.")
	}
	return err
}

// resumeTurn takes over a turn that nobody works at. It is read once more
// under the lease, because its replica may have finished it just before.
func (db *DB) resumeTurn(ctx context.Context, request todo.TurnRequest, seen todo.Turn, lease time.Duration) (todo.Turn, error) {
	token, err := db.takeLease(ctx, seen, lease, overtaking{allowed: true})
	if err != nil {
		return seen, err
	}
	turn, _, err := db.findTurnByKey(ctx, request)
	if err != nil {
		return seen, err
	}
	turn.Lease = token
	if turn.Status == todo.TurnDone {
		if err := db.ReleaseLease(ctx, turn); err != nil {
			return seen, err
		}
		turn.Lease = ""
	}
	return db.loadSteps(ctx, turn)
}

func (db *DB) loadSteps(ctx context.Context, turn todo.Turn) (todo.Turn, error) {
	steps, err := db.stepsOf(ctx, []int64{turn.ID})
	turn.Steps = steps[turn.ID]
	return turn, err
}

// overtaking says when a turn may take a conversation from a dead one that its
// client can send again: so long after the dead one's lease, if at all.
type overtaking struct {
	after   time.Duration
	allowed bool
}

// takeLease makes the conversation ours until now+lease, if nobody holds it.
// The clock is the database's, which all replicas share.
func (db *DB) takeLease(ctx context.Context, turn todo.Turn, lease time.Duration, overtake overtaking) (string, error) {
	token := uuid.NewString()
	tag, err := db.on(ctx).Exec(ctx, `
		UPDATE conversations c SET lease_token = $3, lease_until = clock_timestamp() + $4::interval, updated_at = now()
		WHERE user_id = $1 AND id = $2 AND (lease_until IS NULL OR lease_until < clock_timestamp() AND (
			$5 AND lease_until < clock_timestamp() - $6::interval
			OR NOT EXISTS (SELECT FROM turns t WHERE t.user_id = c.user_id AND t.conversation_id = c.id
				AND t.status = 'running' AND t.idempotency_key IS NOT NULL)))`,
		turn.UserID, turn.ConversationID, token, lease, overtake.allowed, overtake.after)
	if err != nil {
		return "", translate(err)
	}
	if tag.RowsAffected() == 1 {
		return token, nil
	}
	if err := db.requireConversation(ctx, turn.UserID, turn.ConversationID); err != nil {
		return "", err
	}
	return "", todo.ErrBusy
}

// ExtendLease implements todo.TurnStore.
func (db *DB) ExtendLease(ctx context.Context, turn todo.Turn, lease time.Duration) error {
	if err := db.underLease(ctx, turn, `lease_until = clock_timestamp() + $4::interval`, lease); err != nil {
		return err
	}
	wish, err := queryOne[struct{ Cancelled bool }](ctx, db.on(ctx), `SELECT cancelled FROM turns WHERE id = $1`, turn.ID)
	if err == nil && wish.Cancelled {
		return todo.ErrCancelled
	}
	return err
}

// CancelTurn implements todo.ConversationStore. It leaves the conversation's
// row alone, which whoever works at the turn holds now and then.
func (db *DB) CancelTurn(ctx context.Context, userID string, id int64) error {
	if err := db.requireConversation(ctx, userID, id); err != nil {
		return err
	}
	_, err := db.on(ctx).Exec(ctx,
		`UPDATE turns SET cancelled = true WHERE user_id = $1 AND conversation_id = $2 AND status = 'running'`, userID, id)
	return translate(err)
}

// ReleaseLease implements todo.TurnStore.
func (db *DB) ReleaseLease(ctx context.Context, turn todo.Turn) error {
	err := db.underLease(ctx, turn, `lease_token = NULL, lease_until = NULL`)
	if errors.Is(err, todo.ErrLeaseLost) {
		return nil // somebody else holds it: nothing to give up
	}
	return err
}

// underLease changes the conversation's row, provided that the turn holds its
// lease. In a transaction the row stays locked, so that nobody can take the
// conversation over before the commit.
func (db *DB) underLease(ctx context.Context, turn todo.Turn, set string, args ...any) error {
	tag, err := db.on(ctx).Exec(ctx,
		`UPDATE conversations SET `+set+` WHERE user_id = $1 AND id = $2 AND lease_token = $3`,
		append([]any{turn.UserID, turn.ConversationID, turn.Lease}, args...)...)
	if err != nil {
		return translate(err)
	}
	if tag.RowsAffected() == 0 {
		return todo.ErrLeaseLost
	}
	return nil
}

// PlanStep implements todo.TurnStore.
func (db *DB) PlanStep(ctx context.Context, turn todo.Turn, number int, step todo.Step, used todo.Tokens) error {
	return db.inTx(ctx, func(ctx context.Context) error {
		if err := db.underLease(ctx, turn, `updated_at = now()`); err != nil {
			return err
		}
		if err := db.countTokens(ctx, turn, used); err != nil {
			return err
		}
		batch := &pgx.Batch{}
		batch.Queue(`INSERT INTO turn_steps (turn_id, step, text) VALUES ($1, $2, $3)`, turn.ID, number, step.Text)
		for i, call := range step.Calls {
			batch.Queue(`INSERT INTO tool_calls (turn_id, step, call, call_id, name, arguments) VALUES ($1, $2, $3, $4, $5, $6)`,
				turn.ID, number, i, call.ID, call.Name, call.Arguments)
		}
		return translate(db.on(ctx).(pgx.Tx).SendBatch(ctx, batch).Close())
	})
}

// errUndo rolls a savepoint back without being a failure.
var errUndo = errors.New("undo what the tool did")

// RunCall implements todo.TurnStore.
func (db *DB) RunCall(ctx context.Context, turn todo.Turn, step, call int, run func(context.Context) (todo.CallResult, error)) (todo.CallResult, error) {
	var result todo.CallResult
	err := db.inTx(ctx, func(ctx context.Context) error {
		if err := db.underLease(ctx, turn, `updated_at = now()`); err != nil {
			return err
		}
		err := db.inTx(ctx, func(ctx context.Context) error {
			var err error
			result, err = run(ctx)
			if err == nil && result.IsError {
				return errUndo
			}
			return err
		})
		if err != nil && !errors.Is(err, errUndo) {
			return err
		}
		tag, err := db.on(ctx).Exec(ctx,
			`UPDATE tool_calls SET result = $4, is_error = $5 WHERE turn_id = $1 AND step = $2 AND call = $3 AND result IS NULL`,
			turn.ID, step, call, result.Result, result.IsError)
		if err == nil && tag.RowsAffected() != 1 {
			return fmt.Errorf("call %d of step %d of turn %d was not planned or ran before", call, step, turn.ID)
		}
		return translate(err)
	})
	return result, err
}

// FinishTurn implements todo.TurnStore.
func (db *DB) FinishTurn(ctx context.Context, turn todo.Turn, reply string, used todo.Tokens) error {
	return db.inTx(ctx, func(ctx context.Context) error {
		if err := db.underLease(ctx, turn, `lease_token = NULL, lease_until = NULL, updated_at = now()`); err != nil {
			return err
		}
		if err := db.countTokens(ctx, turn, used); err != nil {
			return err
		}
		_, err := db.on(ctx).Exec(ctx, `
			WITH closed AS (
				UPDATE turns SET status = 'done', finished_at = now() WHERE id = $1
			)
			INSERT INTO messages (user_id, conversation_id, turn_id, role, content) VALUES ($2, $3, $1, 'assistant', $4)`,
			turn.ID, turn.UserID, turn.ConversationID, reply)
		return translate(err)
	})
}

// countTokens adds to what the turn and the user's day have used.
func (db *DB) countTokens(ctx context.Context, turn todo.Turn, used todo.Tokens) error {
	if used == (todo.Tokens{}) {
		return nil
	}
	_, err := db.on(ctx).Exec(ctx, `
		WITH turn AS (
			UPDATE turns SET input_tokens = input_tokens + $3, output_tokens = output_tokens + $4 WHERE id = $1
		)
		INSERT INTO token_days AS day (user_id, day, input_tokens, output_tokens) VALUES ($2, (now() AT TIME ZONE 'UTC')::date, $3, $4)
		ON CONFLICT (user_id, day) DO UPDATE SET
			input_tokens = day.input_tokens + excluded.input_tokens, output_tokens = day.output_tokens + excluded.output_tokens`,
		turn.ID, turn.UserID, used.Input, used.Output)
	return translate(err)
}

// TokensToday implements todo.TurnStore.
func (db *DB) TokensToday(ctx context.Context, userID string) (todo.Tokens, error) {
	return queryOne[todo.Tokens](ctx, db.on(ctx), `
		SELECT coalesce(sum(input_tokens), 0)::bigint AS input, coalesce(sum(output_tokens), 0)::bigint AS output
		FROM token_days WHERE user_id = $1 AND day = (now() AT TIME ZONE 'UTC')::date`, userID)
}

// ListTurns implements todo.TurnStore.
func (db *DB) ListTurns(ctx context.Context, before todo.Turn, limit int) ([]todo.Turn, error) {
	rows, err := queryAll[turnRow](ctx, db.on(ctx), selectTurn+`
		WHERE t.user_id = $1 AND t.conversation_id = $2 AND t.id < $3 ORDER BY t.id DESC LIMIT $4`,
		before.UserID, before.ConversationID, before.ID, limit)
	if err != nil {
		return nil, err
	}
	rows = newestMessages(rows, limit)
	ids := make([]int64, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	steps, err := db.stepsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	turns := make([]todo.Turn, 0, len(rows))
	for _, r := range slices.Backward(rows) {
		turns = append(turns, r.turn(before.UserID, steps[r.ID]))
	}
	return turns, nil
}

// newestMessages cuts turns, newest first, to those that hold the newest limit
// messages: two for a turn that was answered, one for another.
func newestMessages(rows []turnRow, limit int) []turnRow {
	for i, r := range rows {
		limit--
		if r.Reply != nil {
			limit--
		}
		if limit < 0 {
			return rows[:i]
		}
	}
	return rows
}
