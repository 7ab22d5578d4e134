package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// command runs in a folder, with settings besides those of this process. When
// ctx is done it is asked to end before it is made to.
func command(ctx context.Context, dir string, env []string, name string, args ...string) *exec.Cmd {
	const patience = 20 * time.Second
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // go, git, kubectl, and what the user's flags say
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	return cmd
}

// output runs a command and returns what it printed; the error has what it
// complained about.
func output(cmd *exec.Cmd) (string, error) {
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(out.String()+complaints.String()))
	}
	return out.String(), nil
}

// process is a program that runs until it is stopped.
type process struct {
	cmd   *exec.Cmd
	said  bytes.Buffer  // to be read when it has ended
	ended chan struct{} // closed when it has ended
	err   error         // how it ended, once it has
}

// start runs a command with its output kept, in a process group of its own: a
// Ctrl-C reaches it through us, in our order.
func start(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, ended: make(chan struct{})}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = &p.said, &p.said
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// stop asks the process to end, and returns what it says if it does so badly.
func (p *process) stop() error {
	const patience = 20 * time.Second
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	return p.failure()
}

// failure is the error of a process that has ended, with its last words.
func (p *process) failure() error {
	if p.err == nil || errors.Is(p.err, context.Canceled) {
		return nil
	}
	const most = 4000
	said := p.said.String()
	if len(said) > most {
		said = said[len(said)-most:]
	}
	return fmt.Errorf("%s: %w\n%s", p.cmd.Path, p.err, said)
}

// awaitServed waits for an answer of a process, and not longer than it lives.
func (p *process) awaitServed(ctx context.Context, limit time.Duration, ask func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-p.ended:
			cancel(fmt.Errorf("it ended by itself: %w", p.failure()))
		case <-ctx.Done():
		}
	}()
	err := await(ctx, limit, ask)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx) //nolint:wrapcheck // Ctrl-C, or our own error
	}
	return err
}

// freePorts are below those that outgoing connections are given, because they
// stay unused for a moment.
func freePorts(ctx context.Context, count int) ([]int, error) {
	const lowest, span, tries = 10000, 10000, 1000
	var config net.ListenConfig
	taken := map[int]bool{}
	var ports []int
	for range tries {
		port := lowest + rand.IntN(span) //nolint:gosec // not a secret
		if taken[port] {
			continue
		}
		listener, err := config.Listen(ctx, "tcp", net.JoinHostPort("", strconv.Itoa(port)))
		if err != nil {
			continue
		}
		if err := listener.Close(); err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		taken[port] = true
		if ports = append(ports, port); len(ports) == count {
			return ports, nil
		}
	}
	return nil, errors.New("there are no free ports")
}

func localURL(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }
