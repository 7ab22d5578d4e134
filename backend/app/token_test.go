package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/postgres/pgtest"
)

func TestAccessTokens(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	ctx := t.Context()
	made, err := p.CreateAccessToken(ctx, api.AccessTokenInput{Name: " Claude \n Desktop "})
	if err != nil || made.Name != "Claude Desktop" || !strings.HasPrefix(made.Token, "todo_pat_") || len(made.Token) < 52 || made.LastUsedAt != nil {
		t.Fatalf("got %+v, %v", made, err)
	}
	program := api.NewClient(url, nil).WithToken(made.Token)
	if _, err := program.CreateTask(ctx, p.id, api.TaskInput{Title: "Milk"}); err != nil {
		t.Error(err)
	}
	if me, err := program.Me(ctx); err != nil || me.ID != p.id || me.TimeZone != "Europe/Berlin" {
		t.Errorf("got %+v, %v", me, err)
	}
	if answer, err := program.Chat(ctx, p.id, "", api.ChatRequest{Message: "What's pending?"}); err != nil || !strings.Contains(answer.Response, "Milk") {
		t.Errorf("got %+v, %v", answer, err)
	}
	list, err := p.AccessTokens(ctx)
	if err != nil || len(list.Tokens) != 1 || list.Tokens[0].LastUsedAt == nil || time.Since(*list.Tokens[0].LastUsedAt) > time.Minute {
		t.Errorf("got %+v, %v", list, err)
	}
	// A token that leaked must not be able to make itself at home.
	_, create := program.CreateAccessToken(ctx, api.AccessTokenInput{Name: "Another"})
	for name, err := range map[string]error{
		"create": create, "revoke": program.DeleteAccessToken(ctx, made.ID), "sign out": program.SignOut(ctx), "delete the account": program.DeleteMe(ctx),
	} {
		if codeOf(err) != api.CodeForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := p.DeleteAccessToken(ctx, made.ID); err != nil {
		t.Error(err)
	}
	if _, err := program.Me(ctx); codeOf(err) != api.CodeUnauthenticated {
		t.Errorf("after it was revoked: %v", err)
	}
	for _, id := range []string{made.ID, "x", "../auth/me"} {
		if err := p.DeleteAccessToken(ctx, id); codeOf(err) != api.CodeNotFound {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestAccessTokens_OfAnotherUser(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	ctx := t.Context()
	made, err := p.CreateAccessToken(ctx, api.AccessTokenInput{Name: "Mine"})
	if err != nil {
		t.Fatal(err)
	}
	session, err := api.NewClient(url, nil).SignUp(ctx, api.SignUpRequest{Email: "eve@example.com", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	eve := api.NewClient(url, nil).WithToken(session.Token)
	if err := eve.DeleteAccessToken(ctx, made.ID); codeOf(err) != api.CodeNotFound {
		t.Errorf("got %v", err)
	}
	if list, err := eve.AccessTokens(ctx); err != nil || len(list.Tokens) != 0 {
		t.Errorf("got %+v, %v", list, err)
	}
	if _, err := api.NewClient(url, nil).WithToken(made.Token).ListTasks(ctx, session.User.ID, api.TaskQuery{}); codeOf(err) != api.CodeForbidden {
		t.Errorf("got %v", err)
	}
}

func TestAccessTokens_Limits(t *testing.T) {
	t.Parallel()
	p, _ := newPerson(t)
	for _, name := range []string{"", strings.Repeat("n", 101), "a\x00"} {
		if _, err := p.CreateAccessToken(t.Context(), api.AccessTokenInput{Name: name}); codeOf(err) != api.CodeInvalid {
			t.Errorf("%q: %v", name, err)
		}
	}
	for i := range 50 {
		if _, err := p.CreateAccessToken(t.Context(), api.AccessTokenInput{Name: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.CreateAccessToken(t.Context(), api.AccessTokenInput{Name: "one more"}); codeOf(err) != api.CodeConflict {
		t.Errorf("got %v", err)
	}
}

// TestSignOut ends one of two sessions, on one of two replicas.
func TestSignOut(t *testing.T) {
	t.Parallel()
	database := pgtest.URL(t)
	one, _ := start(t, testConfig(database))
	two, _ := start(t, testConfig(database))
	p := signUp(t, one, nil)
	ctx := t.Context()
	session, err := p.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.SignOut(ctx); err != nil {
		t.Fatal(err)
	}
	// The same token with another last character of its signature, some of whose
	// bits do not count.
	last := p.token[len(p.token)-1]
	for _, other := range []byte{last, last + 1, last - 1} {
		token := p.token[:len(p.token)-1] + string(other)
		if _, err := api.NewClient(two, nil).WithToken(token).Me(ctx); codeOf(err) != api.CodeUnauthenticated {
			t.Errorf("the ended session goes on: %v", err)
		}
	}
	if err := p.SignOut(ctx); codeOf(err) != api.CodeUnauthenticated {
		t.Errorf("twice: %v", err)
	}
	if _, err := api.NewClient(two, nil).WithToken(session.Token).Me(ctx); err != nil {
		t.Errorf("the other session: %v", err)
	}
}
