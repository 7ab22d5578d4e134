package app_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/internal/config"
)

var errEnough = errors.New("enough")

// watch returns the next n changes that a user hears of, and calls act when the
// stream is open.
func watch(t *testing.T, p person, lastEventID string, n int, act func()) []api.Change {
	t.Helper()
	changes := make(chan api.Change, 100)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- p.Watch(ctx, p.id, lastEventID, func(c api.Change) error { changes <- c; return nil })
	}()
	if lastEventID == "" {
		// The stream says that it is open by its first change: the same change is
		// made until it is heard.
		eventually(t, "the stream is open", func() bool {
			if _, err := p.UpdateTask(t.Context(), p.id, 1, api.TaskPatch{Title: api.Some("Knock")}); err != nil {
				t.Fatal(err)
			}
			return len(changes) > 0
		})
	}
	act()
	var heard []api.Change
	for len(heard) < n {
		select {
		case c := <-changes:
			if c.Subject != api.EventTask || c.ID != 1 { // the knocking
				heard = append(heard, c)
			}
		case err := <-ended:
			t.Fatal(err)
		}
	}
	return heard
}

// TestWatch_HearsOfOtherReplicas listens at one replica while another changes
// things; with a pooler's URL in the way, where nothing is heard, it polls.
func TestWatch_HearsOfOtherReplicas(t *testing.T) {
	t.Parallel()
	for name, direct := range map[string]string{"listening": "", "polling": "postgres://nobody@127.0.0.1:1/none"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig(pgtest.URL(t))
			cfg.DatabaseDirectURL = config.URL(direct)
			one, stop := start(t, cfg)
			two, _ := start(t, cfg)
			p := signUp(t, one, &http.Client{})
			withTasks(t, p, "Milk")
			other := person{api.NewClient(two, nil).WithToken(p.token), p.id, p.token}
			heard := watch(t, p, "", 4, func() {
				withTasks(t, other, "Eggs")
				if err := other.DeleteTask(t.Context(), p.id, 2); err != nil {
					t.Error(err)
				}
				if _, err := other.Chat(t.Context(), p.id, "", api.ChatRequest{Message: "What's pending?"}); err != nil {
					t.Error(err)
				}
			})
			for i, want := range []api.Change{
				{Subject: api.EventTask, ChangeEvent: api.ChangeEvent{ID: 2, Action: api.ActionCreated}},
				{Subject: api.EventTask, ChangeEvent: api.ChangeEvent{ID: 2, Action: api.ActionDeleted}},
				{Subject: api.EventConversation, ChangeEvent: api.ChangeEvent{ID: 1, Action: api.ActionCreated}},
				{Subject: api.EventConversation, ChangeEvent: api.ChangeEvent{ID: 1, Action: api.ActionUpdated}},
			} {
				if got := heard[i]; got.Subject != want.Subject || got.ChangeEvent != want.ChangeEvent {
					t.Errorf("heard %+v, want %+v", got, want)
				}
			}
			// Coming back, to the other replica: nothing was missed.
			again := watch(t, other, heard[0].EventID, 3, func() {})
			if again[0] != heard[1] || again[2] != heard[3] {
				t.Errorf("told %+v, want %+v", again, heard[1:])
			}
			// A server that stops does not wait for those who listen.
			ended := make(chan error, 1)
			go func() { ended <- p.Watch(t.Context(), p.id, heard[3].EventID, func(api.Change) error { return nil }) }()
			stop()
			if err := <-ended; codeOf(err) != api.CodeUnavailable {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWatch_AwayTooLong(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	withTasks(t, p, "Milk")
	var first api.Change
	err := p.Watch(t.Context(), p.id, "999999", func(c api.Change) error {
		first = c
		return errEnough
	})
	if !errors.Is(err, errEnough) || first.Subject != api.EventReset {
		t.Errorf("heard %+v, %v", first, err)
	}
	if err := p.Watch(t.Context(), p.id, "x", nil); codeOf(err) != api.CodeMalformed {
		t.Errorf("got %v", err)
	}
	session, err := api.NewClient(url, nil).SignUp(t.Context(), api.SignUpRequest{Email: "eve@example.com", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	if err := api.NewClient(url, nil).WithToken(session.Token).Watch(t.Context(), p.id, "", nil); codeOf(err) != api.CodeForbidden {
		t.Errorf("got %v", err)
	}
}
