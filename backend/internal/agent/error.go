package agent

import (
	"context"
	"errors"
	"time"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/todo"
)

// explain turns whatever stopped a turn into an error that a person may read.
// The turn is kept: sent again under its key, it goes on from where it stopped.
func (a *Agent) explain(ctx context.Context, err error) error {
	var model *llm.Error
	switch {
	case errors.Is(err, todo.ErrBusy):
		return stopped("Your message before this one is still being answered. Please try again in a moment.", time.Second, err)
	case errors.Is(err, todo.ErrLeaseLost), errors.Is(context.Cause(ctx), todo.ErrLeaseLost):
		return stopped("Answering was interrupted. Please try again; nothing is done twice.", time.Second, err)
	case errors.As(err, &model) && model.Kind == llm.KindRejected:
		return stopped("The language model refuses to work with the settings it has. Whoever runs this service has to look at them.", 0, err)
	case errors.As(err, &model) && model.Kind == llm.KindInvalid:
		return stopped("The language model gave an answer that makes no sense. Please try again, or say it another way; nothing is done twice.", 0, err)
	case errors.As(err, &model):
		return stopped("The language model does not answer just now. Please try again; nothing is done twice.", model.RetryAfter, err)
	case a.life.Err() != nil:
		return stopped("The service is restarting. Please try again; nothing is done twice.", time.Second, err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return stopped("This took too long. Please try again; nothing is done twice.", time.Second, err)
	default:
		return err
	}
}

func stopped(message string, retryAfter time.Duration, err error) error {
	return &todo.Error{Code: todo.CodeUnavailable, Message: message, RetryAfter: retryAfter, Err: err}
}
