// Package app wires the frontend together and runs it.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/pages"
	"todo-chatbot/frontend/internal/session"
	"todo-chatbot/frontend/internal/static"
	"todo-chatbot/internal/httpserver"
)

// Version is the product's version; the build sets it with -ldflags -X.
var Version = "dev"

// App is the frontend, wired and ready to run.
type App struct {
	cfg     Config
	log     *slog.Logger
	backend *backend.Client
	server  *httpserver.Server
	handler http.Handler

	started chan struct{} // closed when Run listens or has failed to
	url     string
}

// New wires the frontend. It fails when the browser assets were not built.
func New(cfg Config, log *slog.Logger) (*App, error) {
	if err := static.Check(); err != nil {
		return nil, err
	}
	return wire(cfg, log), nil
}

func wire(cfg Config, log *slog.Logger) *App {
	a := &App{
		cfg:     cfg,
		log:     log,
		backend: backend.New(string(cfg.BackendURL)),
		server:  &httpserver.Server{Drain: cfg.ShutdownDrain, Notice: cfg.ShutdownNotice, Log: log},
		started: make(chan struct{}),
	}
	a.handler = a.routes(pages.Adapter{Log: log, Cookies: session.Cookies{Secure: cfg.CookieSecure}})
	return a
}

// Handler serves every route, without a listener of its own.
func (a *App) Handler() http.Handler { return a.handler }

// Run listens on the configured port and serves until ctx is done, then lets
// the requests at hand finish. It may be called once.
func (a *App) Run(ctx context.Context) error {
	defer a.backend.Close()
	listener, err := a.listen(ctx)
	if err != nil {
		return fmt.Errorf("start the frontend: %w", err)
	}
	a.log.InfoContext(ctx, "frontend starts", "version", Version, "url", a.url, "settings", a.cfg)
	return a.server.Serve(ctx, listener, a.handler)
}

func (a *App) listen(ctx context.Context) (net.Listener, error) {
	defer close(a.started)
	listener, err := httpserver.Listen(ctx, a.cfg.ListenHost, a.cfg.Port)
	if err != nil {
		return nil, err
	}
	if addr, ok := listener.Addr().(*net.TCPAddr); ok {
		a.url = fmt.Sprintf("http://localhost:%d", addr.Port)
	}
	return listener, nil
}

// URL is where the pages are, on this machine. It waits for Run to listen, and
// is "" when Run could not.
func (a *App) URL() string {
	<-a.started
	return a.url
}
