package localpg

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shirou/gopsutil/v4/process"
)

func TestStart_Temporary(t *testing.T) {
	t.Parallel()
	server := start(t, Options{})
	pid := server.PID()

	for sql, want := range map[string]string{
		"SELECT current_database()":                                    "todo",
		"SELECT rolsuper FROM pg_roles WHERE rolname = current_user":   "true",
		"SHOW listen_addresses":                                        "127.0.0.1",
		"SHOW unix_socket_directories":                                 "",
		"SHOW fsync":                                                   "off",
		"SELECT split_part(current_setting('server_version'), ' ', 1)": server.Version,
		"SHOW timezone":                                                "UTC",
		"SELECT lower('É')":                                            "é",
	} {
		if got := query(t, server, sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}

	stop(t, server)
	if alive(t, pid) {
		t.Errorf("process %d is alive after Stop", pid)
	}
	if exists(server.Dir) {
		t.Errorf("%s is there after Stop", server.Dir)
	}
	stop(t, server) // again, which must be harmless
}

func TestStart_RefusesAWrongPassword(t *testing.T) {
	t.Parallel()
	server := start(t, Options{})
	wrong, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	wrong.User = url.UserPassword(superuser, "guess")
	conn, err := pgx.Connect(t.Context(), wrong.String())
	if err == nil {
		t.Fatal("a wrong password was accepted", conn.Close(t.Context()))
	}
	mustContain(t, err, "password authentication failed")
}

func TestStart_NeverRunsAsRoot(t *testing.T) {
	t.Parallel()
	server := start(t, Options{})
	p, err := process.NewProcessWithContext(t.Context(), int32(server.PID()))
	if err != nil {
		t.Fatal(err)
	}
	uids, err := p.UidsWithContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if uids[0] == 0 {
		t.Error("the server runs as root")
	}
}

func TestStart_KeepsData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testDir(t), "server")
	first := start(t, Options{Dir: dir})
	query(t, first, "CREATE TABLE kept AS SELECT 'milk' AS title")
	if got := query(t, first, "SHOW fsync"); got != "on" {
		t.Errorf("fsync is %q for data that is kept", got)
	}
	stop(t, first)
	if exists(filepath.Join(dir, "data", "postmaster.pid")) {
		t.Error("Stop left a postmaster.pid")
	}

	second := start(t, Options{Dir: dir})
	if got := query(t, second, "SELECT title FROM kept"); got != "milk" {
		t.Errorf("found %q, want milk", got)
	}
	if first.URL() != second.URL() && portFree(t.Context(), first.port) {
		t.Error("the URL changed although its port was free")
	}
}

func TestStart_TwoSideBySide(t *testing.T) {
	t.Parallel()
	one, two := start(t, Options{}), start(t, Options{})
	query(t, one, "CREATE TABLE mine ()")
	if got := query(t, two, "SELECT to_regclass('mine')"); got != "<nil>" {
		t.Errorf("the second server has the first one's table: %s", got)
	}
}

func TestStart_ErrInUse(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	helper, _ := startHelper(t, dir)
	_, err := Start(t.Context(), Options{Dir: dir})
	var inUse *InUseError
	if !errors.As(err, &inUse) {
		t.Fatalf("got %v, want an *InUseError", err)
	}
	if inUse.PID != helper.Process.Pid || inUse.Dir != dir {
		t.Errorf("got %+v, want process %d in %s", inUse, helper.Process.Pid, dir)
	}
}

// A killed parent must leave neither a lock nor a server in the way: on Linux
// the kernel stops the server, elsewhere the next Start does.
func TestStart_AfterParentWasKilled(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	helper, orphan := startHelper(t, dir)
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait() // "signal: killed", which is the point
	server := start(t, Options{Dir: dir})
	if serves(t.Context(), int32(orphan), server.home.dataPath()) {
		t.Errorf("server %d outlived its parent", orphan)
	}
	query(t, server, "SELECT 1")
}

func TestStart_StalePostmasterPID(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	first := start(t, Options{Dir: dir})
	pidFile := filepath.Join(first.home.dataPath(), "postmaster.pid")
	stale, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	stop(t, first)

	// PostgreSQL refuses to start when this id is that of any process of its user.
	unrelated := first.home.command(binaries{dir: "/bin"}, 0)
	unrelated.Path, unrelated.Args = "/bin/sleep", []string{"sleep", "600"}
	if err := unrelated.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = unrelated.Process.Kill()
		_ = unrelated.Wait()
	})
	_, rest, _ := strings.Cut(string(stale), "\n")
	stale = []byte(itoa(unrelated.Process.Pid) + "\n" + rest)
	if err := os.WriteFile(pidFile, stale, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := first.home.account.own(pidFile); err != nil {
		t.Fatal(err)
	}

	query(t, start(t, Options{Dir: dir}), "SELECT 1")
	if !alive(t, unrelated.Process.Pid) {
		t.Error("an unrelated process was stopped")
	}
}

func TestStart_OtherMajorVersion(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	versionFile := filepath.Join(dir, "data", "PG_VERSION")
	if err := os.Mkdir(filepath.Dir(versionFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(versionFile, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	mustContain(t, err, "written by PostgreSQL 9", "is version 1", "Install PostgreSQL 9", "nothing was deleted")
	if !exists(versionFile) {
		t.Error("the data was deleted")
	}
}

func TestStart_CancelledLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Options{Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	start(t, Options{Dir: dir})
}

func TestStart_UnfinishedInitdbIsRepeated(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	query(t, start(t, Options{Dir: dir}), "SELECT 1")
}

func TestServer_Wait(t *testing.T) {
	t.Parallel()
	t.Run("ErrDiedByItself", func(t *testing.T) {
		t.Parallel()
		server := start(t, Options{})
		if err := syscall.Kill(server.PID(), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		mustContain(t, server.Wait(t.Context()), "stopped by itself", "database system is shut down")
	})
	t.Run("Stop", func(t *testing.T) {
		t.Parallel()
		server := start(t, Options{})
		stop(t, server)
		if err := server.Wait(t.Context()); err != nil {
			t.Errorf("after Stop: %v", err)
		}
	})
	t.Run("Cancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := start(t, Options{}).Wait(ctx); err != nil {
			t.Errorf("after cancelling: %v", err)
		}
	})
}

// A client that stays connected, as a pool does, must not cost a recovery.
func TestServer_StopClosesConnections(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	server := start(t, Options{Dir: dir})
	conn, err := pgx.Connect(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	stop(t, server)

	log, err := os.ReadFile(start(t, Options{Dir: dir}).home.logPath())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(log), "not properly shut down") {
		t.Errorf("the next start had to recover:\n%s", log)
	}
}

// A Stop that may not wait must still leave no process, and lose no data.
func TestServer_StopByForce(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	server := start(t, Options{Dir: dir})
	query(t, server, "CREATE TABLE kept AS SELECT 'milk' AS title")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Stop(ctx); err != nil {
		t.Error(err)
	}
	if alive(t, server.PID()) {
		t.Error("the server is alive after Stop")
	}
	if got := query(t, start(t, Options{Dir: dir}), "SELECT title FROM kept"); got != "milk" {
		t.Errorf("found %q, want milk", got)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		server, err := Start(b.Context(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := server.Stop(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
