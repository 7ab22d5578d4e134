package postgres

import (
	"bytes"
	"context"

	"todo-chatbot/backend/internal/todo"
)

var _ todo.KeyStore = (*DB)(nil)

type keyRow struct {
	Fingerprint []byte
	Answer      []byte
}

// Once implements todo.KeyStore.
func (db *DB) Once(ctx context.Context, request todo.KeyedRequest, do func(context.Context) ([]byte, error)) (answer []byte, again bool, err error) {
	err = db.inTx(ctx, func(ctx context.Context) error {
		first, err := db.takeKey(ctx, request)
		switch {
		case err != nil:
			return err
		case !first:
			again = true
			answer, err = db.findAnswer(ctx, request)
			return err
		}
		if answer, err = do(ctx); err != nil {
			return err
		}
		_, err = db.on(ctx).Exec(ctx, `UPDATE idempotency_keys SET answer = $3 WHERE user_id = $1 AND key = $2`,
			request.UserID, request.Key, answer)
		return translate(err)
	})
	return answer, again, err
}

// takeKey tells whether the key is new. While another transaction holds it,
// PostgreSQL waits here until that one ends.
func (db *DB) takeKey(ctx context.Context, request todo.KeyedRequest) (bool, error) {
	tag, err := db.on(ctx).Exec(ctx,
		`INSERT INTO idempotency_keys (user_id, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		request.UserID, request.Key, request.Fingerprint)
	return tag.RowsAffected() == 1, translate(err)
}

func (db *DB) findAnswer(ctx context.Context, request todo.KeyedRequest) ([]byte, error) {
	row, err := queryOne[keyRow](ctx, db.on(ctx),
		`SELECT fingerprint, answer FROM idempotency_keys WHERE user_id = $1 AND key = $2`, request.UserID, request.Key)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(row.Fingerprint, request.Fingerprint) {
		return nil, todo.Errorf(todo.CodeConflict, "This Idempotency-Key was used for another request.")
	}
	return row.Answer, nil
}
