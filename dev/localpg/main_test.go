package localpg

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shirou/gopsutil/v4/process"
	"go.uber.org/goleak"
)

// helperDir, when set, makes the test binary a program that runs a server in
// that directory until it is killed.
const helperDir = "LOCALPG_TEST_HELPER_DIR"

// TestMain gives every test the worst surroundings: a strict umask, and
// variables that point each PostgreSQL program somewhere else.
func TestMain(m *testing.M) {
	syscall.Umask(0o077)
	for _, name := range []string{"PGPORT", "PGHOST", "PGDATA", "PGDATABASE", "PGUSER"} {
		if err := os.Setenv(name, "1"); err != nil {
			panic(err)
		}
	}
	if dir := os.Getenv(helperDir); dir != "" {
		runHelper(dir)
	}
	goleak.VerifyTestMain(m)
}

func runHelper(dir string) {
	server, err := Start(context.Background(), Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(server.PID())
	select {}
}

// startHelper runs a server in another process of ours and returns that
// process and the server's process id.
func startHelper(t *testing.T, dir string) (*exec.Cmd, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if pid > 0 && alive(t, pid) {
			_ = syscall.Kill(pid, syscall.SIGQUIT) // where no parent-death signal does it
			eventually(t, "the helper's server ends", func() bool { return !alive(t, pid) })
		}
	})
	if _, err := fmt.Fscanln(out, &pid); err != nil {
		t.Fatalf("the helper printed no process id: %v", err)
	}
	return cmd, pid
}

// testDir is a fresh directory that the server's user can reach, also as root:
// the parent of t.TempDir() is closed.
func testDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, closed := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(closed, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func start(t *testing.T, opts Options) *Server {
	t.Helper()
	server, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, server) })
	return server
}

func stop(t *testing.T, server *Server) {
	t.Helper()
	if err := server.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// query returns the text of the one value that sql yields.
func query(t *testing.T, server *Server, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(t.Context(), sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[any])
	if err != nil {
		t.Fatal(err)
	}
	if len(values) == 0 {
		return ""
	}
	return fmt.Sprint(values[0])
}

// alive reports whether the process runs; one that has ended but that nobody
// has waited for yet does not.
func alive(t *testing.T, pid int) bool {
	t.Helper()
	p, err := process.NewProcess(int32(pid)) // with no context: clean-up asks too
	if err != nil {
		return false
	}
	line, err := p.Cmdline()
	return err == nil && line != ""
}

// eventually fails the test when the condition does not come true in time.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not in time: %s", what)
		}
	}
}

func mustContain(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
}
