// Command backend keeps todo lists: a REST API, MCP tools and a chat, on
// PostgreSQL. docs/configuration.md lists its settings.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"todo-chatbot/backend/app"
	"todo-chatbot/backend/internal/mcpbridge"
	"todo-chatbot/backend/internal/smoke"
	"todo-chatbot/internal/healthcheck"
	"todo-chatbot/internal/telemetry"
)

const usage = `usage: backend [command]

commands:
  serve     answer requests (the default)
  migrate   bring the database's schema to this version, then exit; "migrate
            status" lists the migrations, "migrate down" takes the last one back
  export    write everything that the user whose id or email follows owns
  import    add what export wrote, from standard input, to a user's account
  health    ask the backend on this machine's PORT, or at --url URL, whether it
            is ready; exit code 0 says yes, 1 says no and prints why
  smoke     use the product once: the backend at SMOKE_URL and, if it is set,
            the pages at SMOKE_PAGES_URL
  mcp       an MCP server on standard input and output, for clients that start
            programs: a bridge to the backend at TODO_API_URL, for the owner of
            the access token TODO_MCP_TOKEN

Settings come from the environment; docs/configuration.md lists them.`

// defaultPort is that of app.Config, which health does not read: it needs none
// of the required settings.
const defaultPort = "8000"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	command := "serve"
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	switch {
	case command == "health":
		return healthcheck.Run(ctx, os.Stdout, args, cmp.Or(os.Getenv("PORT"), defaultPort))
	case command == "smoke" && len(args) == 0:
		return smoke.Run(ctx, os.Stdout, os.Getenv("SMOKE_URL"), os.Getenv("SMOKE_PAGES_URL"))
	case command == "mcp" && len(args) == 0:
		return bridge(ctx)
	case !knownCommand(command, args):
		return errors.New(usage)
	}
	cfg, err := app.LoadConfig()
	if err != nil {
		return err
	}
	log, err := telemetry.NewLogger(os.Stderr, cfg.LogLevel, cfg.LogFormat)
	if err != nil {
		return err
	}
	switch strings.Join(append([]string{command}, args...), " ") {
	case "serve":
		return serve(ctx, cfg, log)
	case "migrate", "migrate up":
		return app.Migrate(ctx, cfg, log)
	case "migrate down":
		return app.MigrateDown(ctx, cfg, log)
	case "migrate status":
		return app.MigrateStatus(ctx, cfg, log, os.Stdout)
	}
	if command == "export" {
		return app.Export(ctx, cfg, args[0], os.Stdout)
	}
	return app.Import(ctx, cfg, args[0], os.Stdin, os.Stdout)
}

// knownCommand tells whether a command that needs the settings is written
// right.
func knownCommand(command string, args []string) bool {
	switch command {
	case "serve":
		return len(args) == 0
	case "migrate":
		return len(args) == 0 || len(args) == 1 && slices.Contains([]string{"up", "down", "status"}, args[0])
	case "export", "import":
		return len(args) == 1
	default:
		return false
	}
}

func serve(ctx context.Context, cfg app.Config, log *slog.Logger) error {
	backend, err := app.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer backend.Close()
	return backend.Run(ctx)
}

// bridge needs none of the settings that serve needs.
func bridge(ctx context.Context) error {
	b, err := mcpbridge.New(mcpbridge.Config{APIURL: os.Getenv("TODO_API_URL"), Token: os.Getenv("TODO_MCP_TOKEN")}, os.Stderr)
	if err != nil {
		return fmt.Errorf("backend mcp: %w", err)
	}
	return b.Run(ctx, os.Stdin, os.Stdout)
}
