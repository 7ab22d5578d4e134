package chat

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/pages/tasks"
)

const (
	// maxMessage is the longest message, in characters.
	maxMessage = 10_000
	// newPath is the page of a conversation that has not begun.
	newPath = "/c/new"
)

// Page is the main page.
type Page struct {
	User          string
	Conversations Conversations
	Messages      []Message
	Earlier       string // the page with the messages before these, or ""
	Later         bool   // there are messages after these
	Composer      Composer
	Tasks         tasks.Panel
}

// Conversations is the list to go back to.
type Conversations struct {
	Links []Link
	Older string // the page with those before these, or ""
}

// Link leads to a conversation.
type Link struct {
	ID      int64
	Title   string
	Current bool
}

// Message is one message of the history.
type Message struct {
	FromUser   bool
	Text       string
	Tools      []Tool
	Unanswered bool   // the user's, and nothing came back
	Key        string // under which it can be sent again, if that is known
}

// Composer is the form in which the user writes.
type Composer struct {
	ConversationID int64  // 0: a new conversation
	Key            string // under which the turn happens once
	Message        string
	Error          string
}

// Turn is a message on its way: sent, and being answered.
type Turn struct {
	Key            string
	ConversationID int64 // as it was sent
	Message        string
}

// suggestions are for those who do not know what to say first.
var suggestions = []string{
	"Add buy milk tomorrow",
	"What's pending?",
	"Remind me to call mum on Friday at 6pm",
	"What can you do?",
}

func newKey() string { return uuid.NewString() }

// keyOf is a key that a form sent, or a new one when it is no key of ours.
func keyOf(text string) string {
	id, err := uuid.Parse(text)
	if err != nil {
		return newKey()
	}
	return id.String()
}

func conversationPath(id int64) string {
	if id == 0 {
		return newPath
	}
	return "/c/" + strconv.FormatInt(id, 10)
}

// conversationID is what a form or a path says; 0 for a new conversation.
func conversationID(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return max(id, 0)
}

func idText(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func newConversations(page api.ConversationPage, current int64) Conversations {
	var c Conversations
	for _, conversation := range page.Conversations {
		title := conversation.Title
		if title == "" {
			title = "Untitled"
		}
		c.Links = append(c.Links, Link{ID: conversation.ID, Title: title, Current: conversation.ID == current})
	}
	if page.NextCursor != "" {
		c.Older = conversationPath(current) + "?" + url.Values{"conversations": {page.NextCursor}}.Encode()
	}
	return c
}

// newMessages puts a page of the history, which has the newest first, in the
// order of reading.
func newMessages(page api.MessagePage) []Message {
	messages := make([]Message, 0, len(page.Messages))
	for _, m := range slices.Backward(page.Messages) {
		message := Message{FromUser: m.Role == api.RoleUser, Text: m.Content}
		for i, call := range m.ToolCalls {
			message.Tools = append(message.Tools, newTool("m"+idText(m.ID)+"-"+strconv.Itoa(i), finished(call)))
		}
		messages = append(messages, message)
	}
	return messages
}

// finished is a call of the past, which is not running whatever it answered.
func finished(call api.ToolCall) api.ToolCall {
	if call.Result == nil {
		call.Result = []byte("null")
	}
	return call
}

func earlier(conversation int64, cursor string) string {
	if cursor == "" {
		return ""
	}
	return conversationPath(conversation) + "?" + url.Values{"messages": {cursor}}.Encode()
}

// turn is an unanswered message as the turn that it was.
func (m Message) turn(conversation int64) Turn {
	return Turn{Key: m.Key, ConversationID: conversation, Message: m.Text}
}

func (t Turn) elementID() string { return "turn-" + t.Key }
func (t Turn) replyID() string   { return "reply-" + t.Key }
func (t Turn) toolsID() string   { return "tools-" + t.Key }
func (t Turn) textID() string    { return "text-" + t.Key }
func (t Turn) retryID() string   { return "retry-" + t.Key }

func (t Turn) toolID(n int) string { return "tool-" + t.Key + "-" + strconv.Itoa(n) }

func (t Turn) request() api.ChatRequest {
	in := api.ChatRequest{Message: t.Message}
	if t.ConversationID != 0 {
		in.ConversationID = &t.ConversationID
	}
	return in
}
