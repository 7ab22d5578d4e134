// Command dev is `make run`: PostgreSQL, the backend and the frontend on this
// machine, from one terminal, until Ctrl-C.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if err := start(); err != nil {
		fmt.Fprintln(os.Stderr, "make run:", err)
		os.Exit(1)
	}
}

// start turns signals into contexts: the first one drains and stops everything
// in order, the second one stops waiting.
func start() error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	forced, force := context.WithCancel(context.Background())
	defer force()
	go func() {
		<-signals
		stop()
		awaitInsistence(signals)
		force()
	}()
	err := run(ctx, forced)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // Ctrl-C while something was still starting
	}
	return err
}

// awaitInsistence waits for a second signal that a person sent: programs that
// stand between the terminal and us, such as timeout, send one signal twice.
func awaitInsistence(signals <-chan os.Signal) {
	const echo = 500 * time.Millisecond
	first := time.Now()
	for range signals {
		if time.Since(first) > echo {
			return
		}
	}
}

var errForced = errors.New("stopped by force, before every request was answered")
