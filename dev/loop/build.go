package loop

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// BuildError is what the compiler says.
type BuildError struct{ Text string }

func (e *BuildError) Error() string { return e.Text }

// build makes a program. Without symbols it links in half the time; paths are
// not trimmed, because templ's development mode looks for its files by them.
func build(ctx context.Context, dir, pkg, out string, t *templates) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-ldflags", "-s -w", "-o", out, pkg)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if said.Len() == 0 {
		return fmt.Errorf("go build: %w", err)
	}
	return &BuildError{t.translate(said.String())}
}

var (
	place   = regexp.MustCompile(`(?m)^(\S+_templ\.go):(\d+):(\d+): `)
	heading = regexp.MustCompile(`(?m)^# .*\n`)
)

// translate leads from generated code to the template that it came from, and
// leaves out the names of packages, which the paths say already.
func (t *templates) translate(said string) string {
	said = heading.ReplaceAllString(said, "")
	return strings.TrimSpace(place.ReplaceAllStringFunc(said, func(match string) string {
		parts := place.FindStringSubmatch(match)
		line, _ := strconv.Atoi(parts[2])
		column, _ := strconv.Atoi(parts[3])
		name, at, ok := t.source(parts[1], line, column)
		if !ok {
			return match
		}
		return fmt.Sprintf("%s:%d:%d: ", name, at.Line+1, at.Col+1)
	}))
}
