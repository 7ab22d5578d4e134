package static

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func built() fstest.MapFS {
	return fstest.MapFS{
		"dist/app.js":      {Data: []byte("let a = 1")},
		"dist/app.css":     {Data: []byte("a{}")},
		"dist/favicon.svg": {Data: []byte("<svg/>")},
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	if err := check(read(built())); err != nil {
		t.Errorf("all are there: %v", err)
	}
	if err := check(read(fstest.MapFS{"dist/.gitkeep": {}})); !errors.Is(err, errNotBuilt) {
		t.Errorf("none is there: %v", err)
	}
}

func TestAsset_serve(t *testing.T) {
	t.Parallel()
	script := read(built())[Script]
	serve := func(query, etag string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, "/static/app.js"+query, nil)
		r.Header.Set("If-None-Match", etag)
		w := httptest.NewRecorder()
		script.serve(w, r, Script)
		return w.Result()
	}
	if got := serve("?v="+script.hash, "").Header.Get("Cache-Control"); got != cached {
		t.Errorf("this very content: Cache-Control %q", got)
	}
	if got := serve("?v=old", "").Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("another content: Cache-Control %q", got)
	}
	if got := serve("", `"`+script.hash+`"`).StatusCode; got != http.StatusNotModified {
		t.Errorf("known content: status %d", got)
	}
}
