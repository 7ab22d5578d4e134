// Package httpserver runs an HTTP server so that no request is cut when the
// program is asked to stop.
package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// Limits against clients that are slow on purpose. There is no write timeout,
// because replies are streamed; handlers bound their own work.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 64 << 10
)

// Server serves one handler on one listener.
type Server struct {
	// Drain is how long requests may go on after the program was asked to
	// stop; those that are left then are cut.
	Drain time.Duration
	// Notice is how long new requests are still accepted after the program was
	// asked to stop and before it closes its listener, so that whoever balances
	// the load sees the readiness fall and looks elsewhere.
	Notice time.Duration

	Log      *slog.Logger
	stopping atomic.Bool
}

// Stopping tells whether the program was asked to stop; readiness follows it.
func (s *Server) Stopping() bool { return s.stopping.Load() }

// Serve answers requests on listener until ctx is done, then drains and
// returns nil. Requests see a context that outlives ctx until they are cut.
func (s *Server) Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           s.sendAway(handler),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	s.giveNotice(failed)
	return s.shutDown(context.WithoutCancel(ctx), server)
}

// sendAway closes each connection with its next answer once the program was
// asked to stop, so that clients that keep connections open come back through
// the load balancer instead of meeting a closed one.
func (s *Server) sendAway(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.Stopping() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) giveNotice(failed <-chan error) {
	notice := time.NewTimer(s.Notice)
	defer notice.Stop()
	select {
	case <-notice.C:
	case err := <-failed:
		s.Log.Warn("serving ended before the notice was over", "error", err)
	}
}

func (s *Server) shutDown(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, s.Drain)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.Log.Warn("requests were cut at shutdown", "after", s.Drain.String())
		err = server.Close()
	}
	if err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}

// Listen opens a port of a host's address; 0 takes a free one, and no host
// means all addresses.
func Listen(ctx context.Context, host string, port int) (net.Listener, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("listen on port %d: %w", port, err)
	}
	return listener, nil
}
