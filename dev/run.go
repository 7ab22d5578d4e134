package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"todo-chatbot/dev/localpg"
	"todo-chatbot/dev/loop"
	"todo-chatbot/internal/httpserver"
)

// runner holds what the parts share while they run.
type runner struct {
	settings settings
	forced   context.Context // done when nobody wants to wait any more
	colour   bool
	greeted  sync.Once
}

// run starts everything and returns once everything has stopped: nil when ctx
// was cancelled, otherwise the error of the part that failed first. Once forced
// is done it waits for no request any more.
func run(ctx, forced context.Context) error {
	s, err := loadSettings()
	if err != nil {
		return err
	}
	if err := checkPorts(ctx, s.ports()); err != nil {
		return err
	}
	r := &runner{settings: s, forced: forced, colour: wantsColour(os.Stderr)}
	if s.DatabaseURL != "" {
		return r.runPrograms(ctx, nil)
	}
	server, err := r.startDatabase(ctx)
	if err != nil {
		return err
	}
	return errors.Join(r.runPrograms(ctx, server), server.Stop(forced))
}

func (r *runner) logger(part string) *slog.Logger {
	return newLogger(os.Stderr, part, r.settings.LogLevel, r.colour)
}

// startDatabase runs this checkout's own server and points the backend to it.
func (r *runner) startDatabase(ctx context.Context) (*localpg.Server, error) {
	server, err := localpg.Start(ctx, localpg.Options{
		Dir: filepath.Join(r.settings.StateDir, "postgres"),
		Log: r.logger("postgres"),
	})
	var inUse *localpg.InUseError
	if errors.As(err, &inUse) {
		return nil, fmt.Errorf("another `make run` of this checkout is running (pid %d); stop it first", inUse.PID)
	}
	if err != nil {
		return nil, err
	}
	r.settings.DatabaseURL = server.URL()
	// Left from the environment, it would lead migrations to another database.
	return server, os.Unsetenv("DATABASE_DIRECT_URL")
}

// runPrograms returns when both programs have stopped. The server is nil when
// DATABASE_URL names another to use.
func (r *runner) runPrograms(ctx context.Context, server *localpg.Server) error {
	hub := loop.NewHub()
	backend := r.newLoop(loop.Backend, hub, map[string]string{
		"DATABASE_URL": r.settings.DatabaseURL,
		"JWT_SECRET":   r.settings.JWTSecret,
	})
	frontend := r.newLoop(loop.Frontend, hub, map[string]string{
		"BACKEND_URL":   localURL(r.settings.BackendPort),
		"COOKIE_SECURE": "false", // the browser comes over plain HTTP
	})
	stopPorts, err := r.servePorts(ctx, backend, frontend)
	if err != nil {
		return err
	}
	err = r.watch(ctx, server, backend, frontend)
	// The frontend goes first, so that no request in flight loses what answers it.
	return errors.Join(err, r.stop(frontend), r.stop(backend), stopPorts())
}

func (r *runner) newLoop(p loop.Program, hub *loop.Hub, env map[string]string) *loop.Loop {
	env["LOG_FORMAT"] = "json" // our own logger words it for people
	env["SHUTDOWN_NOTICE"], env["SHUTDOWN_DRAIN"] = "0s", "2s"
	var settings []string
	for name, value := range env {
		settings = append(settings, name+"="+value)
	}
	log := r.logger(p.Name)
	return loop.New(p, loop.Options{
		Dir:   r.settings.Root,
		State: filepath.Join(r.settings.StateDir, p.Name),
		Env:   settings,
		// A program starts and stops with each edit, on a port that nobody uses.
		Output: &logLines{log: log, quiet: map[string]bool{p.Name + " starts": true, p.Name + " stopped": true}},
		Report: func(report loop.Report) { tell(log, report) },
		Hub:    hub,
	})
}

// tell prints a line for what is live, and the compiler's own words for what
// is not.
func tell(log *slog.Logger, report loop.Report) {
	line, rest, _ := strings.Cut(report.String(), "\n")
	if report.Err == nil {
		log.Info(line)
		return
	}
	log.Error(line)
	_, _ = fmt.Fprintln(os.Stderr, "  "+strings.ReplaceAll(rest, "\n", "\n  "))
}

// servePorts opens the ports that people use; the programs have others of
// their own, which change with each start.
func (r *runner) servePorts(ctx context.Context, backend, frontend *loop.Loop) (stop func() error, err error) {
	var servers []*http.Server
	stop = func() error {
		var all error
		for _, s := range servers {
			all = errors.Join(all, s.Close())
		}
		return all
	}
	for _, p := range []struct {
		port    int
		handler http.Handler
	}{
		{r.settings.BackendPort, backend.Handler()},
		{r.settings.MetricsPort, backend.MetricsHandler()},
		{r.settings.FrontendPort, frontend.Handler()},
	} {
		listener, err := httpserver.Listen(ctx, r.settings.ListenHost, p.port)
		if err != nil {
			return nil, errors.Join(err, stop())
		}
		server := &http.Server{Handler: p.handler, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
		servers = append(servers, server)
		go func() { _ = server.Serve(listener) }() // until Close
	}
	return stop, nil
}

// watch brings the programs up, and keeps them current until ctx is done or
// the database ends.
func (r *runner) watch(ctx context.Context, server *localpg.Server, loops ...*loop.Loop) error {
	group, ctx := errgroup.WithContext(ctx)
	if server != nil {
		group.Go(func() error { return server.Wait(ctx) })
	}
	var bells []chan struct{}
	for _, l := range loops {
		bell := make(chan struct{}, 1)
		bells = append(bells, bell)
		group.Go(func() error {
			return r.keepCurrent(ctx, l, bell, func() { r.greet(server, loops...) })
		})
	}
	group.Go(func() error {
		return loop.Watch(ctx, r.settings.Root, loop.Sources(), func() {
			for _, bell := range bells {
				select {
				case bell <- struct{}{}:
				default: // it rings already
				}
			}
		})
	})
	return group.Wait() //nolint:wrapcheck // the errors of our own parts, each of which says whose it is
}

// keepCurrent starts a program, and syncs it at each ring of the bell. What
// does not compile can be mended while we watch; a program that does not start
// with its settings cannot.
func (r *runner) keepCurrent(ctx context.Context, l *loop.Loop, bell <-chan struct{}, live func()) error {
	first, err := l.Start(ctx)
	switch {
	case ctx.Err() != nil:
		return nil //nolint:nilerr // Ctrl-C while it was starting
	case err != nil:
		return err
	case !first.Mendable():
		return first.Err
	}
	for {
		live()
		select {
		case <-bell:
			l.Sync(ctx)
		case <-ctx.Done():
			return nil
		}
	}
}

// greet prints the URL, once, when both programs serve.
func (r *runner) greet(server *localpg.Server, loops ...*loop.Loop) {
	for _, l := range loops {
		if !l.Ready() {
			return
		}
	}
	r.greeted.Do(func() { printBanner(os.Stdout, r.settings, server) })
}

func (r *runner) stop(l *loop.Loop) error {
	if err := l.Stop(r.forced); err != nil {
		return errForced
	}
	return nil
}

func localURL(port int) string { return "http://localhost:" + strconv.Itoa(port) }
