package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const root = "../.."

func TestRun_PageIsFresh(t *testing.T) {
	t.Parallel()
	if err := run(root, true); err != nil {
		t.Error(err)
	}
}

func TestRun_StaleAndMissing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := run(folder, true); err == nil || !strings.Contains(err.Error(), "no snapshots") {
		t.Errorf("without snapshots: %v", err)
	}
	snapshots := filepath.Join(folder, "backend/internal/mcpserver/testdata")
	for _, dir := range []string{snapshots, filepath.Join(folder, "docs")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tool := `{"name":"do","description":"Does it.","inputSchema":{"properties":{"b":{"type":"integer","minimum":1},` +
		`"a":{"enum":["x","y"],"default":"x"},"c":{"type":["null","string"],"format":"date-time","description":"p|q"}},"required":["b"]},` +
		`"outputSchema":{"properties":{"all":{"type":"array","items":{"properties":{"id":{"type":"integer"}}}}}}}`
	if err := os.WriteFile(filepath.Join(snapshots, "do.json"), []byte(tool), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(folder, true); err == nil || !strings.Contains(err.Error(), "is stale") {
		t.Errorf("without a page: %v", err)
	}
	if err := run(folder, false); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(folder, "docs/tools.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := "| `b` | number, from 1, required |  |\n| `a` | `x`, `y`; `x` if left out |  |\n| `c` | time or null | p\\|q |\n" +
		"\n| result | | meaning |\n|---|---|---|\n| `all` | list |  |\n| `all[].id` | number |  |\n"
	if !strings.HasSuffix(string(got), want) {
		t.Errorf("got\n%s", got)
	}
}

// blocks are the code blocks of docs/mcp.md in one language, decoded, a YAML
// block with several documents as several.
func blocks(t *testing.T, language string, decoder func(io.Reader) func(any) error) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs/mcp.md"))
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	for _, block := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllSubmatch(text, -1) {
		decode := decoder(bytes.NewReader(block[1]))
		for {
			var value map[string]any
			err := decode(&value)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in\n%s", err, block[1])
			}
			all = append(all, value)
		}
	}
	return all
}

func TestClientSettings_JSON(t *testing.T) {
	t.Parallel()
	all := blocks(t, "json", func(r io.Reader) func(any) error { return json.NewDecoder(r).Decode })
	if len(all) != 4 {
		t.Fatalf("%d settings for Claude Desktop, VS Code and Cursor", len(all))
	}
	for _, settings := range all {
		servers, _ := settings["mcpServers"].(map[string]any)
		if servers == nil {
			servers, _ = settings["servers"].(map[string]any)
		}
		server, _ := servers["todo"].(map[string]any)
		if args, _ := server["args"].([]any); server["command"] != nil {
			env, _ := server["env"].(map[string]any)
			if len(args) == 0 || args[len(args)-1] != "mcp" || env["TODO_API_URL"] == nil || env["TODO_MCP_TOKEN"] == nil {
				t.Errorf("a client cannot start the bridge with %v", server)
			}
			continue
		}
		headers, _ := server["headers"].(map[string]any)
		authorization, _ := headers["Authorization"].(string)
		if server["url"] != "http://localhost:8000/mcp" || !strings.HasPrefix(authorization, "Bearer ") {
			t.Errorf("a client cannot connect with %v", server)
		}
	}
}

func TestClientSettings_YAML(t *testing.T) {
	t.Parallel()
	var kinds []string
	var agent struct {
		Spec struct {
			Declarative struct {
				Tools []struct {
					McpServer struct{ ToolNames, RequireApproval []string } `yaml:"mcpServer"`
				}
			}
		}
	}
	for _, object := range blocks(t, "yaml", func(r io.Reader) func(any) error { return yaml.NewDecoder(r).Decode }) {
		kind, _ := object["kind"].(string)
		if servers, ok := object["servers"].([]any); ok && len(servers) == 1 {
			kind = "kubectl-ai"
		}
		kinds = append(kinds, kind)
		if kind == "Agent" {
			reencode(t, object, &agent)
		}
	}
	if !slices.Equal(kinds, []string{"Secret", "RemoteMCPServer", "Agent", "kubectl-ai"}) {
		t.Errorf("got %v", kinds)
	}
	checkAgent(t, agent.Spec.Declarative.Tools[0].McpServer.ToolNames, agent.Spec.Declarative.Tools[0].McpServer.RequireApproval)
}

func reencode(t *testing.T, from, to any) {
	t.Helper()
	raw, err := json.Marshal(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, to); err != nil {
		t.Fatal(err)
	}
}

// checkAgent compares the tools that kagent's agent names with those that
// there are: all of them, and those that change something behind approval.
func checkAgent(t *testing.T, tools, approved []string) {
	t.Helper()
	var all, writing []string
	files, err := filepath.Glob(filepath.Join(root, "backend/internal/mcpserver/testdata/*_task*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s snapshot
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s.Name)
		if !s.Annotations.ReadOnlyHint {
			writing = append(writing, s.Name)
		}
	}
	slices.Sort(tools)
	slices.Sort(approved)
	if !slices.Equal(tools, all) || !slices.Equal(approved, writing) {
		t.Errorf("the agent has %v and asks for %v; there are %v, of which %v change something", tools, approved, all, writing)
	}
}
