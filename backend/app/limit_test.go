package app_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/postgres/pgtest"
)

// tooMany tells whether err is a 429 that says when to come back.
func tooMany(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Code == api.CodeRateLimited && e.RetryAfter >= time.Second && e.RetryAfter <= 15*time.Minute
}

// TestLimits_OfWrongPasswords guesses passwords at two replicas in turn.
func TestLimits_OfWrongPasswords(t *testing.T) {
	t.Parallel()
	cfg := testConfig(pgtest.URL(t))
	cfg.SignInLimitEmail, cfg.SignInLimitAddress = 3, 5
	one, _ := start(t, cfg)
	two, _ := start(t, cfg)
	client := api.NewClient(roundRobin(t, one, two), &http.Client{})
	signUp(t, one, nil)
	try := func(email, password string) error {
		_, err := client.SignIn(t.Context(), api.SignInRequest{Email: email, Password: password})
		return err
	}
	for range 7 { // the right one does not count
		if err := try("ada@example.com", "correct horse"); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if err := try("ada@example.com", "wrong horse"); codeOf(err) != api.CodeUnauthenticated {
			t.Fatal(err)
		}
	}
	if err := try("Ada@example.com", "correct horse"); !tooMany(err) {
		t.Errorf("one account: %v", err)
	}
	if err := try("eve@example.com", "wrong horse"); codeOf(err) != api.CodeUnauthenticated {
		t.Errorf("another account: %v", err)
	}
	if err := try("bob@example.com", "wrong horse"); !tooMany(err) {
		t.Errorf("one address: %v", err)
	}
}

func TestLimits_OfOneUser(t *testing.T) {
	t.Parallel()
	cfg := testConfig(pgtest.URL(t))
	cfg.RequestLimit, cfg.TurnLimit = 60, 2
	one, _ := start(t, cfg)
	two, _ := start(t, cfg)
	p := signUp(t, roundRobin(t, one, two), &http.Client{})
	ctx := t.Context()
	for range 2 {
		if _, err := p.Chat(ctx, p.id, "", api.ChatRequest{Message: "What's pending?"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Chat(ctx, p.id, "", api.ChatRequest{Message: "What's pending?"}); !tooMany(err) {
		t.Errorf("turns: %v", err)
	}
	answered := 3
	var err error
	for ; err == nil && answered < 100; answered++ {
		_, err = p.ListTasks(ctx, p.id, api.TaskQuery{})
	}
	// A replica can have taken a few that the other one is asked for, and each
	// second brings another.
	if !tooMany(err) || answered < 55 || answered > 66 {
		t.Errorf("%d requests were answered, then %v", answered, err)
	}
	session, err := p.SignUp(ctx, api.SignUpRequest{Email: "bob@example.com", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.WithToken(session.Token).Me(ctx); err != nil {
		t.Errorf("another user: %v", err)
	}
}
