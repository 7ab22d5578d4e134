// Command backend keeps todo lists: a REST API, MCP tools and a chat, on
// PostgreSQL. docs/configuration.md lists its settings.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"todo-chatbot/backend/app"
	"todo-chatbot/internal/telemetry"
)

const usage = `usage: backend [command]

commands:
  serve     answer requests (the default)
  migrate   bring the database's schema to this version, then exit

Settings come from the environment; docs/configuration.md lists them.`

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
		command = args[0]
	}
	if len(args) > 1 || (command != "serve" && command != "migrate") {
		return fmt.Errorf("%s", usage)
	}
	cfg, err := app.LoadConfig()
	if err != nil {
		return err
	}
	log, err := telemetry.NewLogger(os.Stderr, cfg.LogLevel, cfg.LogFormat)
	if err != nil {
		return err
	}
	if command == "migrate" {
		return app.Migrate(ctx, cfg, log)
	}
	backend, err := app.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer backend.Close()
	return backend.Run(ctx)
}
