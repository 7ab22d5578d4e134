// Package telemetry is what both binaries say of themselves: structured logs,
// and the request ids that tie the lines of one request together across them.
package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

// Log formats.
const (
	FormatJSON = "json"
	FormatText = "text"
)

// NewLogger writes to w in the given format, FormatJSON or FormatText. Lines
// logged with a request's context carry its id.
func NewLogger(w io.Writer, level slog.Level, format string) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: level}
	switch format {
	case FormatJSON:
		return WithRequestIDs(slog.NewJSONHandler(w, options)), nil
	case FormatText:
		return WithRequestIDs(slog.NewTextHandler(w, options)), nil
	default:
		return nil, fmt.Errorf("unknown log format %q: json and text exist", format)
	}
}

// WithRequestIDs is a logger on handler whose lines carry the id of the
// request in their context.
func WithRequestIDs(handler slog.Handler) *slog.Logger {
	return slog.New(requestIDHandler{handler})
}

type requestIDHandler struct{ slog.Handler }

func (h requestIDHandler) Handle(ctx context.Context, record slog.Record) error {
	if id := RequestID(ctx); id != "" {
		record.AddAttrs(slog.String("request_id", id))
	}
	if err := h.Handler.Handle(ctx, record); err != nil {
		return fmt.Errorf("write log line: %w", err)
	}
	return nil
}

func (h requestIDHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestIDHandler{h.Handler.WithAttrs(attrs)}
}

func (h requestIDHandler) WithGroup(name string) slog.Handler {
	return requestIDHandler{h.Handler.WithGroup(name)}
}
