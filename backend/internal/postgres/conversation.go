package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"time"

	"todo-chatbot/backend/internal/todo"
)

var _ todo.ConversationStore = (*DB)(nil)

// Both pages begin behind a place in their index; the first one behind the end.
const (
	selectConversations = `
		SELECT id, title, created_at, updated_at FROM conversations
		WHERE user_id = $1 AND (updated_at, id) < (coalesce($2::timestamptz, 'infinity'), $3)
		ORDER BY updated_at DESC, id DESC LIMIT $4`
	selectMessages = `
		SELECT id, turn_id, role, content, created_at FROM messages
		WHERE user_id = $1 AND conversation_id = $2 AND id < $3
		ORDER BY id DESC LIMIT $4`
)

// ListConversations implements todo.ConversationStore.
func (db *DB) ListConversations(ctx context.Context, userID string, p todo.ConversationPage) ([]todo.Conversation, error) {
	var before *time.Time
	if !p.Before.IsZero() {
		before = &p.Before
	}
	return queryAll[todo.Conversation](ctx, db.on(ctx), selectConversations, userID, before, p.BeforeID, p.Limit+1)
}

type messageRow struct {
	ID        int64
	TurnID    int64
	Role      todo.Role
	Content   string
	CreatedAt time.Time
}

// ListMessages implements todo.ConversationStore.
func (db *DB) ListMessages(ctx context.Context, userID string, conversationID int64, p todo.MessagePage) ([]todo.Message, error) {
	rows, err := queryAll[messageRow](ctx, db.on(ctx), selectMessages,
		userID, conversationID, cmp.Or(p.Before, math.MaxInt64), p.Limit+1)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, db.requireConversation(ctx, userID, conversationID)
	}
	return db.withToolCalls(ctx, rows)
}

// RenameConversation implements todo.ConversationStore.
func (db *DB) RenameConversation(ctx context.Context, userID string, id int64, title string) (todo.Conversation, error) {
	renamed, err := queryOne[todo.Conversation](ctx, db.on(ctx), `
		UPDATE conversations SET title = $3 WHERE user_id = $1 AND id = $2 RETURNING id, title, created_at, updated_at`,
		userID, id, title)
	return renamed, noConversation(err, id)
}

// DeleteConversation implements todo.ConversationStore.
func (db *DB) DeleteConversation(ctx context.Context, userID string, id int64) error {
	_, err := queryOne[struct{ ID int64 }](ctx, db.on(ctx),
		`DELETE FROM conversations WHERE user_id = $1 AND id = $2 RETURNING id`, userID, id)
	return noConversation(err, id)
}

func (db *DB) requireConversation(ctx context.Context, userID string, id int64) error {
	_, err := queryOne[struct{ ID int64 }](ctx, db.on(ctx),
		`SELECT id FROM conversations WHERE user_id = $1 AND id = $2`, userID, id)
	return noConversation(err, id)
}

// noConversation names the conversation that was not found.
func noConversation(err error, id int64) error {
	if todo.HasCode(err, todo.CodeNotFound) {
		return todo.Errorf(todo.CodeNotFound, "There is no conversation %d.", id)
	}
	return err
}

func (db *DB) withToolCalls(ctx context.Context, rows []messageRow) ([]todo.Message, error) {
	var answered []int64
	for _, r := range rows {
		if r.Role == todo.RoleAssistant {
			answered = append(answered, r.TurnID)
		}
	}
	steps, err := db.stepsOf(ctx, answered)
	if err != nil {
		return nil, err
	}
	messages := make([]todo.Message, 0, len(rows))
	for _, r := range rows {
		m := todo.Message{ID: r.ID, TurnID: r.TurnID, Role: r.Role, Content: r.Content, CreatedAt: r.CreatedAt}
		if r.Role == todo.RoleAssistant {
			turn := todo.Turn{Steps: steps[r.TurnID]}
			m.ToolCalls = turn.ToolCalls()
		}
		messages = append(messages, m)
	}
	return messages, nil
}

type callRow struct {
	TurnID    int64
	Step      int
	Text      string
	CallID    string
	Name      string
	Arguments json.RawMessage
	Result    json.RawMessage
	IsError   bool
}

// stepsOf reads the steps of turns, each turn's in order.
func (db *DB) stepsOf(ctx context.Context, turnIDs []int64) (map[int64][]todo.Step, error) {
	steps := map[int64][]todo.Step{}
	if len(turnIDs) == 0 {
		return steps, nil
	}
	rows, err := queryAll[callRow](ctx, db.on(ctx), `
		SELECT turn_id, step, text, call_id, name, arguments, result, is_error
		FROM turn_steps JOIN tool_calls USING (turn_id, step)
		WHERE turn_id = ANY ($1) ORDER BY turn_id, step, call`, turnIDs)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		of := steps[r.TurnID]
		if r.Step == len(of) {
			of = append(of, todo.Step{Text: r.Text})
		}
		last := &of[len(of)-1]
		last.Calls = append(last.Calls, todo.ToolCall{
			ID: r.CallID, Name: r.Name, Arguments: r.Arguments, Result: r.Result, IsError: r.IsError,
		})
		steps[r.TurnID] = of
	}
	return steps, nil
}
