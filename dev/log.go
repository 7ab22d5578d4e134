package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"

	"todo-chatbot/internal/telemetry"
)

// newLogger writes lines such as "15:04:05 backend  INFO  message key=value".
func newLogger(w io.Writer, part string, level slog.Level, colour bool) *slog.Logger {
	return telemetry.WithRequestIDs(tint.NewTextHandler(w, &tint.Options{
		Level:      level,
		TimeFormat: time.TimeOnly,
		NoColor:    !colour,
		ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
			if len(groups) > 0 {
				return withoutSettings(groups[0], attr, level)
			}
			if at, ok := attr.Value.Any().(slog.Level); ok && attr.Key == slog.LevelKey {
				return tint.Attr(levelColour(at), slog.String(attr.Key, fmt.Sprintf("%-8s %-5s", part, at)))
			}
			return attr
		},
	}))
}

// withoutSettings leaves out the settings that each app prints when it starts,
// which bury everything else in a terminal. LOG_LEVEL=debug shows them.
func withoutSettings(group string, attr slog.Attr, level slog.Level) slog.Attr {
	if level > slog.LevelDebug && (group == "settings" || group == "config") {
		return slog.Attr{}
	}
	return attr
}

// levelColour is an ANSI colour number that reads well on dark and light.
func levelColour(level slog.Level) uint8 {
	const grey, cyan, yellow, red = 8, 6, 3, 1
	switch {
	case level >= slog.LevelError:
		return red
	case level >= slog.LevelWarn:
		return yellow
	case level >= slog.LevelInfo:
		return cyan
	default:
		return grey
	}
}

// wantsColour follows https://no-color.org.
func wantsColour(file *os.File) bool {
	return os.Getenv("NO_COLOR") == "" && isatty.IsTerminal(file.Fd())
}
