package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"todo-chatbot/dev/localpg"
)

const (
	readyPath    = "/api/health/ready"
	readyTimeout = time.Minute
)

// awaitReady returns once both apps say that they are ready, or ctx is done,
// which is for others to report.
func awaitReady(ctx context.Context, s settings) error {
	bounded, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for _, port := range []int{s.BackendPort, s.FrontendPort} {
		url := localURL(port) + readyPath
		for !ready(bounded, url) {
			select {
			case <-tick.C:
			case <-bounded.Done():
				if ctx.Err() != nil {
					return nil
				}
				return fmt.Errorf("%s did not answer 200 within %v; the log above says why", url, readyTimeout)
			}
		}
	}
	return nil
}

func ready(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

// printBanner says the one thing to do next, and where everything is.
func printBanner(w io.Writer, s settings, server *localpg.Server) {
	data := "the server of DATABASE_URL"
	if server != nil {
		data = "PostgreSQL " + server.Version + " in " + server.Dir
	}
	// A terminal that cannot show it can show nothing of why either.
	_, _ = fmt.Fprintf(w, "\n  Open %s\n\n  API   %s\n  Data  %s\n  Ctrl-C stops everything.\n\n",
		localURL(s.FrontendPort), localURL(s.BackendPort), data)
}
