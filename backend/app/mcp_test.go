package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"todo-chatbot/backend/api"
)

// The client in these tests is the official SDK, which shares no code with the
// server's library: what both agree on is the protocol.

// bearer sends a token with every request, and notes what it sees.
type bearer struct {
	token string

	mu   sync.Mutex
	seen []string // method and status of each request
}

func (b *bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.seen = append(b.seen, fmt.Sprint(r.Method, " ", resp.StatusCode))
	}
	return resp, err
}

// connect opens an MCP session that asks for a protocol version.
func connect(t *testing.T, transport mcp.Transport, version string) *mcp.ClientSession {
	t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), transport, &mcp.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return session
}

func overHTTP(p person, url string) *mcp.StreamableClientTransport {
	return &mcp.StreamableClientTransport{Endpoint: url + "/mcp", HTTPClient: &http.Client{Transport: &bearer{token: p.token}}}
}

// protocolVersions are what clients of the last two years ask for.
var protocolVersions = []string{"2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"}

func TestMCP_WithTheOfficialSDK(t *testing.T) {
	t.Parallel()
	for _, version := range protocolVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			p, url := newPerson(t)
			session := connect(t, overHTTP(p, url), version)
			if got := session.InitializeResult(); got.ProtocolVersion != version || got.Instructions == "" {
				t.Errorf("connected as %+v", got)
			}
			useTools(t, session, p)
		})
	}
}

// useTools adds, lists, changes and loses a task, and checks what the client
// is given against what the REST API knows.
func useTools(t *testing.T, session *mcp.ClientSession, p person) {
	t.Helper()
	listed, err := session.ListTools(t.Context(), nil)
	if err != nil || len(listed.Tools) < 5 || listed.NextCursor != "" {
		t.Fatalf("tools %+v, %v", listed, err)
	}
	call := func(tool string, arguments map[string]any) *mcp.CallToolResult {
		t.Helper()
		result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: arguments})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	added := call("add_task", map[string]any{"title": "Buy milk", "priority": "high"})
	want := map[string]any{"task_id": 1.0, "status": "created", "title": "Buy milk"}
	if diff := cmp.Diff(want, added.StructuredContent); diff != "" || added.IsError {
		t.Errorf("add_task: %s", diff)
	}
	if task, err := p.Task(t.Context(), p.id, 1); err != nil || task.Priority != api.PriorityHigh {
		t.Errorf("got %+v, %v", task, err)
	}
	tasks, _ := call("list_tasks", nil).StructuredContent.(map[string]any)
	if list, _ := tasks["tasks"].([]any); len(list) != 1 {
		t.Errorf("list_tasks: %+v", tasks)
	}
	berlin := func(text string) string { return "2030-06-" + text + "+02:00" }
	call("add_task", map[string]any{
		"title": "Water the plants", "description": "All of them", "tags": []string{"home"},
		"due_at": berlin("03T08:00:00"), "remind_at": berlin("02T20:00:00"), "recurrence": "FREQ=WEEKLY",
	})
	call("complete_task", map[string]any{"task_id": 2})
	again, _ := call("get_task", map[string]any{"task_id": 3}).StructuredContent.(map[string]any)
	if again["due_at"] != berlin("10T08:00:00") || again["remind_at"] != berlin("09T20:00:00") || again["description"] != "All of them" {
		t.Errorf("the next one is %+v", again)
	}
	call("update_task", map[string]any{"task_id": 3, "recurrence": "", "remind_at": "", "due_at": ""})
	again, _ = call("get_task", map[string]any{"task_id": 3}).StructuredContent.(map[string]any)
	if again["due_at"] != nil || again["remind_at"] != nil || again["recurrence"] != "" {
		t.Errorf("without its dates it is %+v", again)
	}
	found, _ := call("list_tasks", map[string]any{"q": "plant", "status": "pending"}).StructuredContent.(map[string]any)
	if list, _ := found["tasks"].([]any); len(list) != 1 {
		t.Errorf("found %+v", found)
	}
	call("delete_task", map[string]any{"task_id": 3})
	missing := call("delete_task", map[string]any{"task_id": 7})
	if text := missing.Content[0].(*mcp.TextContent).Text; !missing.IsError || text != "There is no task 7. The only pending task is 1." {
		t.Errorf("delete_task: %+v", missing)
	}
	if deleted := call("delete_task", map[string]any{"task_id": 1}); deleted.IsError {
		t.Errorf("delete_task: %+v", deleted)
	}
	if _, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "drop_database"}); err == nil {
		t.Error("an unknown tool was called")
	}
}

func TestMCP_ResourcesAndPrompts(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	withTasks(t, p, "Buy milk")
	session := connect(t, overHTTP(p, url), "")
	resources, err := session.ListResources(t.Context(), nil)
	if err != nil || len(resources.Resources) != 1 {
		t.Fatalf("got %+v, %v", resources, err)
	}
	templates, err := session.ListResourceTemplates(t.Context(), nil)
	if err != nil || len(templates.ResourceTemplates) != 1 || templates.ResourceTemplates[0].URITemplate != "todo://tasks/{id}" {
		t.Fatalf("got %+v, %v", templates, err)
	}
	for _, uri := range []string{resources.Resources[0].URI, "todo://tasks/1"} {
		read, err := session.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri})
		if err != nil || len(read.Contents) != 1 || !strings.Contains(read.Contents[0].Text, "Buy milk") {
			t.Errorf("%s: %+v, %v", uri, read, err)
		}
	}
	if _, err := session.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "todo://tasks/2"}); err == nil || !strings.Contains(err.Error(), "There is no task 2.") {
		t.Errorf("got %v", err)
	}
	prompts, err := session.ListPrompts(t.Context(), nil)
	if err != nil || len(prompts.Prompts) != 2 {
		t.Fatalf("got %+v, %v", prompts, err)
	}
	for _, prompt := range prompts.Prompts {
		got, err := session.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: prompt.Name})
		if err != nil || len(got.Messages) != 2 {
			t.Fatalf("%s: %+v, %v", prompt.Name, got, err)
		}
		if attached := got.Messages[1].Content.(*mcp.EmbeddedResource).Resource.Text; !strings.Contains(attached, "Buy milk") {
			t.Errorf("%s: attached %s", prompt.Name, attached)
		}
	}
}

// TestMCP_DiscoveryOfKagent is what kagent does every minute: connect, list
// the tools, look for a stream, leave.
func TestMCP_DiscoveryOfKagent(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	transport := overHTTP(p, url)
	seen := transport.HTTPClient.Transport.(*bearer)
	session := connect(t, transport, "2025-11-25")
	if listed, err := session.ListTools(t.Context(), nil); err != nil || len(listed.Tools) == 0 {
		t.Errorf("got %+v, %v", listed, err)
	}
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	for _, answer := range seen.seen {
		if answer != "POST 200" && answer != "POST 202" && answer != "GET 405" && answer != "DELETE 405" {
			t.Errorf("an answer was %s", answer)
		}
	}
}

// TestMCP_AccessToken is how people connect a program: with a token made for
// it, which ends alone.
func TestMCP_AccessToken(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	made, err := p.CreateAccessToken(t.Context(), api.AccessTokenInput{Name: "Claude"})
	if err != nil {
		t.Fatal(err)
	}
	session := connect(t, overHTTP(person{token: made.Token}, url), "")
	stdio, _ := overStdio(t, url, made.Token)
	for _, client := range []*mcp.ClientSession{session, connect(t, stdio, "")} {
		if _, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: "add_task", Arguments: map[string]any{"title": "Buy milk"}}); err != nil {
			t.Error(err)
		}
	}
	if tasks := tasksOf(t, p); len(tasks) != 2 {
		t.Errorf("the list has %+v", tasks)
	}
	if err := p.DeleteAccessToken(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := session.ListTools(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "Unauthorized") {
		t.Errorf("a revoked token: %v", err)
	}
}

func TestMCP_BadTokenIsRefused(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	p.token = "nonsense"
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	if _, err := client.Connect(t.Context(), overHTTP(p, url), nil); err == nil || !strings.Contains(err.Error(), "Unauthorized") {
		t.Errorf("got %v", err)
	}
}

// unchecked sends what no client should.
var unchecked = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// postMCP sends one message and returns the status and what was answered.
func postMCP(t *testing.T, p person, url, message string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/mcp", strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	resp, err := unchecked.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

// TestMCP_NegotiatesAVersion has clients that the SDK is too polite to be:
// kubectl-ai sends an empty version and takes what it is given.
func TestMCP_NegotiatesAVersion(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	for asked, want := range map[string]string{
		`"protocolVersion":"",`:           "2025-03-26",
		``:                                "2025-03-26",
		`"protocolVersion":"1999-01-01",`: "2025-11-25",
		`"protocolVersion":"2025-03-26",`: "2025-03-26",
		`"protocolVersion":"2024-11-05",`: "2024-11-05",
	} {
		status, answer := postMCP(t, p, url,
			`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{`+asked+`"capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
		var got struct {
			Result struct {
				ProtocolVersion string `json:"protocolVersion"`
			} `json:"result"`
		}
		if err := json.Unmarshal([]byte(answer), &got); err != nil || status != http.StatusOK || got.Result.ProtocolVersion != want {
			t.Errorf("%s: status %d, %s", asked, status, answer)
		}
	}
}

func TestMCP_NonsenseIsAnsweredInTheProtocol(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	for message, want := range map[string]string{
		`{`: `-32700`,
		`{"jsonrpc":"1.0","id":1,"method":"ping"}`:                                                   `-32600`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/fly"}`:                                              `-32601`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"fly"}}`:                     `-32602`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":7}`:                                  `-32600`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_task","arguments":[]}}`: `must be one JSON object`,
	} {
		if status, answer := postMCP(t, p, url, message); !strings.Contains(answer, want) || status >= http.StatusInternalServerError {
			t.Errorf("%s: status %d, %s", message, status, answer)
		}
	}
}
