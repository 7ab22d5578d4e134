package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"todo-chatbot/frontend/internal/backendtest"
	"todo-chatbot/internal/config"
)

// browser is what a test sees of the pages: one without a script unless a
// request says that it comes from htmx.
type browser struct {
	t      *testing.T
	url    string
	client *http.Client
}

type page struct {
	*goquery.Document
	Status int
	Header http.Header
	Body   string
}

// start serves the frontend in front of a fake backend until the test ends.
func start(t *testing.T) (*backendtest.Fake, *browser) {
	t.Helper()
	fake := backendtest.Start(t)
	a := wire(Config{BackendURL: config.URL(fake.URL)}, slog.New(slog.DiscardHandler))
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() { server.Close(); a.backend.Close() })
	return fake, newBrowser(t, server.URL)
}

func newBrowser(t *testing.T, url string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{t: t, url: url, client: &http.Client{Jar: jar, CheckRedirect: stay}}
}

// signedIn is start with a session.
func signedIn(t *testing.T) (*backendtest.Fake, *browser) {
	t.Helper()
	fake, b := start(t)
	b.holdToken(backendtest.Token("u-1"))
	return fake, b
}

func (b *browser) holdToken(token string) {
	site, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	b.client.Jar.SetCookies(site, []*http.Cookie{{Name: "session", Value: token, Path: "/"}})
}

func (b *browser) get(path string, header ...string) page {
	b.t.Helper()
	return b.send(http.MethodGet, path, nil, header...)
}

func (b *browser) post(path string, form url.Values, header ...string) page {
	b.t.Helper()
	return b.send(http.MethodPost, path, form, header...)
}

// send makes a request with the given header, which is names and values in
// turn.
func (b *browser) send(method, path string, form url.Values, header ...string) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	document, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	return page{Document: document, Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
}

func (p page) byID(testid string) *goquery.Selection {
	return p.Find(`[data-testid="` + testid + `"]`)
}

// htmx are the header fields of a request from the script.
var htmx = []string{"HX-Request", "true"}

func wantRedirect(t *testing.T, p page, to string) {
	t.Helper()
	if p.Status != http.StatusSeeOther || p.Header.Get("Location") != to {
		t.Errorf("status %d to %q, want 303 to %q", p.Status, p.Header.Get("Location"), to)
	}
}

func wantError(t *testing.T, p page, status int, text string) {
	t.Helper()
	if got := p.byID("error").Text(); p.Status != status || !strings.Contains(got, text) {
		t.Errorf("status %d, error %q; want %d with %q", p.Status, got, status, text)
	}
}
