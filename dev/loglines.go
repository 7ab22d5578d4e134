package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

// logLines takes a program's log, a JSON object on each line, and words it for
// people. What is no log, such as a panic, goes through as it is.
type logLines struct {
	log   *slog.Logger
	quiet map[string]bool // messages for LOG_LEVEL=debug alone

	mu   sync.Mutex
	rest []byte // of a line that is not whole yet
}

func (l *logLines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, b...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(b), nil
		}
		l.line(line)
		l.rest = rest
	}
}

func (l *logLines) line(line []byte) {
	record, err := parseRecord(line)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, string(line))
		return
	}
	if l.quiet[record.Message] && !l.log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	if l.log.Enabled(context.Background(), record.Level) {
		_ = l.log.Handler().Handle(context.Background(), record) // a terminal that fails shows nothing of it either
	}
}

// parseRecord reads a line of slog's JSON handler.
func parseRecord(line []byte) (slog.Record, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	fields, err := object(decoder)
	if err != nil {
		return slog.Record{}, err
	}
	var record slog.Record
	for _, field := range fields {
		switch text := field.Value.String(); field.Key {
		case slog.TimeKey:
			record.Time, err = time.Parse(time.RFC3339Nano, text)
		case slog.LevelKey:
			err = record.Level.UnmarshalText([]byte(text))
		case slog.MessageKey:
			record.Message = text
		default:
			record.AddAttrs(field)
		}
		if err != nil {
			return slog.Record{}, fmt.Errorf("%s: %w", field.Key, err)
		}
	}
	return record, nil
}

var errNoObject = errors.New("not a JSON object")

// object reads an object as attributes, in their order.
func object(d *json.Decoder) ([]slog.Attr, error) {
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		return nil, errNoObject
	}
	var attrs []slog.Attr
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, errNoObject
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, errNoObject
		}
		attrs = append(attrs, slog.Attr{Key: fmt.Sprint(key), Value: value(raw)})
	}
	if _, err := d.Token(); err != nil {
		return nil, errNoObject
	}
	return attrs, nil
}

func value(raw json.RawMessage) slog.Value {
	if inner, err := object(json.NewDecoder(bytes.NewReader(raw))); err == nil {
		return slog.GroupValue(inner...)
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return slog.StringValue(text)
	}
	return slog.StringValue(string(raw))
}

var _ io.Writer = (*logLines)(nil)
