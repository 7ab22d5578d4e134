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

// The load is rate requests a second, made by people in turn: a program that
// asks so much for one person would rightly be refused.
const (
	rate   = 100
	people = 30
)

// load uses the pages at a steady rate, whatever the answers take, until it is
// stopped: every tenth request is a chat turn that adds a task, the others
// open the main page.
type load struct {
	pages  string
	people []person

	mu       sync.Mutex
	requests int
	turns    int
	failures []string
	slowest  time.Duration
}

// person is somebody with a browser.
type person struct {
	api    *api.Client
	user   api.User
	client *http.Client
}

// startLoad signs people up and starts. stop waits for the last answers.
func startLoad(t *testing.T, pages, backend string) (l *load, stop func()) {
	t.Helper()
	l = &load{pages: pages}
	shared := &http.Transport{MaxIdleConnsPerHost: rate}
	for n := range people {
		l.people = append(l.people, newPerson(t, n, shared, pages, backend))
	}
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
	return l, func() {
		cancel()
		running.Wait()
	}
}

func newPerson(t *testing.T, n int, shared *http.Transport, pages, backend string) person {
	t.Helper()
	client := api.NewClient(backend, nil)
	session, err := client.SignUp(t.Context(), api.SignUpRequest{
		Email: fmt.Sprintf("load-%d-%d@example.com", n, time.Now().UnixNano()), Password: "correct horse",
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
	return person{client.WithToken(session.Token), session.User, &http.Client{
		Jar: jar, Timeout: 30 * time.Second, Transport: shared,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (l *load) request(n int) {
	start := time.Now()
	chat := n%10 == 0
	client := l.people[n/10%people].client
	if !chat {
		client = l.people[n%people].client
	}
	var resp *http.Response
	var err error
	if chat {
		resp, err = client.PostForm(l.pages+"/chat", url.Values{
			"message": {fmt.Sprintf("Add a task to count to %d", n)}, "key": {fmt.Sprint("load-", n)},
		})
	} else {
		resp, err = client.Get(l.pages + "/c/new")
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
