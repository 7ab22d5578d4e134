package nav

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestLocal(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"/c/5?status=pending": "/c/5?status=pending",
		"/":                   "/",
		"":                    "/",
		"c/5":                 "/",
		"//evil.example":      "/",
		"/\\evil.example":     "/",
		"/\t/evil.example":    "/",
		"https://evil.test/":  "/",
		"javascript:alert(1)": "/",
	}
	for path, want := range tests {
		if got := Local(path); got != want {
			t.Errorf("Local(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestBack(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"http://todo.test/c/5?status=all": "/c/5?status=all",
		"http://other.test/c/5":           "/",
		"":                                "/",
	}
	for referer, want := range tests {
		r := httptest.NewRequest(http.MethodPost, "http://todo.test/tasks", nil)
		r.Header.Set("Referer", referer)
		if got := Back(r); got != want {
			t.Errorf("Back from %q = %q, want %q", referer, got, want)
		}
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	page := httptest.NewRequest(http.MethodGet, "http://todo.test/c/5?status=all", nil)
	if got, want := SignIn(page), "/signin?next=%2Fc%2F5%3Fstatus%3Dall"; got != want {
		t.Errorf("from a page: %q, want %q", got, want)
	}
	head := httptest.NewRequest(http.MethodHead, "http://todo.test/c/5", nil)
	if got, want := SignIn(head), "/signin?next=%2Fc%2F5"; got != want {
		t.Errorf("from the head of a page: %q, want %q", got, want)
	}
	post := httptest.NewRequest(http.MethodPost, "http://todo.test/tasks/3/complete", nil)
	post.Header.Set("Referer", "http://todo.test/c/7")
	if got, want := SignIn(post), "/signin?next=%2Fc%2F7"; got != want {
		t.Errorf("from a form: %q, want %q", got, want)
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	plain := httptest.NewRecorder()
	Redirect(plain, httptest.NewRequest(http.MethodPost, "/", nil), "/c/5")
	if plain.Code != http.StatusSeeOther || plain.Header().Get("Location") != "/c/5" {
		t.Errorf("plain form: %d to %q", plain.Code, plain.Header().Get("Location"))
	}
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("HX-Request", "true")
	htmx := httptest.NewRecorder()
	Redirect(htmx, r, "/c/5")
	if htmx.Code != http.StatusOK || htmx.Header().Get("HX-Redirect") != "/c/5" {
		t.Errorf("htmx: %d to %q", htmx.Code, htmx.Header().Get("HX-Redirect"))
	}
}
