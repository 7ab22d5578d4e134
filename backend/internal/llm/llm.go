// Package llm is what the agent knows of a language model: neutral messages
// and the Provider interface. It imports no vendor's SDK. The sub-packages
// openai and rules implement Provider; llmtest holds the suite that both pass.
package llm

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Role tells who wrote a message.
type Role string

// The roles of a conversation as a model sees it.
const (
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Message is one message of a conversation. An assistant's message can carry
// text, tool calls, or both; a tool's message answers the call ToolCallID with
// Text, which is JSON unless IsError.
type Message struct {
	Role       Role
	Text       string
	ToolCalls  []ToolCall // assistant only
	ToolCallID string     // tool only
	IsError    bool       // tool only
}

// ToolCall is a model's wish to use a tool.
type ToolCall struct {
	ID        string // unique within a turn
	Name      string
	Arguments json.RawMessage // as the model wrote it: may be no valid JSON
}

// Tool describes a tool to a model.
type Tool struct {
	Name        string
	Description string
	InputSchema json.RawMessage // JSON Schema of an object
}

// Request is one question to a provider: go on with this conversation.
type Request struct {
	System   string    // the system prompt
	Messages []Message // oldest first; the last is a user's or a tool's
	Tools    []Tool
	Now      time.Time // the user's now, in the user's time zone
}

// Response is a provider's answer: text, tool calls, or both. A response
// without tool calls ends the turn.
type Response struct {
	Text      string
	ToolCalls []ToolCall
	Usage     Usage
}

// Usage counts tokens; both are zero where the provider does not count.
type Usage struct {
	InputTokens  int64
	OutputTokens int64
}

// Total is what a limit counts.
func (u Usage) Total() int64 { return u.InputTokens + u.OutputTokens }

// Provider answers one step of a conversation.
//
// Complete hands the text to onDelta piece by piece as it comes; the pieces
// joined are Response.Text. A failure is an *Error, or the context's error
// when the caller gave up. It is safe for concurrent use.
type Provider interface {
	Name() string
	Complete(ctx context.Context, req Request, onDelta func(text string)) (Response, error)
}

// ErrorKind is what a caller can do about a provider's failure.
type ErrorKind string

// The kinds of provider failure.
const (
	KindUnavailable ErrorKind = "unavailable"  // try again later
	KindRateLimited ErrorKind = "rate_limited" // try again after RetryAfter
	KindRejected    ErrorKind = "rejected"     // the settings are wrong: key, model, URL
	KindInvalid     ErrorKind = "invalid"      // the answer made no sense
	KindTooLong     ErrorKind = "too_long"     // the conversation does not fit: ask again with less of it
)

// Error is a provider's failure. Its text is for the log, never for the user.
type Error struct {
	Kind       ErrorKind
	RetryAfter time.Duration
	Err        error
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("language model %s: %v", e.Kind, e.Err) }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
