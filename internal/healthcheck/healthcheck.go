// Package healthcheck is the health command of both binaries: it asks a running
// one whether it is ready, in images that hold nothing else that could.
package healthcheck

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

const usage = "usage: health [--url URL]"

// timeout is longer than the checks behind a readiness answer may take, so that
// a check that hangs is still named.
const timeout = 3 * time.Second

// maxBody is far more than any readiness answer has.
const maxBody = 64 << 10

// Run asks the program on this machine's port, or at the URL that args name. It
// writes a line to out when the program is ready; the error says in words why
// it is not.
func Run(ctx context.Context, out io.Writer, args []string, port string) error {
	flags := flag.NewFlagSet("health", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error carries it
	url := flags.String("url", "http://"+net.JoinHostPort("127.0.0.1", port)+"/api/health/ready", "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return errors.New(usage)
	} else if err != nil {
		return fmt.Errorf("%w\n%s", err, usage)
	}
	if flags.NArg() > 0 {
		return errors.New(usage)
	}
	if err := check(ctx, *url); err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

func check(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("the URL cannot be used: %w", err)
	}
	resp, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return errors.New(reason(resp))
}

// client follows no redirect: a sign-in page that answers is not readiness.
var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// reason is the checks that failed, such as "database does not answer", or the
// status where the answer names none.
func reason(resp *http.Response) string {
	var body struct {
		Checks map[string]string `json:"checks"`
	}
	err := json.NewDecoder(io.LimitReader(resp.Body, maxBody)).Decode(&body)
	var failing []string
	for name, state := range body.Checks {
		if state != "ok" {
			failing = append(failing, name+" "+state)
		}
	}
	if err != nil || len(failing) == 0 {
		return fmt.Sprintf("%s answers %s", resp.Request.URL.Redacted(), resp.Status)
	}
	slices.Sort(failing)
	return strings.Join(failing, ", ")
}
