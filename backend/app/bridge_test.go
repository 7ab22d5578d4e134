package app_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// program is the backend as it is deployed, built once for the tests that need
// it as a process.
var program struct {
	once sync.Once
	dir  string
	err  error
}

func buildProgram() {
	if program.dir, program.err = os.MkdirTemp("", "todo-backend-"); program.err != nil {
		return
	}
	build := exec.Command("go", "build", "-o", program.dir, "todo-chatbot/backend")
	build.Stderr = os.Stderr
	program.err = build.Run()
}

func removeProgram() {
	if program.dir != "" {
		os.RemoveAll(program.dir)
	}
}

// command is the backend's program with arguments and settings of its own.
func command(t *testing.T, settings []string, args ...string) *exec.Cmd {
	t.Helper()
	program.once.Do(buildProgram)
	if program.err != nil {
		t.Fatal(program.err)
	}
	cmd := exec.Command(filepath.Join(program.dir, "backend"), args...)
	cmd.Env = settings
	return cmd
}

// overStdio starts `backend mcp` and talks to it.
func overStdio(t *testing.T, url, token string) (*mcp.CommandTransport, *bytes.Buffer) {
	t.Helper()
	cmd := command(t, []string{"TODO_API_URL=" + url, "TODO_MCP_TOKEN=" + token}, "mcp")
	stderr := new(bytes.Buffer)
	cmd.Stderr = stderr
	return &mcp.CommandTransport{Command: cmd}, stderr
}

func TestBridge_WithTheOfficialSDK(t *testing.T) {
	t.Parallel()
	for _, version := range protocolVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			p, url := newPerson(t)
			transport, stderr := overStdio(t, url, p.token)
			session := connect(t, transport, version)
			if got := session.InitializeResult().ProtocolVersion; got != version {
				t.Errorf("speaks %s", got)
			}
			useTools(t, session, p)
			if err := session.Close(); err != nil || stderr.Len() != 0 {
				t.Errorf("ended with %v, said %q", err, stderr)
			}
		})
	}
}

func TestBridge_TellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	for name, test := range map[string]struct{ url, token, want string }{
		"a bad token":     {url, "nonsense", "The token in TODO_MCP_TOKEN was refused."},
		"nobody is there": {"http://127.0.0.1:1", p.token, "cannot be reached; is TODO_API_URL right"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport, stderr := overStdio(t, test.url, test.token)
			_, err := client.Connect(t.Context(), transport, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the client was told %v", err)
			}
			if !strings.Contains(stderr.String(), test.want) {
				t.Errorf("the user was told %q", stderr)
			}
		})
	}
	for name, settings := range map[string][]string{
		"TODO_API_URL": {"TODO_MCP_TOKEN=x"}, "TODO_MCP_TOKEN": {"TODO_API_URL=" + url},
	} {
		out, err := command(t, settings, "mcp").CombinedOutput()
		if err == nil || !strings.Contains(string(out), name+" must be") {
			t.Errorf("without %s: %v, %s", name, err, out)
		}
	}
}
