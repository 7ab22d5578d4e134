package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

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
