package localpg

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// home is a server's directory on disk, locked against other processes.
//
//	data/         what initdb makes
//	password      the superuser's
//	port          the last one used
//	postgres.log  the current run's
//	lock          held by the process that runs the server
type home struct {
	dir       string
	temporary bool
	account   *account
	lock      *fileLock
}

// InUseError says that another process runs a server in Dir.
type InUseError struct {
	Dir string
	PID int // 0 when not known
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("%s is in use by process %d", e.Dir, e.PID)
}

func openHome(ctx context.Context, opts Options) (home, error) {
	account, err := serverAccount()
	if err != nil {
		return home{}, err
	}
	h := home{dir: opts.Dir, account: account, temporary: opts.Dir == ""}
	if h.temporary {
		sweepTemporary(ctx, account, opts.Log)
		if h.dir, err = os.MkdirTemp("", temporaryPrefix+"*"); err != nil {
			return home{}, err
		}
	}
	if h.dir, err = filepath.Abs(h.dir); err != nil {
		return home{}, err
	}
	if err := h.claim(); err != nil {
		if h.temporary {
			err = errors.Join(err, os.RemoveAll(h.dir))
		}
		return home{}, err
	}
	return h, nil
}

// claim makes the directory, checks that the server can reach it, and locks it.
func (h *home) claim() error {
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return err
	}
	if err := h.account.checkReach(h.dir); err != nil {
		return err
	}
	lock, holder, err := tryLock(h.path("lock"))
	if errors.Is(err, errLocked) {
		return &InUseError{Dir: h.dir, PID: int(holder)}
	}
	if err != nil {
		return err
	}
	h.lock = lock
	if err := h.account.own(h.dir); err != nil {
		return errors.Join(err, lock.release())
	}
	return nil
}

func (h *home) close() error {
	if h.lock == nil {
		return nil
	}
	var err error
	if h.temporary {
		err = os.RemoveAll(h.dir)
	}
	return errors.Join(err, h.lock.release())
}

func (h *home) path(name string) string { return filepath.Join(h.dir, name) }
func (h *home) dataPath() string        { return h.path("data") }
func (h *home) logPath() string         { return h.path("postgres.log") }

// dataMajor is the major version that wrote the data, such as "18", or empty
// when there is none yet.
func (h *home) dataMajor() (string, error) {
	version, err := os.ReadFile(filepath.Join(h.dataPath(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(version)), err
}

// explainMissing adds what a person can do about missing binaries.
func (h *home) explainMissing(err error, major string) error {
	if major == "" {
		return fmt.Errorf("%w\nInstall Node.js with npm, or PostgreSQL, or set DATABASE_URL to a server you have", err)
	}
	return fmt.Errorf("the data in %s was written by PostgreSQL %s, which no other major version can read\n%w\n"+
		"Install PostgreSQL %s, or move that folder away to start with an empty database; nothing was deleted",
		h.dataPath(), major, err, major)
}

// loadPassword reads the superuser's password, or makes one the first time.
func (h *home) loadPassword() (string, error) {
	password, err := os.ReadFile(h.path("password"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if len(password) > 0 {
		return string(password), nil
	}
	text := rand.Text()
	if err := os.WriteFile(h.path("password"), []byte(text), 0o600); err != nil {
		return "", err
	}
	return text, h.account.own(h.path("password"))
}

// initialise makes the data beside its final place and renames it, so that an
// interrupted run leaves nothing that looks like a database.
func (h *home) initialise(ctx context.Context, b binaries) error {
	unfinished := h.path("data.new")
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	args := []string{
		"--pgdata=" + unfinished, "--username=" + superuser, "--pwfile=" + h.path("password"),
		"--auth=scram-sha-256", "--encoding=UTF8", "--lc-messages=C", "--no-instructions",
	}
	if h.temporary {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, b.path("initdb"), append(args, b.localeArgs()...)...) //nolint:gosec // the binaries that find chose
	h.account.prepare(cmd, h.dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make an empty database with %s: %w\n%s", cmd.Path, err, lastLines(string(out)))
	}
	return os.Rename(unfinished, h.dataPath())
}

// command runs the server in the foreground: a child that we own.
func (h *home) command(b binaries, port int) *exec.Cmd {
	settings := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(port), "unix_socket_directories=",
		"max_connections=200", "timezone=UTC", "log_timezone=UTC",
	}
	if h.temporary {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", h.dataPath()}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	cmd := exec.Command(b.path("postgres"), args...) //nolint:gosec,noctx // the binaries that find chose; stop ends it, not a context
	h.account.prepare(cmd, h.dir)
	detach(cmd)
	return cmd
}

// choosePort prefers the last port, so that a saved psql or IDE connection
// keeps working.
func (h *home) choosePort(ctx context.Context) (int, error) {
	if last, err := os.ReadFile(h.path("port")); err == nil {
		if port, err := strconv.Atoi(string(last)); err == nil && portFree(ctx, port) {
			return port, nil
		}
	}
	port, err := freePort(ctx)
	if err != nil {
		return 0, err
	}
	return port, os.WriteFile(h.path("port"), []byte(strconv.Itoa(port)), 0o600)
}
