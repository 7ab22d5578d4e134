// Command frontend serves the pages of the todo-chatbot.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"todo-chatbot/frontend/app"
	"todo-chatbot/internal/telemetry"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
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
