package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"todo-chatbot/backend/internal/todo"
)

// archiveFormat names the form of an archive, for programs that come later.
const archiveFormat = "todo-chatbot/1"

// selectArchive writes everything that a user owns but secrets: the password
// and access tokens are not to leave the database. It is one statement, so that
// it sees one moment. json and not jsonb, which cannot hold every text that a
// model wrote.
const selectArchive = `
	SELECT json_build_object(
		'format', '` + archiveFormat + `',
		'user', json_build_object('id', u.id, 'email', email, 'name', name, 'time_zone', time_zone, 'created_at', created_at),
		'tasks', (SELECT coalesce(json_agg(t ORDER BY id), '[]') FROM (SELECT` + taskColumns + `FROM tasks WHERE user_id = u.id) t),
		'conversations', (SELECT coalesce(json_agg(c ORDER BY id), '[]') FROM (
			SELECT id, title, created_at, updated_at, (SELECT coalesce(json_agg(t), '[]') FROM (
				SELECT status, cancelled, input_tokens, output_tokens, created_at, finished_at,
					(SELECT coalesce(json_agg(s ORDER BY step), '[]') FROM (SELECT step, text FROM turn_steps WHERE turn_id = turns.id) s) AS steps,
					(SELECT coalesce(json_agg(k ORDER BY step, call), '[]') FROM (
						SELECT step, call, call_id, name, arguments, result, is_error FROM tool_calls WHERE turn_id = turns.id) k) AS calls,
					(SELECT coalesce(json_agg(m ORDER BY id), '[]') FROM (
						SELECT id, role, content, created_at FROM messages WHERE turn_id = turns.id) m) AS messages
				FROM turns WHERE user_id = u.id AND conversation_id = conversations.id ORDER BY turns.id) t) AS turns
			FROM conversations WHERE user_id = u.id) c)
	)::text AS archive
	FROM users u WHERE u.id = $1`

// Export writes everything that a user owns, as JSON. USER is an id or an
// email. CodeNotFound.
func (db *DB) Export(ctx context.Context, who string) (json.RawMessage, error) {
	id, err := db.findUser(ctx, who)
	if err != nil {
		return nil, err
	}
	row, err := queryOne[struct{ Archive string }](ctx, db.on(ctx), selectArchive, id)
	return json.RawMessage(row.Archive), err
}

func (db *DB) findUser(ctx context.Context, who string) (id string, err error) {
	column := "email"
	if uuid.Validate(who) == nil {
		column = "id"
	}
	row, err := queryOne[struct{ ID string }](ctx, db.on(ctx), `SELECT id::text FROM users WHERE `+column+` = $1`, who)
	if todo.HasCode(err, todo.CodeNotFound) {
		return "", todo.Errorf(todo.CodeNotFound, "There is no account %s.", who)
	}
	return row.ID, err
}

// Imported is what an import added.
type Imported struct{ Tasks, Conversations int64 }

// What Import reads of an archive. Conversations are taken apart here and not
// in SQL, whose functions for JSON refuse some of the texts that models write.
type (
	archive struct {
		Format        string                 `json:"format"`
		Tasks         json.RawMessage        `json:"tasks"`
		Conversations []archivedConversation `json:"conversations"`
	}
	archivedConversation struct {
		ID        int64          `json:"id"`
		Title     string         `json:"title"`
		CreatedAt time.Time      `json:"created_at"`
		UpdatedAt time.Time      `json:"updated_at"`
		Turns     []archivedTurn `json:"turns"`
	}
	archivedTurn struct {
		Status       string     `json:"status"`
		Cancelled    bool       `json:"cancelled"`
		InputTokens  int64      `json:"input_tokens"`
		OutputTokens int64      `json:"output_tokens"`
		CreatedAt    time.Time  `json:"created_at"`
		FinishedAt   *time.Time `json:"finished_at"`
		Steps        []struct {
			Step int    `json:"step"`
			Text string `json:"text"`
		} `json:"steps"`
		Calls []struct {
			Step      int             `json:"step"`
			Call      int             `json:"call"`
			CallID    string          `json:"call_id"`
			Name      string          `json:"name"`
			Arguments json.RawMessage `json:"arguments"`
			Result    json.RawMessage `json:"result"`
			IsError   bool            `json:"is_error"`
		} `json:"calls"`
		Messages []struct {
			Role      string    `json:"role"`
			Content   string    `json:"content"`
			CreatedAt time.Time `json:"created_at"`
		} `json:"messages"`
	}
)

// Import adds what an archive of Export has to an account, which has to be
// there, under the numbers that it had. What has its number already is left as
// it is, so that importing twice is importing once. CodeNotFound,
// CodeMalformed.
func (db *DB) Import(ctx context.Context, who string, from json.RawMessage) (Imported, error) {
	var a archive
	if err := json.Unmarshal(from, &a); err != nil || a.Format != archiveFormat {
		return Imported{}, &todo.Error{Code: todo.CodeMalformed, Message: "This is no archive that `backend export` wrote.", Err: err}
	}
	var added Imported
	err := db.inTx(ctx, func(ctx context.Context) error {
		id, err := db.findUser(ctx, who)
		if err != nil {
			return err
		}
		if added.Tasks, err = db.importTasks(ctx, id, a.Tasks); err != nil {
			return fmt.Errorf("import tasks: %w", err)
		}
		for _, c := range a.Conversations {
			first, err := db.importConversation(ctx, id, c)
			if err != nil {
				return fmt.Errorf("import conversation %d: %w", c.ID, err)
			}
			if first {
				added.Conversations++
			}
		}
		return nil
	})
	return added, err
}

func (db *DB) importTasks(ctx context.Context, userID string, tasks json.RawMessage) (int64, error) {
	tag, err := db.on(ctx).Exec(ctx, `
		WITH counted AS (
			UPDATE users SET last_task_id = greatest(last_task_id,
				(SELECT coalesce(max(id), 0) FROM json_to_recordset($2::json) AS r(id bigint)))
			WHERE id = $1
		)
		INSERT INTO tasks (user_id,`+taskColumns+`)
		SELECT $1,`+taskColumns+`FROM json_to_recordset($2::json) AS r(id bigint, title text, description text, completed boolean,
			priority text, tags text[], due_at timestamptz, remind_at timestamptz, recurrence text, series_start timestamptz, next_id bigint,
			created_at timestamptz, updated_at timestamptz, completed_at timestamptz)
		ON CONFLICT DO NOTHING`, userID, string(tasks))
	return tag.RowsAffected(), translate(err)
}

// importConversation tells whether the conversation was not there before.
func (db *DB) importConversation(ctx context.Context, userID string, c archivedConversation) (bool, error) {
	tag, err := db.on(ctx).Exec(ctx, `
		WITH counted AS (
			UPDATE users SET last_conversation_id = greatest(last_conversation_id, $2) WHERE id = $1
		)
		INSERT INTO conversations (user_id, id, title, created_at, updated_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		userID, c.ID, c.Title, c.CreatedAt, c.UpdatedAt)
	if err != nil || tag.RowsAffected() == 0 {
		return false, translate(err)
	}
	for _, turn := range c.Turns {
		if err := db.importTurn(ctx, userID, c.ID, turn); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (db *DB) importTurn(ctx context.Context, userID string, conversation int64, turn archivedTurn) error {
	created, err := queryOne[struct{ ID int64 }](ctx, db.on(ctx),
		`INSERT INTO turns (user_id, conversation_id, status, created_at, finished_at, cancelled, input_tokens, output_tokens)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		userID, conversation, turn.Status, turn.CreatedAt, turn.FinishedAt, turn.Cancelled, turn.InputTokens, turn.OutputTokens)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, s := range turn.Steps {
		batch.Queue(`INSERT INTO turn_steps (turn_id, step, text) VALUES ($1, $2, $3)`, created.ID, s.Step, s.Text)
	}
	for _, c := range turn.Calls {
		if string(c.Result) == "null" {
			c.Result = nil
		}
		batch.Queue(`INSERT INTO tool_calls (turn_id, step, call, call_id, name, arguments, result, is_error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			created.ID, c.Step, c.Call, c.CallID, c.Name, c.Arguments, c.Result, c.IsError)
	}
	for _, m := range turn.Messages {
		batch.Queue(`INSERT INTO messages (user_id, conversation_id, turn_id, role, content, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			userID, conversation, created.ID, m.Role, m.Content, m.CreatedAt)
	}
	return translate(db.on(ctx).(pgx.Tx).SendBatch(ctx, batch).Close())
}
