package telemetry_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"todo-chatbot/internal/telemetry"
)

func TestIdentifyRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sent string
		kept bool
	}{
		"a good id is kept":          {"abcd-1234", true},
		"none is made up":            {"", false},
		"one that forges a log line": {"abcdefgh\nlevel=ERROR", false},
		"one that is too long":       {strings.Repeat("a", 65), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var inside string
			handler := telemetry.IdentifyRequests(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				inside = telemetry.RequestID(r.Context())
			}))
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set(telemetry.HeaderRequestID, test.sent)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if inside == "" || w.Header().Get(telemetry.HeaderRequestID) != inside {
				t.Errorf("inside %q, answered %q", inside, w.Header().Get(telemetry.HeaderRequestID))
			}
			if (inside == test.sent) != test.kept {
				t.Errorf("sent %q, got %q", test.sent, inside)
			}
		})
	}
}

func TestRequestIDs_TravelFromServiceToService(t *testing.T) {
	t.Parallel()
	var behind string
	backend := httptest.NewServer(telemetry.IdentifyRequests(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		behind = telemetry.RequestID(r.Context())
	})))
	defer backend.Close()
	client := http.Client{Transport: telemetry.ForwardRequestIDs(http.DefaultTransport)}
	ctx := telemetry.WithRequestID(t.Context(), "request-one")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, backend.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if behind != "request-one" {
		t.Errorf("the backend saw %q", behind)
	}
}

func TestLogRequests(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := telemetry.NewLogger(&out, slog.LevelInfo, telemetry.FormatText)
	if err != nil {
		t.Fatal(err)
	}
	probe := func(r *http.Request) bool { return r.URL.Path == "/api/health" }
	handler := telemetry.IdentifyRequests(telemetry.LogRequests(log, probe)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})))
	for _, path := range []string{"/api/health", "/page", "/broken"} {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}
	if strings.Contains(out.String(), "/api/health") {
		t.Errorf("a probe drowns the log: %s", out.String())
	}
	for _, want := range []string{"level=INFO msg=request method=GET path=/page status=200", "level=WARN msg=request method=GET path=/broken status=500", "request_id="} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s lacks %q", out.String(), want)
		}
	}
}
