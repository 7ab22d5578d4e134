package loop

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestFollower: a request that was on its way to a process which has been
// replaced reaches the one that serves, with its body.
func TestFollower(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	serving := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
	t.Cleanup(serving.Close)
	var now target
	now.set(strings.TrimPrefix(serving.URL, "http://"), "")
	f := &follower{target: &now, next: http.DefaultTransport}
	send := func() (*http.Response, error) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, gone.URL, strings.NewReader("a message"))
		if err != nil {
			t.Fatal(err)
		}
		return f.RoundTrip(request)
	}
	answer, err := send()
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "a message" {
		t.Errorf("got %q, %v", body, err)
	}
	now.set(strings.TrimPrefix(gone.URL, "http://"), "")
	if answer, err := send(); err == nil {
		answer.Body.Close()
		t.Error("nobody serves, and it answers")
	}
}
