package auth

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"

	"todo-chatbot/backend/internal/todo"
)

func newTokens(t *testing.T) *Tokens {
	t.Helper()
	tokens, err := NewTokens([]byte(strings.Repeat("s", MinSecret)), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func TestTokens_RoundTrip(t *testing.T) {
	t.Parallel()
	tokens := newTokens(t)
	user := User{ID: uuid.NewString(), Email: "ada@example.com", Name: "Ada", TimeZone: "Asia/Karachi"}
	token, expires, err := tokens.Issue(user)
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(expires); left < 59*time.Minute || left > time.Hour {
		t.Errorf("expires in %v", left)
	}
	if got, until, err := tokens.Verify(token); err != nil || got != user || !until.Equal(expires) {
		t.Errorf("got %+v, %v", got, err)
	}
	tokens.now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if _, _, err := tokens.Verify(token); !todo.HasCode(err, todo.CodeUnauthenticated) || !strings.Contains(todo.Public(err).Message, "expired") {
		t.Errorf("got %v", err)
	}
}

func TestNewTokens_ShortSecret(t *testing.T) {
	t.Parallel()
	if _, err := NewTokens(make([]byte, MinSecret-1), time.Hour); err == nil {
		t.Error("a short secret was taken")
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	p := newPasswords()
	hash, err := p.hash(t.Context(), "correct horse")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("got %q, %v", hash, err)
	}
	for password, want := range map[string]bool{"correct horse": true, "wrong horse": false, "": false} {
		if got, err := p.matches(t.Context(), password, hash); err != nil || got != want {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	again, err := p.hash(t.Context(), "correct horse")
	if err != nil || again == hash {
		t.Error("the same salt was used twice")
	}
}

// TestDecoy_TakesAsLongAsAPassword keeps the decoy's cost that of a real hash.
func TestDecoy_TakesAsLongAsAPassword(t *testing.T) {
	t.Parallel()
	params, _, _, err := argon2id.DecodeHash(decoy)
	if err != nil || *params != *hashing {
		t.Errorf("the decoy has %+v, passwords have %+v, %v", params, hashing, err)
	}
}

func TestPasswords_WaitForTheirTurn(t *testing.T) {
	t.Parallel()
	p := newPasswords()
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.hash(ctx, "correct horse"); err == nil {
		t.Error("it did not wait")
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		c     Credentials
		field string
	}{
		"good":                 {Credentials{Email: "ada@example.com", Password: "correct horse"}, ""},
		"an email with a name": {Credentials{Email: "Ada <ada@example.com>", Password: "correct horse"}, "email"},
		"no domain":            {Credentials{Email: "ada", Password: "correct horse"}, "email"},
		"two lines":            {Credentials{Email: "ada@example.com\nbcc: eve@example.com", Password: "correct horse"}, "email"},
		"a short password":     {Credentials{Email: "ada@example.com", Password: "1234567"}, "password"},
		"a long password":      {Credentials{Email: "ada@example.com", Password: strings.Repeat("x", 129)}, "password"},
		"the server's zone":    {Credentials{Email: "ada@example.com", Password: "correct horse", TimeZone: "Local"}, "time_zone"},
		"a zone as a path":     {Credentials{Email: "ada@example.com", Password: "correct horse", TimeZone: "../etc/passwd"}, "time_zone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.c.normalize()
			err := test.c.validate()
			if test.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if fields := todo.Public(err).Fields; len(fields) != 1 || fields[0].Field != test.field {
				t.Errorf("got %+v", fields)
			}
		})
	}
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	ctx := WithUser(t.Context(), User{ID: "me"})
	if _, err := Authorize(ctx, "me"); err != nil {
		t.Error(err)
	}
	if _, err := Authorize(ctx, "you"); !todo.HasCode(err, todo.CodeForbidden) {
		t.Errorf("got %v", err)
	}
	if _, err := Authorize(t.Context(), "me"); !todo.HasCode(err, todo.CodeUnauthenticated) {
		t.Errorf("got %v", err)
	}
}
