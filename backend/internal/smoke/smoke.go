// Package smoke uses a running product once, the way its users do: it signs
// up, chats, reads the task back and looks at the pages. `helm test` and
// `skaffold verify` run it inside the cluster.
package smoke

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"todo-chatbot/backend/api"
)

// timeout bounds everything, waiting for the backend included.
const timeout = time.Minute

// title is the task that the smoke test adds.
const title = "Check the deployment"

// Run tests the backend at backendURL and, if pagesURL is not empty, the
// frontend there, and writes a line to out for each step that works. The error
// names the step that does not. The account that it makes stays.
func Run(ctx context.Context, out io.Writer, backendURL, pagesURL string) error {
	if backendURL == "" {
		return errors.New("SMOKE_URL must be the backend's URL, such as http://localhost:8000")
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	t := &test{client: api.NewClient(backendURL, nil), pagesURL: pagesURL}
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"the backend is ready", t.ready},
		{"signing up", t.signUp},
		{"adding a task in the chat", t.chat},
		{"reading the task back", t.readBack},
		{"the pages", t.pages},
	} {
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		if _, err := fmt.Fprintln(out, "ok:", step.name); err != nil {
			return fmt.Errorf("write the result: %w", err)
		}
	}
	return nil
}

type test struct {
	client   *api.Client
	pagesURL string
	userID   string
}

// ready waits, because a Service can refuse connections for a moment after a
// rollout.
func (t *test) ready(ctx context.Context) error {
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for {
		err := t.client.Ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (t *test) signUp(ctx context.Context) error {
	session, err := t.client.SignUp(ctx, api.SignUpRequest{
		Email: "smoke-" + uuid.NewString() + "@example.com", Password: uuid.NewString(), Name: "Smoke test",
	})
	if err != nil {
		return err
	}
	t.client, t.userID = t.client.WithToken(session.Token), session.User.ID
	return nil
}

func (t *test) chat(ctx context.Context) error {
	answer, err := t.client.Chat(ctx, t.userID, uuid.NewString(), api.ChatRequest{Message: "Add a task to " + strings.ToLower(title)})
	if err != nil {
		return err
	}
	if len(answer.ToolCalls) == 0 {
		return fmt.Errorf("no tool was used; the answer was %q", answer.Response)
	}
	return nil
}

func (t *test) readBack(ctx context.Context) error {
	page, err := t.client.ListTasks(ctx, t.userID, api.TaskQuery{})
	if err != nil {
		return err
	}
	// A language model may put it in words of its own, but not twice.
	if len(page.Tasks) != 1 {
		return fmt.Errorf("the list has %d tasks, not 1", len(page.Tasks))
	}
	return nil
}

func (t *test) pages(ctx context.Context) error {
	if t.pagesURL == "" {
		return nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.pagesURL+"/signin", nil)
	if err != nil {
		return fmt.Errorf("SMOKE_PAGES_URL: %w", err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("open the sign-in page: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the sign-in page answers %s", resp.Status)
	}
	return nil
}
