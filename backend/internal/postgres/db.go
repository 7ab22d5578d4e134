// Package postgres keeps users, tasks, conversations and turns in PostgreSQL.
// It alone speaks pgx, and it translates every error of the database into one
// of the todo package, so that no SQL text leaves it.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// connectTimeout bounds one attempt to connect, so that a request learns soon
// that the database is away.
const connectTimeout = 5 * time.Second

// DB is a pool of connections and the store of everything in them. It is safe
// for concurrent use.
type DB struct{ pool *pgxpool.Pool }

// Options say how a DB connects.
type Options struct {
	MaxConns int // at most
	// Pooled tells that a pooler in transaction mode is between, such as
	// PgBouncer or Neon's: statements are then not prepared under names,
	// because the next transaction may reach another server process.
	Pooled bool
}

// Open makes a pool of connections to the database at url. It does not
// connect: a database that is away now may be there at the first query.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("DATABASE_URL is no PostgreSQL URL such as postgres://user:password@host:5432/name")
	}
	config.MaxConns = int32(min(o.MaxConns, math.MaxInt32)) //nolint:gosec // bounded just here
	if o.Pooled {
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	config.ConnConfig.ConnectTimeout = connectTimeout
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("make connection pool: %w", err)
	}
	return &DB{pool: pool}, nil
}

// Close closes every connection, waiting for those in use.
func (db *DB) Close() { db.pool.Close() }

// Ping asks the database whether it answers. CodeUnavailable: it does not.
func (db *DB) Ping(ctx context.Context) error { return translate(db.pool.Ping(ctx)) }

// Stat tells the connections in use, idle and allowed, for metrics.
func (db *DB) Stat() *pgxpool.Stat { return db.pool.Stat() }

// querier is what the pool and a transaction have in common.
type querier interface {
	Begin(ctx context.Context) (pgx.Tx, error)
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

type txKey struct{}

// on is the transaction of ctx, or the pool.
func (db *DB) on(ctx context.Context) querier {
	if tx, ok := ctx.Value(txKey{}).(pgx.Tx); ok {
		return tx
	}
	return db.pool
}

// inTx runs fn in a transaction that rides in fn's context, so that every
// method of DB called with that context takes part in it. Inside another
// transaction it is a savepoint. An error rolls back.
func (db *DB) inTx(ctx context.Context, fn func(ctx context.Context) error) error {
	return translate(pgx.BeginFunc(ctx, db.on(ctx), func(tx pgx.Tx) error {
		return fn(context.WithValue(ctx, txKey{}, tx))
	}))
}

// queryOne reads the row that sql gives into a T, by column name.
func queryOne[T any](ctx context.Context, q querier, sql string, args ...any) (T, error) {
	rows, _ := q.Query(ctx, sql, args...) // an error shows when the rows are read
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
	return row, translate(err)
}

// queryAll reads the rows that sql gives into Ts, by column name.
func queryAll[T any](ctx context.Context, q querier, sql string, args ...any) ([]T, error) {
	rows, _ := q.Query(ctx, sql, args...) // an error shows when the rows are read
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	return all, translate(err)
}
