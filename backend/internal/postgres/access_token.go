package postgres

import (
	"context"
	"time"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

var _ auth.AccessTokenStore = (*DB)(nil)

// usedAgain is how long the time of a token's last use stays as it is: not
// every request has to write.
const usedAgain = time.Minute

const columnsOfAccess = ` id::text, name, created_at, last_used_at `

// CreateAccessToken implements auth.AccessTokenStore.
func (db *DB) CreateAccessToken(ctx context.Context, userID string, token auth.AccessToken, hash []byte) (auth.AccessToken, error) {
	created, err := queryOne[auth.AccessToken](ctx, db.on(ctx), `
		INSERT INTO access_tokens (id, user_id, name, hash)
		SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM access_tokens WHERE user_id = $2) < $5
		RETURNING`+columnsOfAccess,
		token.ID, userID, token.Name, hash, auth.MaxAccessTokens)
	if todo.HasCode(err, todo.CodeNotFound) {
		return created, todo.Errorf(todo.CodeConflict, "You have %d access tokens already. Revoke one that you no longer use.", auth.MaxAccessTokens)
	}
	return created, err
}

// ListAccessTokens implements auth.AccessTokenStore.
func (db *DB) ListAccessTokens(ctx context.Context, userID string) ([]auth.AccessToken, error) {
	return queryAll[auth.AccessToken](ctx, db.on(ctx),
		`SELECT`+columnsOfAccess+`FROM access_tokens WHERE user_id = $1 ORDER BY created_at, id`, userID)
}

// DeleteAccessToken implements auth.AccessTokenStore.
func (db *DB) DeleteAccessToken(ctx context.Context, userID, id string) error {
	_, err := queryOne[struct{ ID string }](ctx, db.on(ctx),
		`DELETE FROM access_tokens WHERE user_id = $1 AND id = $2 RETURNING id::text`, userID, id)
	return err
}

// UseAccessToken implements auth.AccessTokenStore.
func (db *DB) UseAccessToken(ctx context.Context, hash []byte) (auth.User, error) {
	row, err := queryOne[userRow](ctx, db.on(ctx), `
		WITH used AS (
			UPDATE access_tokens SET last_used_at = now()
			WHERE hash = $1 AND (last_used_at IS NULL OR last_used_at < now() - $2::interval)
		)
		`+selectUser+`WHERE id = (SELECT user_id FROM access_tokens WHERE hash = $1)`, hash, usedAgain)
	return row.user(), err
}
