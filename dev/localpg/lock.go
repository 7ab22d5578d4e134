package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

var errLocked = errors.New("locked by another process")

// fileLock is an advisory lock that the kernel drops when its process dies,
// however it dies. The file holds the owner's process id, for messages.
type fileLock struct{ file *os.File }

// tryLock returns errLocked and the owner's process id when the lock is taken.
func tryLock(path string) (*fileLock, int32, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, 0, err
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err != nil {
		defer func() { _ = file.Close() }()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, 0, fmt.Errorf("lock %s: %w", path, err)
		}
		return nil, readPID(path), errLocked
	}
	if err := file.Truncate(0); err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	if _, err := file.WriteString(strconv.Itoa(os.Getpid())); err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return &fileLock{file}, 0, nil
}

// awaitLock waits for the lock until ctx is done.
func awaitLock(ctx context.Context, path string) (*fileLock, error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		lock, holder, err := tryLock(path)
		if !errors.Is(err, errLocked) {
			return lock, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for process %d, which holds %s: %w", holder, path, ctx.Err())
		}
	}
}

// release unlocks explicitly: a child that is just being forked shares the
// open file for a moment, and closing alone would leave the lock with it.
func (l *fileLock) release() error {
	err := unix.Flock(int(l.file.Fd()), unix.LOCK_UN)
	if errors.Is(err, unix.EBADF) {
		return nil // released before
	}
	return errors.Join(err, l.file.Close())
}

// readPID reads the process id on a file's first line; 0 when there is none.
func readPID(path string) int32 {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.ParseInt(strings.TrimSpace(first), 10, 32)
	if err != nil {
		return 0
	}
	return int32(pid)
}
