// Command frontend serves the pages of the todo-chatbot.
// docs/configuration.md lists its settings.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"todo-chatbot/frontend/app"
	"todo-chatbot/internal/healthcheck"
	"todo-chatbot/internal/telemetry"
)

const usage = `usage: frontend [command]

commands:
  serve     serve the pages (the default)
  health    ask the frontend on this machine's PORT, or at --url URL, whether it
            is ready; exit code 0 says yes, 1 says no and prints why

Settings come from the environment; docs/configuration.md lists them.`

// defaultPort is that of app.Config, which health does not read: a mistake in
// another setting is none of its business.
const defaultPort = "3000"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
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
	case len(args) > 0 || command != "serve":
		return errors.New(usage)
	}
	cfg, err := app.LoadConfig()
	if err != nil {
		return err
	}
	log, err := telemetry.NewLogger(os.Stdout, cfg.LogLevel, cfg.LogFormat)
	if err != nil {
		return err
	}
	frontend, err := app.New(cfg, log)
	if err != nil {
		return err
	}
	return frontend.Run(ctx)
}
