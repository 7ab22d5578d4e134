package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"todo-chatbot/backend/api"
)

const migrationFolder = "backend/internal/postgres/migrations"

// migrations is the kind of edit that adds a numbered SQL file each time. Each
// changes the name of a user who exists for that, and all leave the database
// as it was.
type migrations struct {
	site   *site
	marker string
	email  string
	first  int // the number of the first new file
	saved  []string
	client *api.Client // speaks for the user
}

func newMigrations(ctx context.Context, s *site, marker string) (*migrations, error) {
	last, err := lastMigration(s.dir)
	if err != nil {
		return nil, err
	}
	m := &migrations{site: s, marker: marker, first: last + 1, email: marker + "@example.com", client: api.NewClient(s.api, nil)}
	session, err := m.client.SignUp(ctx, api.SignUpRequest{Email: m.email, Password: rand.Text(), Name: marker})
	if err != nil {
		return nil, fmt.Errorf("sign a user up for the migrations: %w", err)
	}
	m.client = m.client.WithToken(session.Token)
	return m, nil
}

// lastMigration is the highest number in use.
func lastMigration(dir string) (int, error) {
	files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(migrationFolder), "*.sql"))
	if err != nil {
		return 0, fmt.Errorf("look for migrations: %w", err)
	}
	last := 0
	for _, f := range files {
		number, _, _ := strings.Cut(filepath.Base(f), "_")
		n, err := strconv.Atoi(number)
		if err != nil {
			return 0, fmt.Errorf("the migration %s has no number: %w", f, err)
		}
		last = max(last, n)
	}
	if last == 0 {
		return 0, fmt.Errorf("there are no migrations in %s", filepath.Join(dir, migrationFolder))
	}
	return last, nil
}

func (m *migrations) describe() (name, floor string) { return migrationName, "" }

func (m *migrations) save(n int) error {
	return m.add(fmt.Sprintf(`-- Written by a benchmark, which takes it away again.

-- +goose Up
UPDATE users SET name = '%s' WHERE email = '%s';
`, mark(m.marker, n), m.email))
}

// add saves the next file. It must be a new one: what is there is somebody's.
func (m *migrations) add(content string) error {
	name := fmt.Sprintf("%05d_%s.sql", m.first+len(m.saved), strings.ReplaceAll(m.marker, "-", "_"))
	path := filepath.Join(m.site.dir, filepath.FromSlash(migrationFolder), name)
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // source is for everyone to read
	if err != nil {
		return err
	}
	m.saved = append(m.saved, path)
	_, err = out.WriteString(content)
	return errors.Join(err, out.Close())
}

// served wants more than the effect, which the program before shows already:
// the program with the migration in it must have taken over.
func (m *migrations) served(ctx context.Context, n int) error {
	me, err := m.client.Me(ctx)
	if err != nil {
		return err
	}
	if me.Name != mark(m.marker, n) {
		return errStale
	}
	return m.site.settled(ctx, backend)
}

// restoreLimit is how long a person who pressed Ctrl-C waits for a database
// that is hers to be as it was.
const restoreLimit = 20 * time.Second

func (m *migrations) restore(ctx context.Context) error {
	var err error
	if ctx.Err() != nil && m.site.theirs {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), restoreLimit)
		defer cancel()
	}
	if ctx.Err() == nil {
		err = m.forget(ctx)
	}
	err = errors.Join(err, m.remove())
	if err != nil || ctx.Err() != nil {
		return err
	}
	return await(ctx, m.site.limit, func(ctx context.Context) error { return m.site.settled(ctx, backend) })
}

// forget makes the database forget the migrations and the user. Only a
// migration reaches the database from here, and it would be remembered itself;
// so it fails on purpose once its work is done and committed.
func (m *migrations) forget(ctx context.Context) error {
	last := m.first + len(m.saved)
	sql := fmt.Sprintf(`DELETE FROM goose_db_version WHERE version_id BETWEEN %d AND %d;
DELETE FROM users WHERE email = '%s';
`, m.first, last, m.email)
	err := m.add(`-- Written by a benchmark: it takes back what the benchmark's other migrations
-- did, and fails at its end, or it would be remembered itself.

-- +goose NO TRANSACTION
-- +goose Up
` + sql + "SELECT 1 / 0;\n")
	if err == nil {
		err = await(ctx, m.site.limit, m.forgotten)
	}
	if err != nil {
		return fmt.Errorf("the database still knows the benchmark's migrations; this helps:\n%s%w", sql, err)
	}
	return nil
}

func (m *migrations) forgotten(ctx context.Context) error {
	_, err := m.client.Me(ctx)
	var refused *api.Error
	switch {
	case err == nil:
		return errStale
	case errors.As(err, &refused) && (refused.Code == api.CodeUnauthenticated || refused.Code == api.CodeNotFound):
		return nil
	default:
		return err
	}
}

func (m *migrations) remove() error {
	var all []error
	for _, path := range m.saved {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = append(all, err)
		}
	}
	m.saved = nil
	return errors.Join(all...)
}
