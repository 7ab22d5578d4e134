package telemetry

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/go-chi/chi/v5/middleware"
)

// HeaderRequestID carries a request's id from the frontend to the backend and
// back to the caller.
const HeaderRequestID = "X-Request-Id"

// knownID is what an id from outside may look like; anything else could forge
// log lines, and gets a new id.
var knownID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// newRequestID is 80 random bits, short enough to read out and to search for.
func newRequestID() string { return strings.ToLower(rand.Text()[:16]) }

type requestIDKey struct{}

// RequestID is the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// WithRequestID is ctx for the request named id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// IdentifyRequests gives each request an id, its caller's where it has a good
// one, and answers with it.
func IdentifyRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(HeaderRequestID)
		if !knownID.MatchString(id) {
			id = newRequestID()
		}
		w.Header().Set(HeaderRequestID, id)
		next.ServeHTTP(w, r.WithContext(WithRequestID(r.Context(), id)))
	})
}

// LogRequests writes one line for each request. quiet names requests that are
// asked for so often that they would drown the others, such as probes; they
// are logged at debug level unless they fail.
func LogRequests(log *slog.Logger, quiet func(*http.Request) bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			seen := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			defer func() {
				status := max(seen.Status(), http.StatusOK) // 0: the handler left it to net/http
				log.Log(r.Context(), level(status, quiet(r)), "request",
					"method", r.Method,
					"path", r.URL.Path,
					"status", status,
					"bytes", seen.BytesWritten(),
					"duration", time.Since(start).Round(time.Microsecond).String())
			}()
			next.ServeHTTP(seen, r)
		})
	}
}

func level(status int, quiet bool) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelWarn
	case quiet:
		return slog.LevelDebug
	default:
		return slog.LevelInfo
	}
}

// ForwardRequestIDs is next with the id of the request at hand sent along, so
// that the logs of both services can be read as one.
func ForwardRequestIDs(next http.RoundTripper) http.RoundTripper {
	return forwarder{next}
}

type forwarder struct{ next http.RoundTripper }

func (f forwarder) RoundTrip(r *http.Request) (*http.Response, error) {
	if id := RequestID(r.Context()); id != "" {
		r = r.Clone(r.Context())
		r.Header.Set(HeaderRequestID, id)
	}
	return f.next.RoundTrip(r)
}
