package chart

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"todo-chatbot/backend/api"
)

// rate is how many requests a second the load makes.
const rate = 100

// load uses the pages at a steady rate, whatever the answers take, until it is
// stopped: every tenth request is a chat turn that adds a task, the others
// open the main page.
type load struct {
	pages  string
	client *http.Client

	mu       sync.Mutex
	requests int
	turns    int
	failures []string
	slowest  time.Duration
}

// startLoad signs somebody up and starts. stop waits for the last answers.
func startLoad(t *testing.T, pages, backend string) (l *load, user api.User, token string, stop func()) {
	t.Helper()
	session, err := api.NewClient(backend, nil).SignUp(t.Context(), api.SignUpRequest{
		Email: fmt.Sprintf("load-%d@example.com", time.Now().UnixNano()), Password: "correct horse",
	})
	if err != nil {
		t.Fatal(err)
	}
	site, err := url.Parse(pages)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(site, []*http.Cookie{{Name: "session", Value: session.Token, Path: "/"}})
	l = &load{pages: pages, client: &http.Client{
		Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{MaxIdleConnsPerHost: rate},
	}}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	start := time.Now()
	running.Go(func() {
		tick := time.NewTicker(time.Second / rate)
		defer tick.Stop()
		for n := 0; ; {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			// A busy machine drops ticks; the requests are made up for.
			for due := int(time.Since(start).Seconds() * rate); n < due; n++ {
				running.Go(func() { l.request(n) })
			}
		}
	})
	return l, session.User, session.Token, func() {
		cancel()
		running.Wait()
	}
}

func (l *load) request(n int) {
	start := time.Now()
	chat := n%10 == 0
	var resp *http.Response
	var err error
	if chat {
		resp, err = l.client.PostForm(l.pages+"/chat", url.Values{
			"message": {fmt.Sprintf("Add a task to count to %d", n)}, "key": {fmt.Sprint("load-", n)},
		})
	} else {
		resp, err = l.client.Get(l.pages + "/c/new")
	}
	want := http.StatusOK
	if chat {
		want = http.StatusSeeOther
	}
	failure := judge(resp, err, want)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	l.slowest = max(l.slowest, time.Since(start))
	if chat {
		l.turns++
	}
	if failure != "" {
		l.failures = append(l.failures, fmt.Sprintf("request %d: %s", n, failure))
	}
}

func judge(resp *http.Response, err error, want int) string {
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err.Error()
	case resp.StatusCode != want:
		return fmt.Sprintf("status %d: %s", resp.StatusCode, strings.TrimSpace(string(body[:min(len(body), 300)])))
	case want == http.StatusSeeOther && !strings.HasPrefix(resp.Header.Get("Location"), "/c/"):
		return "sent to " + resp.Header.Get("Location")
	default:
		return ""
	}
}
