package postgres

import (
	"context"
	"time"

	"todo-chatbot/backend/internal/todo"
)

var _ todo.LimitStore = (*DB)(nil)

type takenRow struct {
	Taken bool
	Wait  time.Duration
}

// Take implements todo.LimitStore as the generic cell rate algorithm: each use
// moves used_until on by its share of the limit's time, and none may move it
// further than that time ahead of now.
func (db *DB) Take(ctx context.Context, key string, uses int, limit todo.Limit) (wait time.Duration, err error) {
	row, err := queryOne[takenRow](ctx, db.on(ctx), `
		WITH taken AS (
			INSERT INTO rate_limits AS l (key, used_until) VALUES ($1, now() + $2::interval)
			ON CONFLICT (key) DO UPDATE SET used_until = greatest(l.used_until, now()) + $2
			WHERE greatest(l.used_until, now()) + $2 <= now() + $3::interval
			RETURNING key
		)
		SELECT EXISTS (SELECT FROM taken) AS taken,
			coalesce((SELECT used_until FROM rate_limits WHERE key = $1) + $2 - now() - $3, '0') AS wait`,
		key, limit.Share(uses), limit.Per)
	if err != nil || row.Taken {
		return 0, err
	}
	return max(row.Wait, time.Millisecond), nil
}

// GiveBack implements todo.LimitStore.
func (db *DB) GiveBack(ctx context.Context, key string, uses int, limit todo.Limit) error {
	_, err := db.on(ctx).Exec(ctx, `UPDATE rate_limits SET used_until = used_until - $2::interval WHERE key = $1`, key, limit.Share(uses))
	return translate(err)
}
