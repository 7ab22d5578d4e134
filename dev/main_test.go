package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"todo-chatbot/dev/localpg"
)

// buildDev builds the program once for all tests that run it.
var buildDev = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.TempDir(), "todo-chatbot-dev-test-"+strconv.Itoa(os.Getpid()))
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build dev: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := buildDev(); err == nil {
		_ = os.Remove(path)
	}
	os.Exit(code)
}

// devRun is one `make run` with ports and data of its own.
type devRun struct {
	*exec.Cmd
	stdout   *bufio.Scanner
	stderr   *bytes.Buffer
	settings settings
}

func startDev(t *testing.T, s settings) *devRun {
	t.Helper()
	path, err := buildDev()
	if err != nil {
		t.Fatal(err)
	}
	run := &devRun{Cmd: exec.CommandContext(t.Context(), path), stderr: &bytes.Buffer{}, settings: s}
	run.Env = append(os.Environ(),
		"FRONTEND_PORT="+strconv.Itoa(s.FrontendPort), "BACKEND_PORT="+strconv.Itoa(s.BackendPort),
		"METRICS_PORT="+strconv.Itoa(s.MetricsPort), "TODO_STATE_DIR="+s.StateDir,
		"DATABASE_URL="+s.DatabaseURL, "JWT_SECRET=", "LLM_PROVIDER=rules")
	run.Stderr = run.stderr
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	run.stdout = bufio.NewScanner(out)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait()
	})
	return run
}

// awaitBanner returns once the program has printed the URL to open.
func (r *devRun) awaitBanner(t *testing.T) {
	t.Helper()
	for r.stdout.Scan() {
		if strings.Contains(r.stdout.Text(), "Open "+localURL(r.settings.FrontendPort)) {
			return
		}
	}
	_ = r.Wait() // the log says more than the exit code
	t.Fatalf("it printed no URL to open:\n%s", r.stderr)
}

// finish sends the signal and checks the promise of a clean stop.
func (r *devRun) finish(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := r.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	for r.stdout.Scan() {
		continue // the pipe must be read to its end before Wait
	}
	if err := r.Wait(); err != nil {
		t.Errorf("after %v: %v, want exit code 0\n%s", signal, err, r.stderr)
	}
	for _, p := range r.settings.ports() {
		if err := tryListen(t.Context(), p.number); err != nil {
			t.Errorf("%s is not free: %v", p.variable, err)
		}
	}
	if left := processesOn(t, r.settings.StateDir); len(left) > 0 {
		t.Errorf("processes left: %q", left)
	}
}

// processesOn lists the command lines that mention dir, which PostgreSQL's does.
func processesOn(t *testing.T, dir string) []string {
	t.Helper()
	processes, err := process.ProcessesWithContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, p := range processes {
		if line, err := p.CmdlineWithContext(t.Context()); err == nil && strings.Contains(line, dir) {
			found = append(found, line)
		}
	}
	return found
}

func testSettings(t *testing.T) settings {
	t.Helper()
	// The parent of t.TempDir() is closed to the user that PostgreSQL runs as
	// in root's place.
	dir := t.TempDir()
	for _, closed := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(closed, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	ports := freePorts(t, 3)
	return settings{StateDir: dir, FrontendPort: ports[0], BackendPort: ports[1], MetricsPort: ports[2]}
}

// given are the ports that tests of this package have, used or not yet.
var given sync.Map

// freePorts keeps away from the ports that outgoing connections are given, and
// gives none twice, because they stay unused for a moment.
func freePorts(t *testing.T, count int) []int {
	t.Helper()
	var ports []int
	for len(ports) < count {
		number := 10000 + rand.IntN(10000)
		if _, taken := given.LoadOrStore(number, true); !taken && tryListen(t.Context(), number) == nil {
			ports = append(ports, number)
		}
	}
	return ports
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// call sends JSON to the backend, returns the answer's token, and fails the
// test unless the status is the wanted one.
func call(t *testing.T, s settings, method, path, token, body string, status int) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, localURL(s.BackendPort)+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d\n%s", method, path, response.StatusCode, status, answer)
	}
	var session struct {
		Token string `json:"token"`
	}
	_ = json.Unmarshal(answer, &session) // not every answer has one
	return session.Token
}

// The whole promise of `make run`: it comes up, stops cleanly, and started
// again it still knows the user, with the session that was open before.
func TestRun_KeepsDataBetweenRuns(t *testing.T) {
	t.Parallel()
	s := testSettings(t)
	first := startDev(t, s)
	first.awaitBanner(t)
	token := call(t, s, http.MethodPost, "/api/auth/signup", "",
		`{"email":"anna@example.com","password":"correct horse battery","name":"Anna"}`, http.StatusCreated)
	if len(processesOn(t, s.StateDir)) == 0 {
		t.Error("no PostgreSQL runs on the state directory, so finish would prove nothing")
	}
	first.finish(t, syscall.SIGINT)

	second := startDev(t, s)
	second.awaitBanner(t)
	call(t, s, http.MethodGet, "/api/auth/me", token, "", http.StatusOK)
	second.finish(t, syscall.SIGHUP)
}

func TestRun_UsesDatabaseURL(t *testing.T) {
	t.Parallel()
	server, err := localpg.Start(t.Context(), localpg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s := testSettings(t)
	s.DatabaseURL = server.URL()
	run := startDev(t, s)
	run.awaitBanner(t)
	run.finish(t, syscall.SIGINT)
	if _, err := os.Stat(filepath.Join(s.StateDir, "postgres")); err == nil {
		t.Error("it made a database of its own")
	}
}

func TestRun_ErrAlreadyRunning(t *testing.T) {
	t.Parallel()
	first := startDev(t, testSettings(t))
	first.awaitBanner(t)
	other := testSettings(t)
	other.StateDir = first.settings.StateDir
	second := startDev(t, other)
	if err := second.Wait(); err == nil {
		t.Error("a second run of the same checkout exits with 0")
	}
	want := "another `make run` of this checkout is running (pid " + strconv.Itoa(first.Process.Pid) + ")"
	if !strings.Contains(second.stderr.String(), want) {
		t.Errorf("it does not say %q:\n%s", want, second.stderr)
	}
	first.finish(t, syscall.SIGTERM)
}

func TestRun_ErrPortsTaken(t *testing.T) {
	t.Parallel()
	s := testSettings(t)
	for _, number := range []int{s.FrontendPort, s.MetricsPort} {
		listener := listen(t, "127.0.0.1:"+strconv.Itoa(number))
		t.Cleanup(func() { _ = listener.Close() })
	}
	run := startDev(t, s)
	if err := run.Wait(); err == nil {
		t.Error("it exits with 0")
	}
	owner := "(pid " + strconv.Itoa(os.Getpid())
	for _, want := range []string{strconv.Itoa(s.FrontendPort), strconv.Itoa(s.MetricsPort)} {
		line := lineWith(run.stderr.String(), "port "+want)
		if !strings.Contains(line, owner) {
			t.Errorf("port %s: the message does not name its owner %q:\n%s", want, owner, run.stderr)
		}
	}
	if out := lineWith(run.stderr.String(), " make run"); !strings.Contains(out, "FRONTEND_PORT=") || !strings.Contains(out, "METRICS_PORT=") {
		t.Errorf("no one command is a way out:\n%s", run.stderr)
	}
	if _, err := os.Stat(filepath.Join(s.StateDir, "postgres")); err == nil {
		t.Error("PostgreSQL was started although a port is taken")
	}
}

func lineWith(text, part string) string {
	lines := strings.Split(text, "\n")
	i := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, part) })
	if i < 0 {
		return ""
	}
	return lines[i]
}
