package api

import "encoding/json"

// Event is one event of a streamed turn. Exactly one field is set, and the
// event's name is the field's JSON name.
type Event struct {
	Conversation *ConversationEvent `json:"conversation,omitempty"`
	Delta        *DeltaEvent        `json:"delta,omitempty"`
	ToolCall     *ToolCallEvent     `json:"tool_call,omitempty"`
	ToolResult   *ToolResultEvent   `json:"tool_result,omitempty"`
	Done         *ChatResponse      `json:"done,omitempty"`
	Error        *Problem           `json:"error,omitempty"`
}

// The names of the events of a streamed turn.
const (
	EventConversation = "conversation"
	EventDelta        = "delta"
	EventToolCall     = "tool_call"
	EventToolResult   = "tool_result"
	EventDone         = "done"
	EventError        = "error"
)

// ConversationEvent comes first: which conversation the turn belongs to.
type ConversationEvent struct {
	ConversationID int64 `json:"conversation_id"`
}

// DeltaEvent is the next piece of the reply's text.
type DeltaEvent struct {
	Text string `json:"text"`
}

// ToolCallEvent says that a tool starts. ID pairs it with its result.
type ToolCallEvent struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

// ToolResultEvent says what a tool answered.
type ToolResultEvent struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Result  json.RawMessage `json:"result"`
	IsError bool            `json:"is_error"`
}

// The names of the events of GET /api/{user_id}/events.
const (
	EventTask = "task"
	// EventConversation: it was made, renamed or deleted, or a turn in it ended.
	EventReset = "reset" // the client was away too long: read everything again
)

// HeaderLastEventID is the id of the last event that a returning client has
// seen.
const HeaderLastEventID = "Last-Event-ID"

// Action is what happened to a task or a conversation.
type Action string

// Every action.
const (
	ActionCreated Action = "created"
	ActionUpdated Action = "updated"
	ActionDeleted Action = "deleted"
)

// ChangeEvent says that something changed, whoever changed it.
type ChangeEvent struct {
	ID     int64  `json:"id"` // the task's or the conversation's
	Action Action `json:"action"`
}

// Change is a ChangeEvent with what it is about: EventTask, EventConversation
// or EventReset. EventID is for coming back.
type Change struct {
	EventID, Subject string
	ChangeEvent
}
