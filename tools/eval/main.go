// Command eval measures how well the assistant understands people, and prints
// the accuracy by kind and every miss. Run it at the repository's root:
//
//	go run ./tools/eval                      the built-in rules
//	OPENAI_MODEL=… go run ./tools/eval       a model
//	go run ./tools/eval -replay file         a model's recorded answers
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"todo-chatbot/backend/evaluate"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	settings, err := evaluate.Parse(os.Args[1:], os.Getenv, os.Stderr)
	if err == nil {
		err = evaluate.Run(ctx, settings, os.Stdout)
	}
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
