package api

import (
	"encoding/json"
	"time"
)

// User is an account as its owner sees it.
type User struct {
	ID       string `json:"id"` // UUID
	Email    string `json:"email"`
	Name     string `json:"name"`
	TimeZone string `json:"time_zone"` // IANA name, such as "Europe/Berlin"
}

// SignUpRequest creates an account. Name and TimeZone are optional.
type SignUpRequest struct {
	Email    string `json:"email"`
	Password string `json:"password"` // 8 to 128 characters
	Name     string `json:"name,omitempty"`
	TimeZone string `json:"time_zone,omitempty"`
}

// SignInRequest opens a session. A TimeZone that is given replaces the one of
// the profile, because people travel with their browser.
type SignInRequest struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	TimeZone string `json:"time_zone,omitempty"`
}

// Session is what signing up and signing in answer.
type Session struct {
	User      User      `json:"user"`
	Token     string    `json:"token"` // a JWT, to be sent as a bearer token
	ExpiresAt time.Time `json:"expires_at"`
}

// Me is the answer of GET /api/auth/me.
type Me struct {
	User User `json:"user"`
}

// AccessToken lets a program, such as an MCP client, act for its owner until it
// is revoked.
type AccessToken struct {
	ID         string     `json:"id"` // UUID
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at"` // to the minute; null before the first use
}

// AccessTokenInput makes an access token.
type AccessTokenInput struct {
	Name string `json:"name"` // 1 to 100 characters
}

// NewAccessToken is the only answer that holds the token itself.
type NewAccessToken struct {
	AccessToken
	Token string `json:"token"` // to be sent as a bearer token
}

// AccessTokens are all of a user's tokens, the oldest first.
type AccessTokens struct {
	Tokens []AccessToken `json:"tokens"`
}

// Priority of a task.
type Priority string

// The priorities, from the least to the most urgent.
const (
	PriorityLow    Priority = "low"
	PriorityMedium Priority = "medium"
	PriorityHigh   Priority = "high"
)

// Task is one item of a user's list. ID counts from 1 for each user.
type Task struct {
	ID          int64      `json:"id"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Completed   bool       `json:"completed"`
	Priority    Priority   `json:"priority"`
	Tags        []string   `json:"tags"`
	DueAt       *time.Time `json:"due_at"`
	RemindAt    *time.Time `json:"remind_at"`
	Recurrence  string     `json:"recurrence"` // RFC 5545 RRULE, such as "FREQ=WEEKLY;BYDAY=MO"; "" for none
	NextID      *int64     `json:"next_id"`    // the task that completing this recurring one made
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	CompletedAt *time.Time `json:"completed_at"`
}

// TaskInput creates a task (POST) or replaces one (PUT): a field that is left
// out gets its default. Only Title is required; a Recurrence needs DueAt.
type TaskInput struct {
	Title       string     `json:"title"`
	Description string     `json:"description,omitempty"`
	Completed   bool       `json:"completed,omitempty"`
	Priority    Priority   `json:"priority,omitempty"`
	Tags        []string   `json:"tags,omitempty"`
	DueAt       *time.Time `json:"due_at,omitempty"`
	RemindAt    *time.Time `json:"remind_at,omitempty"`
	Recurrence  string     `json:"recurrence,omitempty"`
}

// TaskPatch changes the fields that it names and leaves the others as they are.
type TaskPatch struct {
	Title       Optional[string]    `json:"title,omitzero"`
	Description Optional[string]    `json:"description,omitzero"`
	Completed   Optional[bool]      `json:"completed,omitzero"`
	Priority    Optional[Priority]  `json:"priority,omitzero"`
	Tags        Optional[[]string]  `json:"tags,omitzero"`
	DueAt       Optional[time.Time] `json:"due_at,omitzero"`     // null takes the date away
	RemindAt    Optional[time.Time] `json:"remind_at,omitzero"`  // likewise
	Recurrence  Optional[string]    `json:"recurrence,omitzero"` // likewise, and "" too
}

// CompleteRequest sets a task's state; without a body the call toggles it.
type CompleteRequest struct {
	Completed Optional[bool] `json:"completed,omitzero"`
}

// TaskStatus selects tasks of a list.
type TaskStatus string

// The statuses that a list can be asked for.
const (
	StatusAll       TaskStatus = "all"
	StatusPending   TaskStatus = "pending"
	StatusCompleted TaskStatus = "completed"
	StatusOverdue   TaskStatus = "overdue"
)

// Order of a list.
type Order string

// The orders of a list.
const (
	OrderAscending  Order = "asc"
	OrderDescending Order = "desc" // the newest first
)

// TaskSort is what a list of tasks is sorted by.
type TaskSort string

// The sorts of a list. A task without a due date counts as due after all
// others; by priority, the least urgent comes first.
const (
	SortCreated  TaskSort = "created"
	SortDue      TaskSort = "due"
	SortPriority TaskSort = "priority"
	SortTitle    TaskSort = "title"
)

// TaskQuery is what a task list can be asked for: tasks that match every field
// that is set. The zero value asks for the first page of all tasks, the oldest
// first.
type TaskQuery struct {
	Status    TaskStatus
	Priority  Priority
	Tag       string
	Query     string    // words that title, description or tags contain
	DueAfter  time.Time // due then or later
	DueBefore time.Time // due before then
	Sort      TaskSort
	Order     Order
	Limit     int    // 1 to 100; 0 means 50
	Cursor    string // NextCursor of the page before, in the same sort and order
}

// TaskPage is one page of tasks. NextCursor is empty on the last page.
type TaskPage struct {
	Tasks      []Task `json:"tasks"`
	NextCursor string `json:"next_cursor"`
}

// Conversation is one thread of chat. ID counts from 1 for each user.
type Conversation struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// ConversationPatch renames a conversation.
type ConversationPatch struct {
	Title string `json:"title"` // 1 to 200 characters
}

// ConversationPage is one page of conversations, the last used first.
type ConversationPage struct {
	Conversations []Conversation `json:"conversations"`
	NextCursor    string         `json:"next_cursor"`
}

// Role tells who wrote a message.
type Role string

// The two roles in a conversation.
const (
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
)

// Message is one message of a conversation. ToolCalls are the tools that the
// assistant used on the way to it.
type Message struct {
	ID        int64      `json:"id"`
	Role      Role       `json:"role"`
	Content   string     `json:"content"`
	ToolCalls []ToolCall `json:"tool_calls"`
	CreatedAt time.Time  `json:"created_at"`
}

// MessagePage is one page of messages, the newest first.
type MessagePage struct {
	Messages   []Message `json:"messages"`
	NextCursor string    `json:"next_cursor"`
}

// Page asks for a page of a list; the zero value asks for the first.
type Page struct {
	Limit  int
	Cursor string
}

// ChatRequest is what the user says. Without a ConversationID a conversation
// is opened.
type ChatRequest struct {
	ConversationID *int64 `json:"conversation_id,omitempty"`
	Message        string `json:"message"` // 1 to 10,000 characters
}

// ToolCall is one use of a tool: what it was given and what it answered.
type ToolCall struct {
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"` // an object
	Result    json.RawMessage `json:"result"`    // any JSON value
	IsError   bool            `json:"is_error"`
}

// ChatResponse is a whole turn.
type ChatResponse struct {
	ConversationID int64      `json:"conversation_id"`
	Response       string     `json:"response"` // Markdown
	ToolCalls      []ToolCall `json:"tool_calls"`
}

// Health is the answer of the health and readiness endpoints.
type Health struct {
	Status string            `json:"status"` // "ok" or "unavailable"
	Checks map[string]string `json:"checks,omitempty"`
}

// Optional is a field that tells "left out" from "set" from "null".
type Optional[T any] struct {
	Set   bool
	Value *T // nil when the field was null
}

// Some is an Optional that is set to v.
func Some[T any](v T) Optional[T] { return Optional[T]{Set: true, Value: &v} }

// Null is an Optional that is set to null.
func Null[T any]() Optional[T] { return Optional[T]{Set: true} }

// IsZero tells encoding/json's omitzero to leave an unset field out.
func (o Optional[T]) IsZero() bool { return !o.Set }

// MarshalJSON writes the value or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	return json.Marshal(o.Value) //nolint:wrapcheck // encoding/json adds the context itself
}

// UnmarshalJSON notes that the field was there, null included.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
	o.Set = true
	return json.Unmarshal(b, &o.Value) //nolint:wrapcheck // encoding/json adds the field's name itself
}
