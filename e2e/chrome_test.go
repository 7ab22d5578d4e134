package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// How long one test in the browser may take, and one step of it.
const (
	browserTimeout = 2 * time.Minute
	stepTimeout    = 20 * time.Second
)

// browsers are the names that Chrome and its relatives go by.
var browsers = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
}

// findBrowser is the path of a browser, installed by the way on Debian as root.
var findBrowser = sync.OnceValues(func() (string, error) {
	if path, ok := lookUp(); ok {
		return path, nil
	}
	if err := installDebians(); err != nil {
		return "", err
	}
	if path, ok := lookUp(); ok {
		return path, nil
	}
	return "", errors.New("Debian's chromium was installed, but is not there")
})

func lookUp() (string, bool) {
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

var errNoBrowser = errors.New("no Chrome or Chromium here; install one (https://www.google.com/chrome or your system's package) to run the tests in the browser")

func installDebians() error {
	if _, err := os.Stat("/etc/debian_version"); err != nil || os.Geteuid() != 0 {
		return errNoBrowser
	}
	for _, args := range [][]string{
		{"apt-get", "update", "-qq"},
		{"apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"},
	} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}

// openBrowser is a new browser window of the given size. What the page
// complains about in the console, a broken security policy included, fails the
// test.
func openBrowser(t *testing.T, width, height int) context.Context {
	t.Helper()
	path, err := findBrowser()
	if errors.Is(err, errNoBrowser) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(width, height),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "en-GB"),
	)
	allocator, cancelAllocator := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancelAllocator)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancelTimeout := context.WithTimeout(ctx, browserTimeout)
	t.Cleanup(cancelTimeout)
	err = chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("the page threw: %s", exception(e.ExceptionDetails))
		case *log.EventEntryAdded:
			// Answers of 4xx and 5xx are for the page to show, and for the tests to see there.
			if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
				t.Errorf("the console says: %s (%s)", e.Entry.Text, e.Entry.URL)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

func exception(details *runtime.ExceptionDetails) string {
	if details.Exception != nil {
		return details.Text + " " + details.Exception.Description
	}
	return details.Text
}

type action = chromedp.Action[chromedp.Void]

// do runs actions and names the step that failed, with a picture of the page
// where E2E_SCREENSHOTS names a folder.
func do(t *testing.T, ctx context.Context, step string, actions ...action) {
	t.Helper()
	limited, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	err := chromedp.Do(limited, actions...)
	if err == nil {
		return
	}
	text, readErr := chromedp.Run(ctx, chromedp.Text("body"))
	if readErr != nil {
		text = readErr.Error()
	}
	screenshot(t, ctx, "failed")
	t.Fatalf("%s: %v\nthe page says:\n%s", step, err, text)
}

// waitFor waits until a JavaScript expression is true in the page. The page's
// own security policy forbids chromedp.Poll, which evaluates inside the page.
func waitFor(expression string) action {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		look := time.NewTicker(20 * time.Millisecond)
		defer look.Stop()
		for {
			// An error is a page that is just being left; the next one comes.
			if ok, err := chromedp.Evaluate[bool]("!!("+expression+")")(ctx, target); err == nil && ok {
				return nil
			}
			select {
			case <-look.C:
			case <-ctx.Done():
				return fmt.Errorf("waited in vain for %s: %w", expression, ctx.Err())
			}
		}
	})
}

func screenshot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("E2E_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Log(err)
		return
	}
	if err := os.WriteFile(dir+"/"+name+".png", png, 0o644); err != nil {
		t.Error(err)
	}
}
