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
