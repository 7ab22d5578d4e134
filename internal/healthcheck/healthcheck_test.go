package healthcheck_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"todo-chatbot/internal/healthcheck"
)

func run(t *testing.T, args []string, port string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := healthcheck.Run(t.Context(), &out, args, port)
	return out.String(), err
}

// answering is the URL of a server whose readiness is the given one.
func answering(t *testing.T, status int, body string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health/ready", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	mux.HandleFunc("GET /elsewhere", func(http.ResponseWriter, *http.Request) {})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestRun_AsksThePort(t *testing.T) {
	t.Parallel()
	server, err := url.Parse(answering(t, http.StatusOK, `{"status":"ok"}`))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, nil, server.Port()); err != nil || out != "ready\n" {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestRun_AsksTheURL(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"ready":             {http.StatusOK, `{"checks":{"database":"ok"}}`, ""},
		"checks that fail":  {http.StatusServiceUnavailable, `{"checks":{"queue":"is full","cache":"ok","database":"does not answer"}}`, "not ready: database does not answer, queue is full"},
		"no check named":    {http.StatusServiceUnavailable, `{}`, "answers 503 Service Unavailable"},
		"not a health page": {http.StatusNotFound, `<html>`, "answers 404 Not Found"},
		"a redirect":        {http.StatusSeeOther, ``, "answers 303 See Other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := run(t, []string{"--url", answering(t, test.status, test.body) + "/api/health/ready"}, "1")
			if test.want == "" {
				if err != nil || out != "ready\n" {
					t.Errorf("got %q, %v", out, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), test.want) || out != "" {
				t.Errorf("got %q, %v; want %q", out, err, test.want)
			}
		})
	}
}

func TestRun_ErrNoAnswer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if _, err := run(t, []string{"--url", server.URL}, "1"); err == nil || !strings.Contains(err.Error(), "not ready: no answer") {
		t.Errorf("got %v", err)
	}
}

func TestRun_ErrUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"extra"}, {"--uri", "x"}, {"--url"}, {"--help"}} {
		if _, err := run(t, args, "1"); err == nil || !strings.Contains(err.Error(), "usage: health [--url URL]") {
			t.Errorf("%q: got %v", args, err)
		}
	}
}
