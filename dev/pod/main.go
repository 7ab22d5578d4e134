// Command pod is the first process of a development pod: it runs the inner
// loop for one program, whose sources a tool such as Skaffold or Tilt syncs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"todo-chatbot/dev/loop"
)

const usage = `usage: pod backend|frontend [argument...]
       pod sync
       pod generate

The name of a program keeps it alive and current; with arguments, the program
that the image was built with runs with them instead. sync makes the loop of
this pod look at the files, and prints what came of it. generate writes Go from
the templates in the current folder, for a first build.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pod:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == "sync" {
		return sync(ctx)
	}
	if len(args) == 1 && args[0] == "generate" {
		return loop.Generate(loop.Frontend, ".")
	}
	programs := map[string]loop.Program{"backend": loop.Backend, "frontend": loop.Frontend}
	if len(args) == 0 || programs[args[0]].Name == "" {
		return errors.New(usage)
	}
	program := programs[args[0]]
	if len(args) > 1 {
		built := filepath.Join(seedFolder, "bin", program.Name)
		return fmt.Errorf("run %s: %w", built, syscall.Exec(built, append([]string{built}, args[1:]...), os.Environ())) //nolint:gosec // the image's own program
	}
	return keepAlive(ctx, program)
}

func keepAlive(ctx context.Context, program loop.Program) error {
	if err := seed(ctx, os.Getenv("DEV_SESSION")); err != nil {
		return err
	}
	hub := loop.NewHub()
	l := loop.New(program, loop.Options{
		Dir:    sourceFolder,
		State:  filepath.Join(os.TempDir(), "loop"),
		Env:    []string{"SHUTDOWN_NOTICE=0s", "SHUTDOWN_DRAIN=2s"},
		Output: os.Stdout,
		Report: func(r loop.Report) { fmt.Println(r) },
		Hub:    hub,
		Remote: true,
	})
	servers, failed := listen(program, l)
	if backend := os.Getenv("BACKEND_URL"); backend != "" {
		go hub.Follow(ctx, loop.Backend.Name, backend)
	}
	err := live(ctx, l, program, failed)
	for _, s := range servers {
		err = errors.Join(err, s.Close())
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	return errors.Join(err, l.Stop(patience))
}

// live serves until ctx is done. It watches by itself, because a hook comes a
// good while after the files.
func live(ctx context.Context, l *loop.Loop, program loop.Program, failed <-chan error) error {
	if _, err := l.Start(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case err := <-failed:
			cancel(err)
		case <-ctx.Done():
		}
	}()
	if err := loop.Watch(ctx, sourceFolder, program.Sources, func() { l.Sync(ctx) }); err != nil {
		return err
	}
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return fmt.Errorf("serve: %w", cause)
	}
	return nil
}

// listen opens the ports that the program has in production.
func listen(program loop.Program, l *loop.Loop) (servers []*http.Server, failed <-chan error) {
	ports := map[string]http.Handler{":" + os.Getenv("PORT"): l.Handler()}
	if program.Name == loop.Backend.Name {
		ports[":9090"] = l.MetricsHandler()
	}
	failures := make(chan error, len(ports))
	for address, handler := range ports {
		server := &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: 5 * time.Second}
		servers = append(servers, server)
		go func() {
			if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
				failures <- err
			}
		}()
	}
	return servers, failures
}

// sync is the hook of the tool that syncs files. It succeeds even if the
// change does not compile: a tool would only try again.
func sync(ctx context.Context) error {
	url := "http://127.0.0.1:" + os.Getenv("PORT") + loop.SyncPath
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, http.NoBody) //nolint:gosec // this pod's own port
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	answer, err := http.DefaultClient.Do(request) //nolint:gosec // as above
	if err != nil {
		fmt.Println("The loop of this pod does not answer yet; it looks at the files when it starts.")
		return nil
	}
	defer answer.Body.Close()
	_, err = io.Copy(os.Stdout, answer.Body)
	return err //nolint:wrapcheck // of the terminal
}
