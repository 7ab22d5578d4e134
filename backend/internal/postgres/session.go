package postgres

import (
	"context"
	"time"

	"todo-chatbot/backend/internal/auth"
)

var _ auth.SessionStore = (*DB)(nil)

// FindSession implements auth.SessionStore.
func (db *DB) FindSession(ctx context.Context, userID string, hash []byte) (auth.User, error) {
	row, err := queryOne[userRow](ctx, db.on(ctx),
		selectUser+`WHERE id = $1 AND NOT EXISTS (SELECT FROM ended_sessions WHERE hash = $2)`, userID, hash)
	return row.user(), err
}

// EndSession implements auth.SessionStore.
func (db *DB) EndSession(ctx context.Context, userID string, hash []byte, expires time.Time) error {
	_, err := db.on(ctx).Exec(ctx,
		`INSERT INTO ended_sessions (hash, user_id, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, hash, userID, expires)
	return translate(err)
}
