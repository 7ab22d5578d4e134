package mcpbridge_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/internal/mcpbridge"
)

func newBridge(t *testing.T, url string) (bridge *mcpbridge.Bridge, stderr *bytes.Buffer) {
	t.Helper()
	stderr = new(bytes.Buffer)
	bridge, err := mcpbridge.New(mcpbridge.Config{APIURL: url, Token: "secret-token"}, stderr)
	if err != nil {
		t.Fatal(err)
	}
	return bridge, stderr
}

func TestNew_NamesEveryMistake(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config mcpbridge.Config
		want   []string
	}{
		"nothing is set":  {mcpbridge.Config{}, []string{"TODO_API_URL", "TODO_MCP_TOKEN"}},
		"no URL":          {mcpbridge.Config{APIURL: "localhost:8000", Token: "t"}, []string{"TODO_API_URL"}},
		"another scheme":  {mcpbridge.Config{APIURL: "ftp://localhost", Token: "t"}, []string{"TODO_API_URL"}},
		"a word too much": {mcpbridge.Config{APIURL: "http://localhost", Token: "Bearer "}, []string{"TODO_MCP_TOKEN"}},
		"two lines":       {mcpbridge.Config{APIURL: "http://localhost", Token: "a\nb"}, []string{"TODO_MCP_TOKEN"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := mcpbridge.New(test.config, io.Discard)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range []string{"TODO_API_URL", "TODO_MCP_TOKEN"} {
				if strings.Contains(err.Error(), want) != strings.Contains(strings.Join(test.want, " "), want) {
					t.Errorf("got %q, want %v named", err, test.want)
				}
			}
		})
	}
}

// TestRun_PassesOn checks what the backend gets for what the client writes.
func TestRun_PassesOn(t *testing.T) {
	t.Parallel()
	var got []string
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		h := r.Header
		got = append(got, fmt.Sprintf("%s %s %s %s|%s|%s %s", r.Method, r.URL.Path, h.Get("Authorization"),
			h.Get("Mcp-Protocol-Version"), h.Get("Mcp-Method"), h.Get("Mcp-Name"), body))
		if strings.Contains(string(body), "notifications/") {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, "{\"jsonrpc\":\"2.0\",\"id\":1,\n \"result\":{\"protocolVersion\":\"2025-06-18\"}}\n")
	}))
	defer backend.Close()
	initialize := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}`
	modern := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_task","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`
	messages := []string{initialize, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, "  ", modern}
	for _, path := range []string{"", "/", "/mcp", "/mcp/"} {
		got = nil
		bridge, stderr := newBridge(t, backend.URL+path)
		var out bytes.Buffer
		if err := bridge.Run(t.Context(), strings.NewReader(strings.Join(messages, "\n")), &out); err != nil {
			t.Fatal(err)
		}
		const start = "POST /mcp Bearer secret-token "
		want := []string{start + "|| " + initialize, start + "2025-06-18|| " + messages[1], start + "2026-07-28|tools/call|add_task " + modern}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		answer := `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}}` + "\n"
		if diff := cmp.Diff(answer+answer, out.String()); diff != "" || stderr.Len() != 0 {
			t.Errorf("%s, on stderr %q", diff, stderr)
		}
	}
}

func TestRun_EveryRequestIsAnswered(t *testing.T) {
	t.Parallel()
	answer := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Location", "https://elsewhere.example/mcp")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, test := range map[string]struct {
		backend http.HandlerFunc
		want    string
	}{
		"a refused token":    {answer(401, "application/problem+json", `{"detail":"Your session has expired."}`), `-32001,"message":"The token in TODO_MCP_TOKEN was refused. Your session has expired."`},
		"a problem":          {answer(413, "application/problem+json", `{"detail":"Too large."}`), `-32000,"message":"Too large."`},
		"another server":     {answer(404, "text/html", `<html>`), `is TODO_API_URL right?`},
		"a page":             {answer(200, "text/html", `<html>`), `is TODO_API_URL right?`},
		"moved":              {answer(308, "text/html", ``), `has moved to https://elsewhere.example/mcp`},
		"broken JSON":        {answer(200, "application/json", `{"jsonrpc"`), `no JSON`},
		"a protocol error":   {answer(400, "application/json", `{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no"}}`), `{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no"}}`},
		"a cut connection":   {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, `cannot be reached`},
		"nobody is there":    {nil, `cannot be reached; is TODO_API_URL right`},
		"a message no JSON":  {answer(500, "text/html", ""), `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,`},
		"a number too large": {answer(401, "", ""), `"id":18446744073709551616,`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := "http://127.0.0.1:1"
			if test.backend != nil {
				backend := httptest.NewServer(test.backend)
				defer backend.Close()
				url = backend.URL
			}
			request := `{"jsonrpc":"2.0","id":7,"method":"tools/list"}`
			switch name {
			case "a message no JSON":
				request = `{"jsonrpc":`
			case "a number too large":
				request = strings.Replace(request, "7", "18446744073709551616", 1)
			}
			bridge, stderr := newBridge(t, url)
			var out bytes.Buffer
			if err := bridge.Run(t.Context(), strings.NewReader(request), &out); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), test.want) || strings.Count(out.String(), "\n") != 1 {
				t.Errorf("answered %q", out.String())
			}
			if said := stderr.String(); (name != "a protocol error") != strings.HasPrefix(said, "backend mcp: ") || strings.Contains(said, "secret-token") {
				t.Errorf("on stderr %q", said)
			}
		})
	}
}

// A notification gets no answer, but its failure is not kept from the user.
func TestRun_NotificationFails(t *testing.T) {
	t.Parallel()
	bridge, stderr := newBridge(t, "http://127.0.0.1:1")
	var out bytes.Buffer
	err := bridge.Run(t.Context(), strings.NewReader(`{"jsonrpc":"2.0","method":"notifications/initialized"}`), &out)
	if err != nil || out.Len() != 0 || !strings.Contains(stderr.String(), "cannot be reached") {
		t.Errorf("answered %q, on stderr %q, %v", out.String(), stderr, err)
	}
}
