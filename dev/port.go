package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

	gopsnet "github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"
)

// port is one that an app will listen on, and the variable that moves it.
type port struct {
	variable string
	number   int
}

func (s settings) ports() []port {
	return []port{
		{"FRONTEND_PORT", s.FrontendPort},
		{"BACKEND_PORT", s.BackendPort},
		{"METRICS_PORT", s.MetricsPort},
	}
}

// checkPorts returns an error that names every port which cannot be used, by
// whom it is taken, and how to get on.
func checkPorts(ctx context.Context, ports []port) error {
	var problems []error
	var moves []string
	seen := map[int]string{}
	for _, p := range ports {
		if other, ok := seen[p.number]; ok {
			problems = append(problems, fmt.Errorf("%s and %s are both %d; change one of them", other, p.variable, p.number))
			continue
		}
		seen[p.number] = p.variable
		err := tryListen(ctx, p.number)
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			problems = append(problems, takenError(ctx, p))
			moves = append(moves, fmt.Sprintf("%s=%d", p.variable, nextFree(ctx, p.number, ports)))
		case err != nil:
			problems = append(problems, fmt.Errorf("%s cannot be used: %w", p.variable, err))
		}
	}
	if len(moves) > 0 {
		problems = append(problems, fmt.Errorf("stop what is in the way, or move: %s make run", strings.Join(moves, " ")))
	}
	return errors.Join(problems...)
}

// tryListen tries the loopback addresses besides all addresses, because some
// systems let a program listen on all of them beside one that has a loopback.
func tryListen(ctx context.Context, number int) error {
	var config net.ListenConfig
	for _, host := range []string{"", "127.0.0.1", "::1"} {
		listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(number)))
		if host == "::1" && !errors.Is(err, syscall.EADDRINUSE) && err != nil {
			continue // a machine without IPv6
		}
		if err == nil {
			err = listener.Close()
		}
		if err != nil {
			return fmt.Errorf("try to listen: %w", err)
		}
	}
	return nil
}

func takenError(ctx context.Context, p port) error {
	if owner := ownerOf(ctx, p.number); owner != "" {
		return fmt.Errorf("port %d is taken by %s", p.number, owner)
	}
	return fmt.Errorf("port %d is taken, by a program that only its user or root can see: sudo lsof -i :%d", p.number, p.number)
}

// nextFree is the lowest usable port above the taken one.
func nextFree(ctx context.Context, taken int, ports []port) int {
	reserved := map[int]bool{}
	for _, p := range ports {
		reserved[p.number] = true
	}
	for number := taken + 1; number <= 65535; number++ {
		if !reserved[number] && tryListen(ctx, number) == nil {
			return number
		}
	}
	return 0 // the system's choice, and the apps print it
}

// ownerOf describes who listens on the port, such as "node (pid 4711, user
// anna)", as far as this user may see it; empty when that is nothing.
func ownerOf(ctx context.Context, number int) string {
	connections, err := gopsnet.ConnectionsWithContext(ctx, "tcp")
	if err != nil {
		return ""
	}
	for _, c := range connections {
		if c.Status == "LISTEN" && int(c.Laddr.Port) == number && c.Pid > 0 {
			return describe(ctx, c.Pid)
		}
	}
	return ""
}

func describe(ctx context.Context, pid int32) string {
	facts := []string{"pid " + strconv.Itoa(int(pid))}
	p, err := process.NewProcessWithContext(ctx, pid)
	if err != nil {
		return facts[0]
	}
	if user, err := p.UsernameWithContext(ctx); err == nil {
		facts = append(facts, "user "+user)
	}
	name, err := p.NameWithContext(ctx)
	if err != nil {
		name = "a program"
	}
	return name + " (" + strings.Join(facts, ", ") + ")"
}
