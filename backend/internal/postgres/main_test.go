package postgres_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/postgres"
	"todo-chatbot/backend/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// newUser is the id of a new account.
func newUser(t *testing.T, db *postgres.DB) string {
	t.Helper()
	id := uuid.NewString()
	user := auth.User{ID: id, Email: id + "@example.com", Name: "Ada", TimeZone: "Europe/Berlin"}
	if err := db.CreateUser(context.Background(), user, "hash"); err != nil {
		t.Fatal(err)
	}
	return id
}
