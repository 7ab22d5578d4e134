// Package app puts the backend together: every other package knows only its
// own part. Tests and the development runner start the very program that
// runs in production.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"
	_ "time/tzdata" // images without a time zone database serve users with zones

	"golang.org/x/sync/errgroup"

	"todo-chatbot/backend/internal/agent"
	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/openai"
	"todo-chatbot/backend/internal/llm/rules"
	"todo-chatbot/backend/internal/mcpserver"
	"todo-chatbot/backend/internal/postgres"
	"todo-chatbot/backend/internal/rest"
	"todo-chatbot/backend/internal/todo"
	"todo-chatbot/internal/config"
	"todo-chatbot/internal/httpserver"
)

// Version is the product's version; the build sets it with -ldflags -X.
var Version = "dev"

// readyTimeout bounds the readiness check, so that a database that hangs fails
// it before the prober gives up.
const readyTimeout = 2 * time.Second

// App is one backend process.
type App struct {
	cfg     Config
	log     *slog.Logger
	db      *postgres.DB
	caller  *mcpserver.Caller
	agent   *agent.Agent
	metrics *metrics
	watch   *todo.Watch
	hearing *postgres.Listener
	http    *httpserver.Server
	rest    *rest.Server
	api     net.Listener
	ops     net.Listener
	closed  atomic.Bool
}

// New makes a backend and opens its ports. Close it, whether it ran or not.
func New(ctx context.Context, cfg Config, log *slog.Logger) (*App, error) {
	a := &App{cfg: cfg, log: log}
	if err := a.assemble(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) assemble(ctx context.Context) error {
	var err error
	a.db, err = postgres.Open(ctx, string(a.cfg.DatabaseURL), postgres.Options{MaxConns: a.cfg.DatabaseMaxConns, Pooled: a.cfg.pooled()})
	if err != nil {
		return err
	}
	a.metrics = newMetrics(a.db)
	a.hearing = postgres.NewListener(a.db, a.cfg.migrationURL())
	a.watch = todo.NewWatch(a.hearing, a.log)
	tokens, err := auth.NewTokens([]byte(a.cfg.JWTSecret), a.cfg.JWTLifetime)
	if err != nil {
		return err
	}
	accounts := auth.NewService(a.db, tokens, a.throttle())
	tasks := todo.NewService(a.db)
	tools := mcpserver.New(tasks, Version, a.metrics.toolCall, a.log)
	if a.caller, err = tools.NewCaller(ctx); err != nil {
		return err
	}
	if a.agent, err = agent.New(metered{a.provider(), a.metrics}, a.caller, a.db, a.limits(), a.log); err != nil {
		return err
	}
	proxies, err := a.cfg.trustedProxies()
	if err != nil {
		return err
	}
	a.http = &httpserver.Server{Notice: a.cfg.ShutdownNotice, Drain: a.cfg.ShutdownDrain, Log: a.log}
	a.rest = rest.New(rest.Config{
		Auth: accounts, Tasks: tasks, Conversations: todo.NewConversations(a.db), Chat: a.agent, Keys: a.db, Watch: a.watch, MCP: tools.Handler(),
		RequestLimit:   todo.NewLimiter(a.db, "requests", todo.Limit{Count: a.cfg.RequestLimit, Per: time.Minute}, false),
		TurnLimit:      todo.NewLimiter(a.db, "turns", todo.Limit{Count: a.cfg.TurnLimit, Per: time.Minute}, true),
		TrustedProxies: proxies,
		Ready:          a.ready, Measure: a.metrics.request, Log: a.log,
	})
	return a.listen(ctx)
}

// signInPeriod is the time that the limits of wrong passwords are for.
const signInPeriod = 15 * time.Minute

func (a *App) throttle() auth.Throttle {
	return auth.Throttle{
		Email:   todo.NewLimiter(a.db, "signin-email", todo.Limit{Count: a.cfg.SignInLimitEmail, Per: signInPeriod}, true),
		Address: todo.NewLimiter(a.db, "signin-address", todo.Limit{Count: a.cfg.SignInLimitAddress, Per: signInPeriod}, true),
	}
}

func (a *App) limits() agent.Limits {
	limits := agent.Limits{
		Steps:           a.cfg.ChatMaxSteps,
		HistoryMessages: a.cfg.ChatHistoryMessages,
		Turn:            a.cfg.ChatTurnTimeout,
		Lease:           a.cfg.ChatLease,
	}
	if a.cfg.LLMProvider != ProviderRules { // which uses none, so there is nothing to look up
		limits.TurnTokens, limits.DayTokens = a.cfg.ChatMaxTurnTokens, a.cfg.ChatMaxDayTokens
	}
	return limits
}

func (a *App) provider() llm.Provider {
	if a.cfg.LLMProvider == ProviderOpenAI {
		return openai.New(openai.Config{
			BaseURL: string(a.cfg.OpenAIBaseURL), APIKey: string(a.cfg.OpenAIAPIKey), Model: a.cfg.OpenAIModel,
			Timeout: a.cfg.OpenAITimeout, MaxRetries: a.cfg.OpenAIRetries,
		})
	}
	return rules.New()
}

func (a *App) listen(ctx context.Context) error {
	var err error
	if a.api, err = httpserver.Listen(ctx, a.cfg.ListenHost, a.cfg.Port); err != nil {
		return err
	}
	a.ops, err = httpserver.Listen(ctx, a.cfg.ListenHost, a.cfg.MetricsPort)
	return err
}

// URL is where the API answers, on this machine.
func (a *App) URL() string { return localURL(a.api) }

// MetricsURL is where metrics and profiles answer, on this machine.
func (a *App) MetricsURL() string { return localURL(a.ops) }

func localURL(l net.Listener) string {
	return fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port)
}

// Run serves until ctx is done. Then readiness falls, running requests and
// turns end, and it returns nil.
func (a *App) Run(ctx context.Context) error {
	a.log.InfoContext(ctx, "backend starts", "version", Version, "url", a.URL(), "settings", config.LogValue(a.cfg))
	group, ctx := errgroup.WithContext(ctx)
	opsCtx, stopOps := context.WithCancel(context.WithoutCancel(ctx))
	patience, lose := context.WithCancel(context.WithoutCancel(ctx))
	defer lose()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(a.cfg.ShutdownNotice+a.cfg.ShutdownDrain, lose) })()
	group.Go(func() error {
		defer stopOps() // metrics are served as long as there is anything to measure
		err := a.http.Serve(ctx, a.api, a.rest)
		// Turns whose clients left end too, within the time that is left. One that
		// does not make it is kept, and goes on when it is sent again.
		a.agent.Shutdown(patience)
		return err
	})
	group.Go(func() error {
		defer a.hearing.Close()
		a.watch.Run(ctx)
		return nil
	})
	group.Go(func() error {
		a.removeExpired(ctx)
		return nil
	})
	group.Go(func() error {
		ops := &httpserver.Server{Drain: time.Second, Log: a.log}
		return ops.Serve(opsCtx, a.ops, a.metrics.handler())
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("backend: %w", err)
	}
	a.log.Info("backend stopped")
	return nil
}

// ready implements rest.Config.Ready.
func (a *App) ready(ctx context.Context) (map[string]string, bool) {
	if a.http.Stopping() {
		return map[string]string{"server": "is stopping"}, false
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := a.db.Ping(ctx); err != nil {
		a.log.WarnContext(ctx, "not ready: the database does not answer", "error", err)
		return map[string]string{"database": "does not answer"}, false
	}
	return map[string]string{"database": "ok"}, true
}

// Close frees what New took. It may be called twice.
func (a *App) Close() {
	if a.closed.Swap(true) {
		return
	}
	for _, l := range []net.Listener{a.api, a.ops} {
		if l != nil {
			_ = l.Close() // closed already if Run served it
		}
	}
	if a.caller != nil {
		if err := a.caller.Close(); err != nil {
			a.log.Warn("tools not closed", "error", err)
		}
	}
	if a.db != nil {
		a.db.Close()
	}
}
