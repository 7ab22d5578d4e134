// Command demo fills an account with a plausible list and some conversations,
// through the API, so that there is something to look at.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"todo-chatbot/backend/api"
)

const (
	email    = "demo@example.com"
	password = "demo password"
)

func main() {
	url := flag.String("api", "http://localhost:8000", "the backend")
	pages := flag.String("pages", "http://localhost:3000", "the frontend, to say where to look")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := fill(ctx, api.NewClient(*url, nil))
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "demo: %v\nIs the product running at %s? `make run` starts it; -api names another.\n", err, *url)
		os.Exit(1)
	}
	fmt.Printf("\n  Open     %s/signin\n  Email    %s\n  Password %s\n\n", *pages, email, password)
}

// fill leaves an account alone that has tasks: they may be somebody's by now.
func fill(ctx context.Context, client *api.Client) error {
	session, err := client.SignUp(ctx, api.SignUpRequest{Email: email, Password: password, Name: "Demo"})
	var known *api.Error
	if errors.As(err, &known) && known.Code == api.CodeConflict {
		session, err = client.SignIn(ctx, api.SignInRequest{Email: email, Password: password})
	}
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	client = client.WithToken(session.Token)
	page, err := client.ListTasks(ctx, session.User.ID, api.TaskQuery{Limit: 1})
	if err != nil {
		return fmt.Errorf("look at the list: %w", err)
	}
	if len(page.Tasks) > 0 {
		fmt.Println("The account is there already, with its list; nothing was added.")
		return nil
	}
	for _, task := range list(time.Now()) {
		created, err := client.CreateTask(ctx, session.User.ID, task.TaskInput)
		if err == nil && task.done {
			_, err = client.SetTaskCompleted(ctx, session.User.ID, created.ID, true)
		}
		if err != nil {
			return fmt.Errorf("add %q: %w", task.Title, err)
		}
	}
	return talk(ctx, client, session.User.ID)
}

// talk has the conversations, one message after the other.
func talk(ctx context.Context, client *api.Client, userID string) error {
	for _, conversation := range conversations {
		var id *int64
		for _, message := range conversation {
			answer, err := client.Chat(ctx, userID, "", api.ChatRequest{ConversationID: id, Message: message})
			if err != nil {
				return fmt.Errorf("say %q: %w", message, err)
			}
			id = &answer.ConversationID
		}
	}
	return nil
}
