package postgres

import (
	"context"
	"time"

	"todo-chatbot/backend/internal/todo"
)

var _ todo.Expirer = (*DB)(nil)

// removeAtOnce bounds one transaction of RemoveExpired, so that nobody waits
// for its locks.
const removeAtOnce = 500

// removing is the number of the advisory lock that keeps other replicas from
// doing the same work; it has no meaning but to be this program's.
const removing = 7_106_111_001

// expired finds what is too old in each table, by an index on its age. $1 is
// how long it is kept.
var expired = []struct {
	table, old string
	kept       func(todo.Retention) (time.Duration, bool)
}{
	{"idempotency_keys", "created_at < now() - $1::interval", func(r todo.Retention) (time.Duration, bool) { return r.Keys, true }},
	// A conversation that is being answered just now is not old.
	{
		"conversations", "updated_at < now() - $1::interval AND (lease_until IS NULL OR lease_until < now())",
		func(r todo.Retention) (time.Duration, bool) { return r.Conversations, r.Conversations > 0 },
	},
	// The token of an ended session has some time left after it expired, because
	// clocks differ.
	{"ended_sessions", "expires_at < now() - $1::interval", func(todo.Retention) (time.Duration, bool) { return time.Hour, true }},
	{"changes", "created_at < now() - $1::interval", func(todo.Retention) (time.Duration, bool) { return 24 * time.Hour, true }},
	{"rate_limits", "used_until < now() - $1::interval", func(todo.Retention) (time.Duration, bool) { return 0, true }},
}

// RemoveExpired implements todo.Expirer.
func (db *DB) RemoveExpired(ctx context.Context, keep todo.Retention) (removed int64, err error) {
	for _, e := range expired {
		kept, limited := e.kept(keep)
		for limited {
			n, err := db.removeSome(ctx, e.table, e.old, kept)
			removed += n
			if err != nil {
				return removed, err
			}
			if n < removeAtOnce {
				break
			}
		}
	}
	return removed, nil
}

// removeSome removes nothing while another replica is at it.
func (db *DB) removeSome(ctx context.Context, table, old string, kept time.Duration) (removed int64, err error) {
	err = db.inTx(ctx, func(ctx context.Context) error {
		lock, err := queryOne[struct{ Mine bool }](ctx, db.on(ctx), `SELECT pg_try_advisory_xact_lock($1) AS mine`, int64(removing))
		if err != nil || !lock.Mine {
			return err
		}
		tag, err := db.on(ctx).Exec(ctx, `DELETE FROM `+table+` WHERE ctid = ANY (ARRAY(
			SELECT ctid FROM `+table+` WHERE `+old+` LIMIT $2 FOR UPDATE SKIP LOCKED))`, kept, removeAtOnce)
		removed = tag.RowsAffected()
		return translate(err)
	})
	return removed, err
}
