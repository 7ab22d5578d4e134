package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
)

// Caller uses the tools in the same process, through an MCP client, so that
// the agent and outside clients run the very same code. A call runs in its
// caller's goroutine and context: the identity and the transaction ride along.
type Caller struct {
	client *client.Client
	tools  []mcp.Tool
}

// NewCaller connects a client to the server.
func (s *Server) NewCaller(ctx context.Context) (*Caller, error) {
	c, err := client.NewInProcessClient(s.mcp)
	if err != nil {
		return nil, fmt.Errorf("make MCP client: %w", err)
	}
	if err := c.Start(ctx); err != nil {
		return nil, fmt.Errorf("start MCP client: %w", err)
	}
	hello := mcp.InitializeRequest{}
	hello.Params.ClientInfo = mcp.Implementation{Name: name + "-agent", Version: "1"}
	if _, err := c.Initialize(ctx, hello); err != nil {
		return nil, fmt.Errorf("initialize MCP client: %w", err)
	}
	listed, err := c.ListTools(ctx, mcp.ListToolsRequest{})
	if err != nil {
		return nil, fmt.Errorf("list MCP tools: %w", err)
	}
	return &Caller{client: c, tools: listed.Tools}, nil
}

// Close ends the client.
func (c *Caller) Close() error {
	if err := c.client.Close(); err != nil {
		return fmt.Errorf("close MCP client: %w", err)
	}
	return nil
}

// Describe hands each tool's name, description and input schema (JSON Schema
// of an object) to add.
func (c *Caller) Describe(add func(name, description string, inputSchema json.RawMessage)) error {
	for _, tool := range c.tools {
		schema, err := json.Marshal(tool.InputSchema)
		if err != nil {
			return fmt.Errorf("describe %s: %w", tool.Name, err)
		}
		add(tool.Name, tool.Description, schema)
	}
	return nil
}

// CallTool runs one tool. The result is its structured content, or for an
// error result its text as a JSON string. An error is one of the todo package:
// the tool could not answer, and nothing may be kept of what it did.
func (c *Caller) CallTool(ctx context.Context, tool string, arguments json.RawMessage) (result json.RawMessage, isError bool, err error) {
	var failure error
	request := mcp.CallToolRequest{}
	request.Params.Name = tool
	request.Params.Arguments = arguments
	answer, err := c.client.CallTool(context.WithValue(ctx, failureKey{}, &failure), request)
	if failure != nil {
		return nil, false, failure
	}
	if err != nil {
		return nil, false, fmt.Errorf("call %s: %w", tool, err)
	}
	result, err = content(answer)
	return result, answer.IsError, err
}

var errContent = errors.New("the tool answered without content")

func content(answer *mcp.CallToolResult) (json.RawMessage, error) {
	var value any
	switch {
	case answer.IsError && len(answer.Content) > 0:
		text, ok := mcp.AsTextContent(answer.Content[0])
		if !ok {
			return nil, errContent
		}
		value = text.Text
	case answer.StructuredContent != nil:
		value = answer.StructuredContent
	default:
		return nil, errContent
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode result: %w", err)
	}
	return encoded, nil
}

type failureKey struct{}

// keepFailure hands the cause of a failure to the Caller of ctx, because the
// protocol only carries its text. It tells whether there is one.
func keepFailure(ctx context.Context, err error) bool {
	failure, ok := ctx.Value(failureKey{}).(*error)
	if ok {
		*failure = err
	}
	return ok
}
