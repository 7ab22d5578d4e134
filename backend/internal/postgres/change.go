package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"todo-chatbot/backend/internal/todo"
)

type changeRow struct {
	todo.Change
	Settled bool
}

// ChangesAfter implements todo.ChangeStore.
func (db *DB) ChangesAfter(ctx context.Context, userID string, after int64, limit int) ([]todo.Change, bool, error) {
	s := &statement{}
	s.add(`SELECT id, user_id::text, subject, subject_id, action, xact < pg_snapshot_xmin(pg_current_snapshot()) AS settled
		FROM changes WHERE id > ?`, after)
	if userID != "" {
		s.add(` AND user_id = ?`, userID)
	}
	s.add(` ORDER BY id LIMIT ?`, limit)
	rows, err := queryAll[changeRow](ctx, db.on(ctx), s.text.String(), s.args...)
	changes := make([]todo.Change, 0, len(rows))
	for _, r := range rows {
		if !r.Settled {
			return changes, true, err
		}
		changes = append(changes, r.Change)
	}
	return changes, len(rows) == limit, err
}

type changeRange struct{ Last, Kept int64 }

// LastChange implements todo.ChangeStore.
func (db *DB) LastChange(ctx context.Context) (last, kept int64, err error) {
	row, err := queryOne[changeRange](ctx, db.on(ctx),
		`SELECT coalesce(max(id), 0) AS last, coalesce(min(id), 0) AS kept FROM changes`)
	return row.Last, row.Kept, err
}

// Listener hears of changes on a connection of its own, which must lead to the
// server itself: a pooler in transaction mode would lose what is sent to it.
// It is for one goroutine.
type Listener struct {
	*DB
	url  string
	conn *pgx.Conn
}

var _ todo.ChangeStore = (*Listener)(nil)

// NewListener makes a Listener that connects to url when it is first used.
func NewListener(db *DB, url string) *Listener { return &Listener{DB: db, url: url} }

// AwaitChange implements todo.ChangeStore.
func (l *Listener) AwaitChange(ctx context.Context) error {
	if l.conn == nil {
		if err := l.connect(ctx); err != nil {
			return err
		}
		return nil // something may have changed before
	}
	_, err := l.conn.WaitForNotification(ctx)
	if err != nil && ctx.Err() == nil {
		l.Close()
		return translate(err)
	}
	if l.conn.IsClosed() {
		l.conn = nil
	}
	return nil
}

func (l *Listener) connect(ctx context.Context) error {
	config, err := pgx.ParseConfig(l.url)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	config.ConnectTimeout = connectTimeout
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return translate(err)
	}
	if _, err := conn.Exec(ctx, `LISTEN todo_changes`); err != nil {
		_ = conn.Close(ctx)
		return translate(err)
	}
	l.conn = conn
	return nil
}

// Close drops the connection. The next AwaitChange makes another.
func (l *Listener) Close() {
	if l.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
		defer cancel()
		_ = l.conn.Close(ctx) // it may be broken already
		l.conn = nil
	}
}
