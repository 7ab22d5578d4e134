package localpg

import (
	"context"
	"errors"
	"fmt"
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
		return err
	}
	// The connection was of use already; how it ends changes nothing.
	defer func() { _ = conn.Close(ctx) }()
	var exists bool
	const query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
	if err := conn.QueryRow(ctx, query, database).Scan(&exists); err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize())
	return err
}

func portFree(ctx context.Context, port int) bool {
	listener, err := listen(ctx, port)
	return err == nil && listener.Close() == nil
}

func freePort(ctx context.Context) (int, error) {
	listener, err := listen(ctx, 0)
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err := errors.Join(err, listener.Close()); err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}

func listen(ctx context.Context, port int) (net.Listener, error) {
	var config net.ListenConfig
	return config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}
