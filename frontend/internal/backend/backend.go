// Package backend makes every call from the frontend to the backend. What is
// said about errors in package api holds here too: each method returns an
// *api.Error, or the context's error.
package backend

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/internal/telemetry"
)

const (
	// callTimeout bounds a call that answers at once; chat turns have their own.
	callTimeout = 10 * time.Second
	dialTimeout = 3 * time.Second
	idleTimeout = 90 * time.Second
	// maxIdle is generous because all calls go to one host, where net/http
	// would keep only two connections open.
	maxIdle = 64
)

// Caller is the signed-in user on whose behalf a call is made.
type Caller struct {
	UserID string
	Token  string
}

// Client speaks to the backend. It is safe for concurrent use.
type Client struct {
	api       *api.Client
	transport *http.Transport
}

// New makes a client of the backend at baseURL.
func New(baseURL string) *Client {
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		MaxIdleConnsPerHost: maxIdle,
		IdleConnTimeout:     idleTimeout,
	}
	httpClient := &http.Client{Transport: telemetry.ForwardRequestIDs(forwardAddresses{transport})}
	return &Client{api: api.NewClient(baseURL, httpClient), transport: transport}
}

// Close drops the idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// SignUp creates an account and a session. api.CodeConflict: the email is
// taken; api.CodeInvalid names the fields.
func (c *Client) SignUp(ctx context.Context, in api.SignUpRequest) (api.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.api.SignUp(ctx, in)
}

// SignIn opens a session. api.CodeUnauthenticated: wrong email or password.
func (c *Client) SignIn(ctx context.Context, in api.SignInRequest) (api.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.api.SignIn(ctx, in)
}

// SignOut ends the caller's session.
func (c *Client) SignOut(ctx context.Context, who Caller) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.api.WithToken(who.Token).SignOut(ctx)
}

// Ready asks whether the backend can serve. If not, kept connections are
// dropped: the next question may reach a replica that can.
func (c *Client) Ready(ctx context.Context) error {
	err := c.api.Ready(ctx)
	if err != nil {
		c.transport.CloseIdleConnections()
	}
	return err
}

// Conversations is one page of the caller's conversations, the last used first.
func (c *Client) Conversations(ctx context.Context, who Caller, p api.Page) (api.ConversationPage, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.as(who).Conversations(ctx, who.UserID, p)
}

// Messages is one page of a conversation, the newest first.
func (c *Client) Messages(ctx context.Context, who Caller, conversationID int64, p api.Page) (api.MessagePage, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.as(who).Messages(ctx, who.UserID, conversationID, p)
}

func (c *Client) as(who Caller) *api.Client { return c.api.WithToken(who.Token) }

// Explain is err as an *api.Error, ready to be shown: a call that took too
// long counts as the backend being away, anything unknown as internal.
func Explain(err error) *api.Error {
	var e *api.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded):
		return &api.Error{Code: api.CodeUnavailable, Message: "That took too long. Please try again.", Err: err}
	default:
		return &api.Error{Code: api.CodeInternal, Message: "Something went wrong on our side.", Err: err}
	}
}
