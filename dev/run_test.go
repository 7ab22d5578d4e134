package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// fakeApp runs until its context ends, or as its function says.
type fakeApp func(ctx context.Context) error

func (f fakeApp) Run(ctx context.Context) error { return f(ctx) }

// journal records in which order things happened.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) app(name string) fakeApp {
	return func(ctx context.Context) error {
		<-ctx.Done()
		j.add(name)
		return nil
	}
}

func TestSupervise_FrontendStopsFirst(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var j journal
	r := &runner{settings: testSettings(t), forced: t.Context()}
	if err := r.supervise(ctx, nil, j.app("backend"), j.app("frontend")); err != nil {
		t.Errorf("after Ctrl-C: %v", err)
	}
	if want := []string{"frontend", "backend"}; !slices.Equal(j.lines, want) {
		t.Errorf("stopped in the order %v, want %v", j.lines, want)
	}
}

func TestSupervise_OneDeathStopsAll(t *testing.T) {
	t.Parallel()
	for want, end := range map[string]error{
		"broken":                        errors.New("broken"),
		"the backend stopped by itself": nil,
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			var j journal
			dying := fakeApp(func(context.Context) error { return end })
			r := &runner{settings: testSettings(t), forced: t.Context()}
			err := r.supervise(t.Context(), nil, dying, j.app("frontend"))
			if err == nil || err.Error() != want {
				t.Errorf("got %v, want %q", err, want)
			}
			if !slices.Equal(j.lines, []string{"frontend"}) {
				t.Error("the frontend was not stopped")
			}
		})
	}
}

func TestSupervise_ForceDoesNotWait(t *testing.T) {
	t.Parallel()
	forced, force := context.WithCancel(t.Context())
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	hanging := fakeApp(func(context.Context) error {
		<-release
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	force()
	r := &runner{settings: testSettings(t), forced: forced}
	if err := r.supervise(ctx, nil, hanging, hanging); !errors.Is(err, errForced) {
		t.Errorf("got %v, want errForced", err)
	}
}

func TestAwaitInsistence_IgnoresAnEcho(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 1)
		insisted := make(chan struct{})
		go func() {
			awaitInsistence(signals)
			close(insisted)
		}()
		synctest.Wait()
		signals <- syscall.SIGINT
		synctest.Wait()
		select {
		case <-insisted:
			t.Error("the echo of the first signal counts as a second one")
		default:
		}
		<-time.After(2 * time.Second) // on the bubble's clock, which takes no time
		signals <- syscall.SIGINT
		<-insisted
	})
}

func TestCheckPorts(t *testing.T) {
	t.Parallel()
	numbers := freePorts(t, 2)
	free := []port{{"FRONTEND_PORT", numbers[0]}, {"BACKEND_PORT", numbers[1]}}
	if err := checkPorts(t.Context(), free); err != nil {
		t.Errorf("free ports: %v", err)
	}
	same := []port{{"FRONTEND_PORT", numbers[0]}, {"BACKEND_PORT", numbers[0]}}
	if err := checkPorts(t.Context(), same); err == nil || !strings.Contains(err.Error(), "FRONTEND_PORT and BACKEND_PORT are both") {
		t.Errorf("one port for two: %v", err)
	}
	if err := checkPorts(t.Context(), []port{{"BACKEND_PORT", 70000}}); err == nil || !strings.Contains(err.Error(), "BACKEND_PORT cannot be used") {
		t.Errorf("no port: %v", err)
	}
}

func TestNextFree_SkipsOurOwn(t *testing.T) {
	t.Parallel()
	taken := freePorts(t, 1)[0]
	ours := []port{{"FRONTEND_PORT", taken}, {"BACKEND_PORT", taken + 1}}
	if got := nextFree(t.Context(), taken, ours); got <= taken+1 {
		t.Errorf("offers %d, which is one of ours", got)
	}
}

func TestKeptSecret(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	first, err := keptSecret(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) < 32 {
		t.Errorf("%d bytes, want 32 or more", len(first))
	}
	if again, err := keptSecret(path); err != nil || again != first {
		t.Errorf("another secret the second time, %v", err)
	}
	if other, err := keptSecret(path + "2"); err != nil || other == first {
		t.Errorf("the same secret for another checkout, %v", err)
	}
}

func TestCheckoutName(t *testing.T) {
	t.Parallel()
	one, two := checkoutName("/home/anna/todo"), checkoutName("/srv/todo")
	if !strings.HasPrefix(one, "todo-") || one == two {
		t.Errorf("got %s and %s", one, two)
	}
}

func TestLogger(t *testing.T) {
	t.Parallel()
	line := func(colour bool) string {
		var out bytes.Buffer
		log := newLogger(&out, "backend", slog.LevelInfo, colour)
		log.Debug("hidden")
		log.Info("listening", "port", 8000, slog.Group("tls", "level", slog.LevelWarn), slog.Group("settings", "PORT", 8000))
		return out.String()
	}
	if want := regexp.MustCompile(`^\d\d:\d\d:\d\d backend  INFO  listening port=8000 tls\.level=WARN\n$`); !want.MatchString(line(false)) {
		t.Errorf("got %q", line(false))
	}
	if !strings.Contains(line(true), "\x1b[") {
		t.Errorf("no colour in %q", line(true))
	}
}

func TestAwaitReady_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := awaitReady(ctx, testSettings(t)); err != nil {
		t.Errorf("Ctrl-C while starting: %v", err)
	}
}

func TestPrintBanner_OneURLToOpen(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	printBanner(&out, settings{FrontendPort: 3000, BackendPort: 8000}, nil)
	if !strings.Contains(out.String(), "Open http://localhost:3000\n") || strings.Count(out.String(), "Open ") != 1 {
		t.Errorf("got %s", out.String())
	}
	if !strings.Contains(out.String(), "http://localhost:"+strconv.Itoa(8000)) {
		t.Error("the API's URL is missing")
	}
}
