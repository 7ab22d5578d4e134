package todo

import (
	"context"
	"encoding/json"
	"time"
)

// MaxMessage is the longest message of a user, in characters.
const MaxMessage = 10_000

// The lengths of a conversation's title, in characters: what its owner may
// give it, and how much of the first message names it before.
const (
	MaxConversationTitle = 200
	firstTitle           = 80
)

// Conversation is one thread of chat. ID counts from 1 for each user.
type Conversation struct {
	ID        int64
	Title     string
	CreatedAt time.Time
	UpdatedAt time.Time // the last turn
}

// Role tells who wrote a message.
type Role string

// The two roles in a conversation.
const (
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
)

// Message is one message of a conversation. ToolCalls are those of the turn
// that an assistant's message ends.
type Message struct {
	ID        int64
	TurnID    int64
	Role      Role
	Content   string
	ToolCalls []ToolCall
	CreatedAt time.Time
}

// ToolCall is one use of a tool. Result is nil until it ran.
type ToolCall struct {
	ID        string
	Name      string
	Arguments json.RawMessage // JSON, an object unless the model wrote nonsense
	Result    json.RawMessage // JSON
	IsError   bool
}

// ConversationPage asks for conversations that were last used before a moment,
// the latest first; the zero value asks for the first page.
type ConversationPage struct {
	Before   time.Time
	BeforeID int64
	Limit    int
}

// MessagePage asks for messages older than a message, the newest first; the
// zero value asks for the first page.
type MessagePage struct {
	Before int64
	Limit  int
}

// ConversationStore keeps conversations. Every method is about those of one
// user and returns CodeNotFound for an id that this user does not have.
type ConversationStore interface {
	// ListConversations and ListMessages return at most Limit+1 items, the
	// last of which only tells that there are more.
	ListConversations(ctx context.Context, userID string, page ConversationPage) ([]Conversation, error)
	ListMessages(ctx context.Context, userID string, conversationID int64, page MessagePage) ([]Message, error)
	RenameConversation(ctx context.Context, userID string, id int64, title string) (Conversation, error)
	// DeleteConversation removes a conversation with everything said in it. A
	// turn that runs in it loses its lease.
	DeleteConversation(ctx context.Context, userID string, id int64) error
	// CancelTurn tells whoever works at a turn of the conversation, now or
	// later, to stop. Without such a turn it does nothing.
	CancelTurn(ctx context.Context, userID string, id int64) error
}

// Conversations is what can be done with what was said.
type Conversations struct{ store ConversationStore }

// NewConversations makes Conversations on a store.
func NewConversations(store ConversationStore) *Conversations { return &Conversations{store} }

// List reads one page of conversations, and tells whether there are more.
func (c *Conversations) List(ctx context.Context, userID string, p ConversationPage) ([]Conversation, bool, error) {
	var v Invalid
	checkLimit(&v, &p.Limit)
	if err := v.Err(); err != nil {
		return nil, false, err
	}
	found, err := c.store.ListConversations(ctx, userID, p)
	if err != nil {
		return nil, false, err
	}
	found, more := page(found, p.Limit)
	return found, more, nil
}

// Messages reads one page of a conversation's messages, and tells whether
// there are more. CodeNotFound: the user has no such conversation.
func (c *Conversations) Messages(ctx context.Context, userID string, id int64, p MessagePage) ([]Message, bool, error) {
	var v Invalid
	checkLimit(&v, &p.Limit)
	if err := v.Err(); err != nil {
		return nil, false, err
	}
	found, err := c.store.ListMessages(ctx, userID, id, p)
	if err != nil {
		return nil, false, err
	}
	found, more := page(found, p.Limit)
	return found, more, nil
}

// Rename gives a conversation another title. CodeNotFound: the user has no
// such conversation. CodeInvalid: the title breaks a rule.
func (c *Conversations) Rename(ctx context.Context, userID string, id int64, title string) (Conversation, error) {
	title = oneLine(title)
	var v Invalid
	checkText(&v, "title", title, 1, MaxConversationTitle)
	if err := v.Err(); err != nil {
		return Conversation{}, err
	}
	return c.store.RenameConversation(ctx, userID, id, title)
}

// Delete removes a conversation; the tasks that it made stay. CodeNotFound: the
// user has no such conversation.
func (c *Conversations) Delete(ctx context.Context, userID string, id int64) error {
	return c.store.DeleteConversation(ctx, userID, id)
}

// Cancel stops the turn that runs in a conversation, if one does. What it did
// until then stays done, and its reply says that it was stopped. CodeNotFound:
// the user has no such conversation.
func (c *Conversations) Cancel(ctx context.Context, userID string, id int64) error {
	return c.store.CancelTurn(ctx, userID, id)
}

// conversationTitle names a conversation by the message that opened it.
func conversationTitle(message string) string {
	title := []rune(oneLine(message))
	if len(title) <= firstTitle {
		return string(title)
	}
	return string(title[:firstTitle-1]) + "…"
}
