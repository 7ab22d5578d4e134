package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"todo-chatbot/backend/internal/todo"
)

//go:embed migrations/*.sql
var migrations embed.FS

// patience is how long Migrate waits for a database that does not answer: one
// that starts beside it, or one that was suspended and has to wake up.
const patience = time.Minute

// Migrate brings the schema of the database at url to this program's version,
// waiting for the database if it must. Replicas that start together wait for
// each other on an advisory lock, so url must lead to the server itself and not
// to a pooler.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
	return withMigrations(ctx, url, log, func(provider *goose.Provider) error {
		results, err := provider.Up(ctx)
		for _, r := range results {
			log.InfoContext(ctx, "migrated", "migration", r.Source.Path, "duration", r.Duration.String())
		}
		return err //nolint:wrapcheck // withMigrations adds the context
	})
}

// MigrateDown takes the last migration back, with the data that only it has a
// place for.
func MigrateDown(ctx context.Context, url string, log *slog.Logger) error {
	return withMigrations(ctx, url, log, func(provider *goose.Provider) error {
		r, err := provider.Down(ctx)
		if err == nil {
			log.InfoContext(ctx, "migrated down", "migration", r.Source.Path, "duration", r.Duration.String())
		}
		return err //nolint:wrapcheck // withMigrations adds the context
	})
}

// Migration is one step of the schema.
type Migration struct {
	Name      string
	AppliedAt time.Time // zero while it is pending
}

// Migrations lists every migration of this program, and whether the database at
// url has it.
func Migrations(ctx context.Context, url string, log *slog.Logger) ([]Migration, error) {
	var all []Migration
	err := withMigrations(ctx, url, log, func(provider *goose.Provider) error {
		statuses, err := provider.Status(ctx)
		for _, s := range statuses {
			all = append(all, Migration{Name: s.Source.Path, AppliedAt: s.AppliedAt})
		}
		return err //nolint:wrapcheck // withMigrations adds the context
	})
	return all, err
}

func withMigrations(ctx context.Context, url string, log *slog.Logger, use func(*goose.Provider) error) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return errors.New("DATABASE_DIRECT_URL or DATABASE_URL is no PostgreSQL URL")
	}
	config.ConnectTimeout = connectTimeout
	if err := await(ctx, config, log); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("make migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if err := use(provider); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// await returns when the database answers. One that refuses for a reason that
// time does not mend, such as a wrong password, is an error at once.
func await(ctx context.Context, config *pgx.ConnConfig, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	look := time.NewTicker(500 * time.Millisecond)
	defer look.Stop()
	var said bool
	for {
		conn, err := pgx.ConnectConfig(ctx, config)
		if err == nil {
			return conn.Close(ctx) //nolint:wrapcheck // it was only a look
		}
		if !todo.HasCode(translate(err), todo.CodeUnavailable) {
			return fmt.Errorf("the database refuses: %w", err)
		}
		if !said {
			log.WarnContext(ctx, "the database does not answer; waiting for it", "host", config.Host, "port", config.Port, "for", patience.String(), "error", err)
			said = true
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("the database at %s:%d does not answer: %w", config.Host, config.Port, err)
		}
	}
}
