package backend

import (
	"context"
	"net"
	"net/http"
	"strings"
)

const headerForwardedFor = "X-Forwarded-For"

type addressKey struct{}

// KeepAddresses notes where a request came from, so that the backend can tell
// people from one another by their addresses and not only by ours.
func KeepAddresses(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		way := r.Header.Values(headerForwardedFor)
		if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
			way = append(way[:len(way):len(way)], host)
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), addressKey{}, strings.Join(way, ", "))))
	})
}

// forwardAddresses sends the addresses of KeepAddresses along.
type forwardAddresses struct{ http.RoundTripper }

func (f forwardAddresses) RoundTrip(r *http.Request) (*http.Response, error) {
	if way, ok := r.Context().Value(addressKey{}).(string); ok && way != "" {
		r = r.Clone(r.Context())
		r.Header.Set(headerForwardedFor, way)
	}
	return f.RoundTripper.RoundTrip(r)
}
