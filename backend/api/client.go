package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// HeaderIdempotencyKey carries the key under which a request happens once:
	// the same key gives the first answer again.
	HeaderIdempotencyKey = "Idempotency-Key"
	// HeaderIdempotentReplayed says that an answer is the first one again.
	HeaderIdempotentReplayed = "Idempotent-Replayed"
)

// maxEvent bounds one streamed event, in bytes.
const maxEvent = 4 << 20

// Client speaks to one backend. It is safe for concurrent use. Every method
// returns an *Error when the backend refuses or cannot be reached, and the
// context's error when the caller gave up.
type Client struct {
	baseURL string
	http    *http.Client
	token   string
	key     string
}

// NewClient makes a client of the backend at baseURL, such as
// "http://localhost:8000". A nil httpClient means http.DefaultClient.
func NewClient(baseURL string, httpClient *http.Client) *Client {
	if httpClient == nil {
		httpClient = http.DefaultClient
	}
	return &Client{baseURL: strings.TrimRight(baseURL, "/"), http: httpClient}
}

// WithToken is the same client speaking for the token's owner.
func (c *Client) WithToken(token string) *Client {
	with := *c
	with.token = token
	return &with
}

// WithKey is the same client for one change of tasks or conversations, which
// happens once however often it is sent: a call that failed on the way can be
// repeated. Chat and ChatStream take their key themselves.
func (c *Client) WithKey(key string) *Client {
	with := *c
	with.key = key
	return &with
}

// SignUp creates an account and a session. CodeConflict: the email is taken.
func (c *Client) SignUp(ctx context.Context, in SignUpRequest) (Session, error) {
	return call[Session](ctx, c, http.MethodPost, "/api/auth/signup", in)
}

// SignIn opens a session. CodeUnauthenticated: wrong email or password.
func (c *Client) SignIn(ctx context.Context, in SignInRequest) (Session, error) {
	return call[Session](ctx, c, http.MethodPost, "/api/auth/signin", in)
}

// SignOut ends the session of the client's token.
func (c *Client) SignOut(ctx context.Context) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, "/api/auth/signout", nil)
	return err
}

// AccessTokens are the access tokens of the token's owner.
func (c *Client) AccessTokens(ctx context.Context) (AccessTokens, error) {
	return call[AccessTokens](ctx, c, http.MethodGet, "/api/tokens", nil)
}

// CreateAccessToken makes an access token. CodeForbidden: the client has one
// itself, instead of a session.
func (c *Client) CreateAccessToken(ctx context.Context, in AccessTokenInput) (NewAccessToken, error) {
	return call[NewAccessToken](ctx, c, http.MethodPost, "/api/tokens", in)
}

// DeleteAccessToken revokes an access token.
func (c *Client) DeleteAccessToken(ctx context.Context, id string) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/api/tokens/"+url.PathEscape(id), nil)
	return err
}

// Me is the token's owner.
func (c *Client) Me(ctx context.Context) (User, error) {
	me, err := call[Me](ctx, c, http.MethodGet, "/api/auth/me", nil)
	return me.User, err
}

// DeleteMe removes the token's owner: the account and everything it owns.
func (c *Client) DeleteMe(ctx context.Context) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, "/api/auth/me", nil)
	return err
}

// ListTasks is one page of a user's tasks.
func (c *Client) ListTasks(ctx context.Context, userID string, q TaskQuery) (TaskPage, error) {
	values := pageValues(Page{Limit: q.Limit, Cursor: q.Cursor})
	for name, value := range map[string]string{
		"status": string(q.Status), "priority": string(q.Priority), "tag": q.Tag, "q": q.Query,
		"due_after": timeValue(q.DueAfter), "due_before": timeValue(q.DueBefore), "sort": string(q.Sort), "order": string(q.Order),
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	return call[TaskPage](ctx, c, http.MethodGet, userPath(userID, "tasks")+query(values), nil)
}

// CreateTask adds a task to a user's list.
func (c *Client) CreateTask(ctx context.Context, userID string, in TaskInput) (Task, error) {
	return call[Task](ctx, c, http.MethodPost, userPath(userID, "tasks"), in)
}

// Task reads one task.
func (c *Client) Task(ctx context.Context, userID string, id int64) (Task, error) {
	return call[Task](ctx, c, http.MethodGet, taskPath(userID, id), nil)
}

// ReplaceTask writes every field of a task.
func (c *Client) ReplaceTask(ctx context.Context, userID string, id int64, in TaskInput) (Task, error) {
	return call[Task](ctx, c, http.MethodPut, taskPath(userID, id), in)
}

// UpdateTask changes some fields of a task.
func (c *Client) UpdateTask(ctx context.Context, userID string, id int64, in TaskPatch) (Task, error) {
	return call[Task](ctx, c, http.MethodPatch, taskPath(userID, id), in)
}

// SetTaskCompleted completes or reopens a task.
func (c *Client) SetTaskCompleted(ctx context.Context, userID string, id int64, completed bool) (Task, error) {
	return call[Task](ctx, c, http.MethodPatch, taskPath(userID, id)+"/complete", CompleteRequest{Completed: Some(completed)})
}

// DeleteTask removes a task.
func (c *Client) DeleteTask(ctx context.Context, userID string, id int64) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, taskPath(userID, id), nil)
	return err
}

// Conversations is one page of a user's conversations, the last used first.
func (c *Client) Conversations(ctx context.Context, userID string, p Page) (ConversationPage, error) {
	return call[ConversationPage](ctx, c, http.MethodGet, userPath(userID, "conversations")+query(pageValues(p)), nil)
}

// RenameConversation gives a conversation another title.
func (c *Client) RenameConversation(ctx context.Context, userID string, id int64, in ConversationPatch) (Conversation, error) {
	return call[Conversation](ctx, c, http.MethodPatch, conversationPath(userID, id), in)
}

// DeleteConversation removes a conversation; its tasks stay.
func (c *Client) DeleteConversation(ctx context.Context, userID string, id int64) error {
	_, err := call[struct{}](ctx, c, http.MethodDelete, conversationPath(userID, id), nil)
	return err
}

// CancelTurn asks the turn that runs in a conversation to stop; its reply says
// that it did.
func (c *Client) CancelTurn(ctx context.Context, userID string, id int64) error {
	_, err := call[struct{}](ctx, c, http.MethodPost, conversationPath(userID, id)+"/cancel", nil)
	return err
}

// Messages is one page of a conversation's messages, the newest first.
func (c *Client) Messages(ctx context.Context, userID string, conversationID int64, p Page) (MessagePage, error) {
	path := conversationPath(userID, conversationID) + "/messages"
	return call[MessagePage](ctx, c, http.MethodGet, path+query(pageValues(p)), nil)
}

// Chat takes one turn and answers when it is whole. With a key that is not
// empty the turn happens once, however often it is sent.
func (c *Client) Chat(ctx context.Context, userID, key string, in ChatRequest) (ChatResponse, error) {
	resp, err := c.do(ctx, http.MethodPost, userPath(userID, "chat"), in, chatHeader(key, "application/json"))
	if err != nil {
		return ChatResponse{}, err
	}
	return decode[ChatResponse](resp)
}

// ChatStream takes one turn and hands each event to handle as it comes. It
// returns nil after the event "done", an *Error for the event "error", and
// handle's own error at once.
func (c *Client) ChatStream(ctx context.Context, userID, key string, in ChatRequest, handle func(Event) error) error {
	resp, err := c.do(ctx, http.MethodPost, userPath(userID, "chat"), in, chatHeader(key, "text/event-stream"))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return readEvents(ctx, resp.Body, handle)
}

// Watch hands each change of a user's tasks and conversations to handle, those
// after the event lastEventID included if that is not empty. It returns
// handle's own error at once, and else when the backend ends the stream: it can
// then be called again.
func (c *Client) Watch(ctx context.Context, userID, lastEventID string, handle func(Change) error) error {
	header := http.Header{"Accept": {"text/event-stream"}}
	if lastEventID != "" {
		header.Set(HeaderLastEventID, lastEventID)
	}
	resp, err := c.do(ctx, http.MethodGet, userPath(userID, "events"), nil, header)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	var change Change
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			change.EventID = value
		case "event":
			change.Subject = value
		case "data":
			if err := json.Unmarshal([]byte(value), &change.ChangeEvent); err != nil {
				return unreachable(ctx, fmt.Errorf("decode event: %w", err))
			}
			if err := handle(change); err != nil {
				return err
			}
			change = Change{}
		}
	}
	return unreachable(ctx, errors.Join(lines.Err(), errCut))
}

// Ready asks whether the backend can serve.
func (c *Client) Ready(ctx context.Context) error {
	_, err := call[Health](ctx, c, http.MethodGet, "/api/health/ready", nil)
	return err
}

func chatHeader(key, accept string) http.Header {
	h := http.Header{"Accept": {accept}}
	if key != "" {
		h.Set(HeaderIdempotencyKey, key)
	}
	return h
}

func userPath(userID string, elem ...string) string {
	return "/api/" + url.PathEscape(userID) + "/" + strings.Join(elem, "/")
}

func taskPath(userID string, id int64) string {
	return userPath(userID, "tasks", strconv.FormatInt(id, 10))
}

func conversationPath(userID string, id int64) string {
	return userPath(userID, "conversations", strconv.FormatInt(id, 10))
}

func pageValues(p Page) url.Values {
	v := url.Values{}
	if p.Limit > 0 {
		v.Set("limit", strconv.Itoa(p.Limit))
	}
	if p.Cursor != "" {
		v.Set("cursor", p.Cursor)
	}
	return v
}

func timeValue(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

func query(v url.Values) string {
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

func call[T any](ctx context.Context, c *Client, method, path string, in any) (T, error) {
	resp, err := c.do(ctx, method, path, in, nil)
	if err != nil {
		var zero T
		return zero, err
	}
	return decode[T](resp)
}

// do sends one request and returns an answer below 400, or an error.
func (c *Client) do(ctx context.Context, method, path string, in any, header http.Header) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.baseURL+path, body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" && method != http.MethodGet && req.Header.Get(HeaderIdempotencyKey) == "" {
		req.Header.Set(HeaderIdempotencyKey, c.key)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		defer resp.Body.Close()
		return nil, errorOf(resp)
	}
	return resp, nil
}

func decode[T any](resp *http.Response) (T, error) {
	defer resp.Body.Close()
	var out T
	if resp.StatusCode == http.StatusNoContent {
		return out, nil
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		return out, unreachable(resp.Request.Context(), fmt.Errorf("decode answer: %w", err))
	}
	return out, nil
}

// unreachable is the error for a backend that did not answer whole.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &Error{Code: CodeUnavailable, Message: "The service cannot be reached just now. Please try again.", Err: err}
}

func errorOf(resp *http.Response) error {
	e := &Error{
		Code:      codeOf(resp.StatusCode),
		Message:   http.StatusText(resp.StatusCode),
		RequestID: resp.Header.Get("X-Request-Id"),
	}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	var p Problem
	if mediaType != "application/problem+json" || json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&p) != nil {
		return e
	}
	e.fill(p)
	return e
}

func (e *Error) fill(p Problem) {
	if p.Code != "" {
		e.Code = p.Code
	}
	if p.Detail != "" {
		e.Message = p.Detail
	}
	if p.RequestID != "" {
		e.RequestID = p.RequestID
	}
	e.Fields = p.Errors
}

var errCut = errors.New("the stream was cut")

// readEvents reads server-sent events (WHATWG HTML, section 9.2.6) as the
// backend writes them: one event line and one data line.
func readEvents(ctx context.Context, r io.Reader, handle func(Event) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxEvent)
	var name string
	for lines.Scan() {
		line := lines.Text()
		if v, ok := strings.CutPrefix(line, "event: "); ok {
			name = v
			continue
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		event, err := parseEvent(name, data)
		if err != nil {
			return unreachable(ctx, err)
		}
		if event.Error != nil {
			e := &Error{Code: CodeInternal}
			e.fill(*event.Error)
			return e
		}
		if err := handle(event); err != nil {
			return err
		}
		if event.Done != nil {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return unreachable(ctx, fmt.Errorf("read stream: %w", err))
	}
	return unreachable(ctx, errCut)
}

// parseEvent reads one event; a name that it does not know gives an Event
// with nothing set, which a later backend may send.
func parseEvent(name, data string) (Event, error) {
	var event Event
	wrapped, err := json.Marshal(map[string]json.RawMessage{name: json.RawMessage(data)})
	if err != nil {
		return event, fmt.Errorf("parse event %q: %w", name, err)
	}
	if err := json.Unmarshal(wrapped, &event); err != nil {
		return event, fmt.Errorf("parse event %q: %w", name, err)
	}
	return event, nil
}
