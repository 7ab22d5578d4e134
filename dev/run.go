package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sync/errgroup"

	backend "todo-chatbot/backend/app"
	"todo-chatbot/dev/localpg"
	frontend "todo-chatbot/frontend/app"
)

// runner holds what the parts share while they run.
type runner struct {
	settings settings
	forced   context.Context // done when nobody wants to wait any more
	colour   bool
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
		return r.runApps(ctx, nil)
	}
	server, err := r.startDatabase(ctx)
	if err != nil {
		return err
	}
	return errors.Join(r.runApps(ctx, server), server.Stop(forced))
}

func (r *runner) logger(part string) *slog.Logger {
	return newLogger(os.Stderr, part, r.settings.LogLevel, r.colour)
}

// startDatabase runs this checkout's own server and points the apps to it.
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

// app is the backend or the frontend.
type app interface {
	Run(ctx context.Context) error
}

// runApps returns when both apps have stopped. The server is nil when
// DATABASE_URL names another to use.
func (r *runner) runApps(ctx context.Context, server *localpg.Server) error {
	back, err := r.newBackend(ctx)
	if err != nil {
		return err
	}
	front, err := r.newFrontend()
	if err == nil {
		err = r.supervise(ctx, server, back, front)
	}
	closeErr := r.await(func() error { back.Close(); return nil })
	if err == nil {
		err = closeErr
	}
	return err
}

// supervise stops the frontend before the backend, so that no request in
// flight loses what answers it.
func (r *runner) supervise(ctx context.Context, server *localpg.Server, back, front app) error {
	group, ctx := errgroup.WithContext(ctx)
	backCtx, stopBack := context.WithCancel(context.WithoutCancel(ctx))
	group.Go(func() error {
		defer stopBack()
		return r.runPart(ctx, "frontend", front)
	})
	group.Go(func() error { return r.runPart(backCtx, "backend", back) })
	if server != nil {
		group.Go(func() error { return server.Wait(ctx) })
	}
	group.Go(func() error {
		if err := awaitReady(ctx, r.settings); err != nil || ctx.Err() != nil {
			return err
		}
		printBanner(os.Stdout, r.settings, server)
		return nil
	})
	return group.Wait() //nolint:wrapcheck // the errors of our own parts, each of which says whose it is
}

// runPart returns when the app has stopped, or at once when forced.
func (r *runner) runPart(ctx context.Context, name string, part app) error {
	err := r.await(func() error { return part.Run(ctx) })
	if err == nil && ctx.Err() == nil {
		return fmt.Errorf("the %s stopped by itself", name)
	}
	return err
}

// await calls f and returns its error, or stops waiting for it when forced:
// the process is about to end then.
func (r *runner) await(f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-r.forced.Done():
		return errForced
	}
}

func (r *runner) newBackend(ctx context.Context) (*backend.App, error) {
	if err := setenv(map[string]string{
		"LISTEN_HOST":  r.settings.ListenHost,
		"PORT":         strconv.Itoa(r.settings.BackendPort),
		"METRICS_PORT": strconv.Itoa(r.settings.MetricsPort),
		"DATABASE_URL": r.settings.DatabaseURL,
		"JWT_SECRET":   r.settings.JWTSecret,
	}); err != nil {
		return nil, err
	}
	cfg, err := backend.LoadConfig()
	if err != nil {
		return nil, err
	}
	log := r.logger("backend")
	if err := backend.Migrate(ctx, cfg, log); err != nil {
		return nil, err
	}
	return backend.New(ctx, cfg, log)
}

func (r *runner) newFrontend() (*frontend.App, error) {
	if err := setenv(map[string]string{
		"LISTEN_HOST":   r.settings.ListenHost,
		"PORT":          strconv.Itoa(r.settings.FrontendPort),
		"BACKEND_URL":   localURL(r.settings.BackendPort),
		"COOKIE_SECURE": "false", // the browser comes over plain HTTP
	}); err != nil {
		return nil, err
	}
	cfg, err := frontend.LoadConfig()
	if err != nil {
		return nil, err
	}
	return frontend.New(cfg, r.logger("frontend"))
}

// setenv serves the apps, which read the same names, one after the other.
func setenv(values map[string]string) error {
	for name, value := range values {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

func localURL(port int) string { return "http://localhost:" + strconv.Itoa(port) }
