// Package e2e tests the product from outside: the real programs as processes
// of their own, a real PostgreSQL, a real browser.
package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/dev/localpg"
)

// programs are built once for all tests.
var programs struct {
	dir string
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "todo-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	programs.dir = dir
	build := exec.Command("go", "build", "-o", dir+"/", "todo-chatbot/backend", "todo-chatbot/frontend")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// stack is the product, running for one test.
type stack struct {
	URL         string // the page
	BackendURL  string
	backendEnv  []string
	backendPort int
	backend     *process
}

func startStack(t *testing.T) *stack {
	t.Helper()
	database, err := localpg.Start(t.Context(), localpg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := database.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	backendPort, frontendPort := freePort(t), freePort(t)
	s := &stack{
		URL:         "http://localhost:" + strconv.Itoa(frontendPort),
		BackendURL:  "http://localhost:" + strconv.Itoa(backendPort),
		backendPort: backendPort,
		backendEnv: []string{
			"PORT=" + strconv.Itoa(backendPort), "METRICS_PORT=0", "DATABASE_URL=" + database.URL(),
			"JWT_SECRET=only for a test, thirty-two bytes", "CHAT_LEASE=2s", "LOG_FORMAT=text",
		},
	}
	if out, err := command("backend", s.backendEnv, "migrate").CombinedOutput(); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	s.StartBackend(t)
	start(t, "frontend", []string{"PORT=" + strconv.Itoa(frontendPort), "BACKEND_URL=" + s.BackendURL, "LOG_FORMAT=text"})
	await(t, s.URL)
	return s
}

// StartBackend starts a backend on the stack's port and waits until it serves.
func (s *stack) StartBackend(t *testing.T) {
	t.Helper()
	s.backend = start(t, "backend", s.backendEnv)
	await(t, s.BackendURL)
}

// KillBackend ends the backend without a chance to clean up.
func (s *stack) KillBackend(t *testing.T) {
	t.Helper()
	s.backend.end(t, syscall.SIGKILL)
}

// freePort is a port that nobody listens on just now. The programs get it
// rather than 0, because a backend comes back where it was.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// await waits until the service at url is ready.
func await(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		err := api.NewClient(url, nil).Ready(ctx)
		if err == nil {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("%s is not ready: %v", url, err)
		}
	}
}

func command(name string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(programs.dir, name), args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

// process is one of the programs, running.
type process struct {
	cmd  *exec.Cmd
	out  output
	once sync.Once
}

// start runs a program until the test ends; its log is shown if the test fails.
func start(t *testing.T, name string, env []string) *process {
	t.Helper()
	p := &process{cmd: command(name, env)}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.end(t, syscall.SIGTERM)
		if t.Failed() {
			t.Logf("log of %s:\n%s", name, p.out.String())
		}
	})
	return p
}

// end stops the program by a signal. One that is asked to stop has to do so
// without an error.
func (p *process) end(t *testing.T, signal os.Signal) {
	t.Helper()
	p.once.Do(func() {
		if err := p.cmd.Process.Signal(signal); err != nil {
			t.Errorf("%s ended by itself: %v", p.cmd.Path, err)
		}
		if err := p.cmd.Wait(); err != nil && signal != syscall.SIGKILL {
			t.Errorf("%s: %v", p.cmd.Path, err)
		}
	})
}

// output collects what a program writes while the test reads it.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
