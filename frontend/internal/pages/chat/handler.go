// Package chat is the main page: the conversation, the ones before it, and the
// task list beside them.
package chat

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/nav"
	"todo-chatbot/frontend/internal/pages/tasks"
	"todo-chatbot/frontend/internal/session"
	"todo-chatbot/frontend/internal/ui"
)

const (
	messagePage      = 50
	conversationPage = 50
)

// Backend keeps the conversations and takes their turns.
type Backend interface {
	Conversations(ctx context.Context, who backend.Caller, p api.Page) (api.ConversationPage, error)
	Messages(ctx context.Context, who backend.Caller, conversationID int64, p api.Page) (api.MessagePage, error)
	Tasks(ctx context.Context, who backend.Caller, status api.TaskStatus) (backend.TaskList, error)
	Chat(ctx context.Context, who backend.Caller, key string, in api.ChatRequest) (api.ChatResponse, error)
	ChatStream(ctx context.Context, who backend.Caller, key string, in api.ChatRequest, handle func(api.Event) error) error
}

// Handler serves the page and takes the turns.
type Handler struct {
	Backend Backend
	Log     *slog.Logger
	Secure  bool // cookies travel over HTTPS only
}

// Home is GET /: the conversation used last, or a new one.
func (h Handler) Home(w http.ResponseWriter, r *http.Request) error {
	latest, err := h.Backend.Conversations(r.Context(), caller(r), api.Page{Limit: 1})
	if err != nil {
		return err
	}
	composer := Composer{Key: newKey()}
	if len(latest.Conversations) > 0 {
		composer.ConversationID = latest.Conversations[0].ID
	}
	return h.render(w, r, http.StatusOK, composer)
}

// Show is GET /c/{id}, and GET /c/new for a conversation that has not begun.
func (h Handler) Show(w http.ResponseWriter, r *http.Request) error {
	composer := Composer{Key: newKey(), ConversationID: conversationID(r.PathValue("id"))}
	if composer.ConversationID == 0 && r.URL.Path != newPath {
		return &api.Error{Code: api.CodeNotFound}
	}
	return h.render(w, r, http.StatusOK, composer)
}

// Post is POST /chat. A browser that can follow gets the reply as it comes;
// others wait for it and get the page.
func (h Handler) Post(w http.ResponseWriter, r *http.Request) error {
	turn := turnOf(r)
	if mistake := check(turn.Message); mistake != "" {
		return h.refuse(w, r, turn, http.StatusUnprocessableEntity, mistake)
	}
	h.remember(w, turn)
	if nav.AcceptsStream(r) {
		h.stream(w, r, turn)
		return nil
	}
	done, err := h.Backend.Chat(r.Context(), caller(r), turn.Key, turn.request())
	if err == nil {
		nav.Redirect(w, r, conversationPath(done.ConversationID))
		return nil
	}
	e := backend.Explain(err)
	if e.Code == api.CodeUnauthenticated || r.Context().Err() != nil {
		return err
	}
	h.note(r.Context(), e)
	return h.refuse(w, r, turn, e.Code.Status(), failureText(e))
}

// refuse says why a message was not taken and keeps what was typed, with the
// key, so that sending it again cannot do it twice.
func (h Handler) refuse(w http.ResponseWriter, r *http.Request, turn Turn, status int, why string) error {
	if nav.FromHTMX(r) {
		return ui.Render(w, r, status, ui.FormError(why))
	}
	return h.render(w, r, status, Composer{
		ConversationID: turn.ConversationID, Key: turn.Key, Message: turn.Message, Error: why,
	})
}

func turnOf(r *http.Request) Turn {
	return Turn{
		Key:            keyOf(r.PostForm.Get("key")),
		ConversationID: conversationID(r.PostForm.Get("conversation_id")),
		Message:        messageOf(r.PostForm["message"]),
	}
}

// messageOf is the last of the messages that says something: a suggestion is
// sent by a button, beside the empty text of the composer.
func messageOf(values []string) string {
	message := ""
	for _, v := range values {
		if v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")); v != "" {
			message = v
		}
	}
	return message
}

func check(message string) string {
	switch n := utf8.RuneCountInString(message); {
	case n == 0:
		return "Write something first."
	case n > maxMessage:
		return fmt.Sprintf("A message can have 10,000 characters; this one has %d.", n)
	default:
		return ""
	}
}

func (h Handler) render(w http.ResponseWriter, r *http.Request, status int, composer Composer) error {
	page, err := h.load(r, composer)
	if err != nil {
		return err
	}
	return ui.Render(w, r, status, View(page))
}

// load asks the backend for the parts of the page, all at once.
func (h Handler) load(r *http.Request, composer Composer) (Page, error) {
	who, id := caller(r), composer.ConversationID
	page := Page{User: session.From(r.Context()).Label(), Composer: composer}
	group, ctx := errgroup.WithContext(r.Context())
	group.Go(func() (err error) {
		page.Tasks, err = h.panel(ctx, who, tasks.Status(r.Form.Get("status")), conversationPath(id))
		return err
	})
	group.Go(func() (err error) {
		page.Conversations, err = h.conversations(ctx, who, id, r.URL.Query().Get("conversations"))
		return err
	})
	if id != 0 {
		cursor := r.URL.Query().Get("messages")
		page.Later = cursor != ""
		group.Go(func() error {
			history, err := h.Backend.Messages(ctx, who, id, api.Page{Limit: messagePage, Cursor: cursor})
			page.history(history, sentBefore(r, composer))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Page{}, fmt.Errorf("load the page: %w", err)
	}
	return page, nil
}

// sentBefore is the turn that was sent last, which is the one that a form was
// refused for, if it was.
func sentBefore(r *http.Request, c Composer) sent {
	if c.Message != "" {
		return newSent(Turn{Key: c.Key, ConversationID: c.ConversationID, Message: c.Message})
	}
	return lastSent(r)
}

func (h Handler) panel(ctx context.Context, who backend.Caller, status api.TaskStatus, path string) (tasks.Panel, error) {
	list, err := h.Backend.Tasks(ctx, who, status)
	return tasks.NewPanel(list, status, path, time.Now().In(session.From(ctx).Zone)), err
}

func (h Handler) conversations(ctx context.Context, who backend.Caller, current int64, cursor string) (Conversations, error) {
	page, err := h.Backend.Conversations(ctx, who, api.Page{Limit: conversationPage, Cursor: cursor})
	return newConversations(page, current), err
}

func caller(r *http.Request) backend.Caller { return session.From(r.Context()).Caller }

// failureText is what a user reads of an error in the chat.
func failureText(e *api.Error) string {
	switch {
	case e.Code == api.CodeInternal:
		return "Something went wrong on our side."
	case e.Field("message") != "":
		return e.Field("message")
	default:
		return e.Message
	}
}

func (h Handler) note(ctx context.Context, e *api.Error) {
	if e.Code == api.CodeInternal || e.Code == api.CodeUnavailable {
		h.Log.WarnContext(ctx, "turn failed", "error", e)
	}
}
