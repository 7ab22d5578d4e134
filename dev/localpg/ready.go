package localpg

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// awaitReady returns once the server answers queries and has its database. It
// fails at once when the server exits.
func (s *Server) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		err := s.createDatabase(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.child.exited:
			return s.child.diedError()
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not answer in time: %w", errors.Join(ctx.Err(), err))
		}
	}
}

// createDatabase makes the database if it is absent, which also shows that the
// server answers.
func (s *Server) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	// The connection was of use already; how it ends changes nothing.
	defer func() { _ = conn.Close(ctx) }()
	var exists bool
	const query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
	if err := conn.QueryRow(ctx, query, database).Scan(&exists); err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize()); err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	return nil
}

func portFree(ctx context.Context, port int) bool {
	listener, err := listen(ctx, port)
	return err == nil && listener.Close() == nil
}

// freePort picks one below those that systems give to outgoing connections, so
// that it is likely to be free the next time too.
func freePort(ctx context.Context) (int, error) {
	const first, count, attempts = 20000, 10000, 100
	for range attempts {
		if port := first + rand.IntN(count); portFree(ctx, port) { //nolint:gosec // a port is no secret
			return port, nil
		}
	}
	return 0, errors.Join(fmt.Errorf("found no free port from %d to %d", first, first+count-1), ctx.Err())
}

func listen(ctx context.Context, port int) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("try port %d: %w", port, err)
	}
	return listener, nil
}
