package localpg

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// child is the running server: a child of ours in a session of its own, so
// that Ctrl-C in the terminal reaches it only through stop.
type child struct {
	cmd      *exec.Cmd
	logPath  string
	exited   chan struct{} // closed once exitErr is set
	exitErr  error
	stopping atomic.Bool
}

// startChild runs cmd with its output in a fresh log file.
func startChild(cmd *exec.Cmd, logPath string) (*child, error) {
	log, err := os.OpenFile(logPath, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	// The child has its own copy of the file once it runs.
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log

	c := &child{cmd: cmd, logPath: logPath, exited: make(chan struct{})}
	started := make(chan error, 1)
	go c.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	return c, nil
}

// run stays on one thread for the server's whole life, because Linux sends the
// parent-death signal when the thread that started the child ends.
func (c *child) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	started <- err
	if err == nil {
		c.exitErr = c.cmd.Wait()
		close(c.exited)
	}
}

func (c *child) pid() int { return c.cmd.Process.Pid }

func (c *child) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-c.exited:
		if c.stopping.Load() {
			return nil
		}
		return c.diedError()
	}
}

// diedError describes an exit that nobody asked for. Call it after exited.
func (c *child) diedError() error {
	reason := "exit status 0"
	if c.exitErr != nil {
		reason = c.exitErr.Error()
	}
	log, err := os.ReadFile(c.logPath)
	if err != nil {
		return fmt.Errorf("PostgreSQL stopped by itself: %s", reason)
	}
	return fmt.Errorf("PostgreSQL stopped by itself: %s\n%s", reason, lastLines(string(log)))
}

// stop asks ever more firmly: SIGINT closes connections and shuts down, SIGQUIT
// leaves recovery to the next start, SIGKILL cannot be refused.
func (c *child) stop(ctx context.Context) {
	c.stopping.Store(true)
	gentle, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	if c.signalAndWait(gentle, syscall.SIGINT) {
		return
	}
	firm, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if c.signalAndWait(firm, syscall.SIGQUIT) {
		return
	}
	c.signalAndWait(context.WithoutCancel(ctx), syscall.SIGKILL)
}

// signalAndWait reports whether the process ended before ctx was done. A
// signal to a process that has ended already fails, and that is fine.
func (c *child) signalAndWait(ctx context.Context, signal os.Signal) bool {
	_ = c.cmd.Process.Signal(signal)
	select {
	case <-c.exited:
		return true
	case <-ctx.Done():
		return false
	}
}

// stopTimeout is how long a server may take to stop before it is told firmly.
const stopTimeout = 10 * time.Second

// pollInterval is how often a condition outside this process is looked at again.
const pollInterval = 20 * time.Millisecond

// lastLines is the end of a program's output: what tells a person why it failed.
func lastLines(text string) string {
	const count = 8
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}
