package loop

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"
)

// The loop's own paths on the program's port.
const (
	prefix     = "/_dev/"
	eventsPath = prefix + "events"
	scriptPath = prefix + "reload.js"
	// SyncPath makes the loop look at the files, and answers with its report.
	SyncPath = prefix + "sync"
)

//go:embed reload.js
var reloadScript []byte

const scriptTag = `<script src="` + scriptPath + `" defer></script>`

// target is where requests go: the addresses of the process that serves.
type target struct {
	mu             sync.RWMutex
	pages, metrics string
}

func (t *target) set(pages, metrics string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pages, t.metrics = pages, metrics
}

func (t *target) get() (pages, metrics string) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.pages, t.metrics
}

// newProxy passes requests to whichever process serves at the moment. Its
// pages get a script that makes them load again.
func newProxy(l *Loop) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+eventsPath, l.Hub)
	mux.HandleFunc("GET "+scriptPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(reloadScript)
	})
	mux.HandleFunc("POST "+SyncPath, func(w http.ResponseWriter, r *http.Request) {
		// A tool that hangs up does not stop a build.
		for _, report := range l.Told(context.WithoutCancel(r.Context())) {
			_, _ = fmt.Fprintln(w, report)
		}
	})
	if l.assets != nil {
		mux.HandleFunc("GET /static/{name}", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			http.ServeFile(w, r, l.assets.file(r.PathValue("name")))
		})
	}
	pass := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			pages, _ := l.target.get()
			r.Out.URL.Scheme, r.Out.URL.Host = "http", pages
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Accept-Encoding") // the script is put into plain text
		},
		Transport:      &follower{target: &l.target, next: &http.Transport{MaxIdleConnsPerHost: 64}},
		ModifyResponse: injectScript,
		ErrorHandler:   func(w http.ResponseWriter, r *http.Request, err error) { l.excuse(w, r, err.Error()) },
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if !l.Ready() {
			l.excuse(w, r, "")
			return
		}
		pass.ServeHTTP(w, r)
	})
	return mux
}

// follower repeats a request that came too late for a process: it was meant
// for one that has been replaced, and never reached it.
type follower struct {
	target *target
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (f *follower) RoundTrip(r *http.Request) (*http.Response, error) {
	body := r.Body // ReverseProxy closes it
	for {
		attempt := r.Clone(r.Context())
		if body != nil {
			attempt.Body = io.NopCloser(body) // what was not sent can be sent again
		}
		answer, err := f.next.RoundTrip(attempt)
		var network *net.OpError
		if err == nil || !errors.As(err, &network) || network.Op != "dial" {
			return answer, err //nolint:wrapcheck // as a RoundTripper does
		}
		pages, _ := f.target.get()
		if pages == "" || pages == r.URL.Host {
			return nil, err //nolint:wrapcheck // as above
		}
		r = r.Clone(r.Context())
		r.URL.Host = pages
	}
}

func newMetricsProxy(l *Loop) http.Handler {
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		_, metrics := l.target.get()
		r.Out.URL.Scheme, r.Out.URL.Host = "http", metrics
	}, ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
		http.Error(w, "the program does not run", http.StatusServiceUnavailable)
	}}
}

// injectScript puts the script at the end of whole pages.
func injectScript(answer *http.Response) error {
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") || answer.Request.Method == http.MethodHead {
		return nil
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	if err := answer.Body.Close(); err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	if at := bytes.LastIndex(body, []byte("</body>")); at >= 0 {
		body = append(body[:at:at], append([]byte(scriptTag), body[at:]...)...)
		answer.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

var excusePage = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Program}} does not run</title>
<style>
	body { margin: 0; padding: 2rem; font: 1rem/1.5 system-ui, sans-serif; color: #f5f5f4; background: #1c1917 }
	h1 { font-size: 1.25rem }
	pre { padding: 1rem; overflow: auto; font: .875rem/1.5 ui-monospace, monospace; background: #292524; border-left: 4px solid #f87171 }
</style></head>
<body><h1>The {{.Program}} {{if .Why}}does not run{{else}}is being built{{end}}</h1>
{{if .Why}}<pre>{{.Why}}</pre>{{end}}
<p>This page loads again by itself.</p>` + scriptTag + `</body></html>
`))

// excuse answers for a program that does not run. The loop is alive meanwhile,
// and says so: nobody needs to restart it.
func (l *Loop) excuse(w http.ResponseWriter, r *http.Request, why string) {
	if r.URL.Path == "/api/health" {
		_, _ = io.WriteString(w, `{"status":"waiting for a program that builds"}`)
		return
	}
	if broken := l.Hub.message(l.Name); broken != "" {
		why = broken
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Retry-After", "1")
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Error(w, fmt.Sprintf("the %s does not run: %s", l.Name, why), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	_ = excusePage.Execute(w, struct{ Program, Why string }{l.Name, why}) // the reader has gone, or sees it
}
