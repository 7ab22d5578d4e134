package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/shirou/gopsutil/v4/process"
	"golang.org/x/sys/unix"
)

const temporaryPrefix = product + "-postgres-"

// stopOrphan ends a server that outlived the process that ran it, and removes
// the postmaster.pid of one that crashed: PostgreSQL would refuse to start when
// that process id has since gone to an unrelated program. The home's lock is
// held, so no process of ours runs a server here now.
func (h *home) stopOrphan(ctx context.Context, log *slog.Logger) error {
	pidFile := filepath.Join(h.dataPath(), "postmaster.pid")
	pid := readPID(pidFile)
	if pid > 0 && serves(ctx, pid, h.dataPath()) {
		log.Info("Stopping the PostgreSQL that an earlier run left", "pid", pid)
		if err := unix.Kill(int(pid), unix.SIGINT); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("stop the PostgreSQL that an earlier run left (pid %d): %w", pid, err)
		}
		if err := awaitGone(ctx, pid, h.dataPath()); err != nil {
			return err
		}
	}
	if err := os.Remove(pidFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func awaitGone(ctx context.Context, pid int32, dataPath string) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for serves(ctx, pid, dataPath) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the PostgreSQL that an earlier run left (pid %d) does not stop; end it with: kill -QUIT %d", pid, pid)
		}
	}
	return nil
}

// serves reports whether the process is a server that was started on dataPath.
func serves(ctx context.Context, pid int32, dataPath string) bool {
	p, err := process.NewProcessWithContext(ctx, pid)
	if err != nil {
		return false
	}
	args, err := p.CmdlineSliceWithContext(ctx)
	return err == nil && slices.Contains(args, dataPath)
}

// sweepTemporary removes the temporary servers of processes that were killed
// before they could. Doing less than all of it is fine: it runs again.
func sweepTemporary(ctx context.Context, account *account, log *slog.Logger) {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), temporaryPrefix+"*"))
	for _, dir := range dirs {
		if !account.owns(dir) {
			continue
		}
		if err := sweep(ctx, dir, log); err != nil {
			log.Debug("A temporary PostgreSQL was left in place", "dir", dir, "err", err)
		}
	}
}

func sweep(ctx context.Context, dir string, log *slog.Logger) error {
	info, err := os.Lstat(filepath.Join(dir, "lock"))
	if err != nil {
		return err
	}
	// A server that is just starting has made its lock but may not hold it yet.
	if time.Since(info.ModTime()) < time.Minute {
		return nil
	}
	lock, _, err := tryLock(filepath.Join(dir, "lock"))
	if err != nil {
		return err
	}
	left := home{dir: dir, temporary: true, lock: lock}
	if err := left.stopOrphan(ctx, log); err != nil {
		return errors.Join(err, lock.release())
	}
	return left.close()
}
