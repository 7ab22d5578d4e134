package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"todo-chatbot/backend/internal/postgres"
)

// Migrate brings the database's schema to this program's version.
func Migrate(ctx context.Context, cfg Config, log *slog.Logger) error {
	return postgres.Migrate(ctx, cfg.migrationURL(), log)
}

// MigrateDown takes the last migration back.
func MigrateDown(ctx context.Context, cfg Config, log *slog.Logger) error {
	return postgres.MigrateDown(ctx, cfg.migrationURL(), log)
}

// MigrateStatus writes a line for each migration: since when the database has
// it, or that it is pending.
func MigrateStatus(ctx context.Context, cfg Config, log *slog.Logger, out io.Writer) error {
	all, err := postgres.Migrations(ctx, cfg.migrationURL(), log)
	if err != nil {
		return err
	}
	for _, m := range all {
		since := "pending"
		if !m.AppliedAt.IsZero() {
			since = m.AppliedAt.UTC().Format("2006-01-02 15:04:05Z")
		}
		if _, err := fmt.Fprintf(out, "%-20s %s\n", since, m.Name); err != nil {
			return fmt.Errorf("write status: %w", err)
		}
	}
	return nil
}

// Export writes everything that a user, named by id or email, owns.
func Export(ctx context.Context, cfg Config, who string, out io.Writer) error {
	return withDatabase(ctx, cfg, func(db *postgres.DB) error {
		archive, err := db.Export(ctx, who)
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		if _, err := fmt.Fprintln(out, string(archive)); err != nil {
			return fmt.Errorf("write archive: %w", err)
		}
		return nil
	})
}

// Import adds what Export wrote to a user's account, and tells on out what that
// was.
func Import(ctx context.Context, cfg Config, who string, in io.Reader, out io.Writer) error {
	return withDatabase(ctx, cfg, func(db *postgres.DB) error {
		archive, err := io.ReadAll(in)
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		added, err := db.Import(ctx, who, archive)
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		if _, err := fmt.Fprintf(out, "added %d tasks and %d conversations\n", added.Tasks, added.Conversations); err != nil {
			return fmt.Errorf("write result: %w", err)
		}
		return nil
	})
}

func withDatabase(ctx context.Context, cfg Config, use func(*postgres.DB) error) error {
	db, err := postgres.Open(ctx, string(cfg.DatabaseURL), postgres.Options{MaxConns: cfg.DatabaseMaxConns, Pooled: cfg.pooled()})
	if err != nil {
		return err
	}
	defer db.Close()
	return use(db)
}
