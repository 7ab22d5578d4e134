package postgres

import (
	"context"

	"todo-chatbot/backend/internal/auth"
)

var _ auth.UserStore = (*DB)(nil)

type userRow struct {
	ID           string
	Email        string
	Name         string
	TimeZone     string
	PasswordHash string
}

func (r userRow) user() auth.User {
	return auth.User{ID: r.ID, Email: r.Email, Name: r.Name, TimeZone: r.TimeZone}
}

const selectUser = `SELECT id::text, email, name, time_zone, password_hash FROM users `

// CreateUser implements auth.UserStore.
func (db *DB) CreateUser(ctx context.Context, user auth.User, passwordHash string) error {
	_, err := db.on(ctx).Exec(ctx,
		`INSERT INTO users (id, email, name, time_zone, password_hash) VALUES ($1, $2, $3, $4, $5)`,
		user.ID, user.Email, user.Name, user.TimeZone, passwordHash)
	return translate(err)
}

// FindUserByEmail implements auth.UserStore.
func (db *DB) FindUserByEmail(ctx context.Context, email string) (auth.User, string, error) {
	row, err := queryOne[userRow](ctx, db.on(ctx), selectUser+`WHERE email = $1`, email)
	return row.user(), row.PasswordHash, err
}

// FindUserByID implements auth.UserStore.
func (db *DB) FindUserByID(ctx context.Context, id string) (auth.User, error) {
	row, err := queryOne[userRow](ctx, db.on(ctx), selectUser+`WHERE id = $1`, id)
	return row.user(), err
}

// SetTimeZone implements auth.UserStore.
func (db *DB) SetTimeZone(ctx context.Context, id, timeZone string) error {
	_, err := queryOne[struct{ ID string }](ctx, db.on(ctx),
		`UPDATE users SET time_zone = $2 WHERE id = $1 RETURNING id::text`, id, timeZone)
	return err
}

// DeleteUser implements auth.UserStore. Every table that belongs to users says
// ON DELETE CASCADE, but that of changes, which gets the last ones by that.
func (db *DB) DeleteUser(ctx context.Context, id string) error {
	return db.inTx(ctx, func(ctx context.Context) error {
		if _, err := queryOne[struct{ ID string }](ctx, db.on(ctx), `DELETE FROM users WHERE id = $1 RETURNING id::text`, id); err != nil {
			return err
		}
		_, err := db.on(ctx).Exec(ctx, `DELETE FROM changes WHERE user_id = $1`, id)
		return translate(err)
	})
}
