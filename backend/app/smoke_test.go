package app_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/backend/internal/smoke"
)

func TestSmoke(t *testing.T) {
	t.Parallel()
	url, _ := start(t, testConfig(pgtest.URL(t)))
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/signin" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer pages.Close()
	var out bytes.Buffer
	if err := smoke.Run(t.Context(), &out, url, pages.URL); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "ok: "); n != 5 {
		t.Errorf("%d steps: %s", n, out.String())
	}
	if err := smoke.Run(t.Context(), io.Discard, url, pages.URL+"/elsewhere"); err == nil || !strings.Contains(err.Error(), "pages") {
		t.Errorf("broken pages: %v", err)
	}
}
