package loop

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Did is what a change called for.
type Did string

// From the least to the most.
const (
	DidNothing Did = ""
	DidStyle   Did = "style swapped"
	DidScript  Did = "script bundled"
	DidText    Did = "text swapped"
	DidRebuild Did = "rebuilt"
	DidMigrate Did = "migrated and rebuilt"
	DidRestart Did = "it had ended by itself; started again"
)

// Report is what came of a change.
type Report struct {
	Program string
	Changed []string // paths from the root
	First   bool     // the program came up
	Did     Did
	Took    time.Duration // from saving the file, or from its arrival, to serving it
	Arrived bool          // it was saved on another machine
	Err     error         // what is wrong with the change; the program serves as before
}

// Mendable tells whether a change of the sources may mend what is wrong, if
// anything is. Settings are not among the sources.
func (r Report) Mendable() bool {
	var start *StartError
	return !errors.As(r.Err, &start)
}

// StartError tells that a program was built and does not run.
type StartError struct{ Err error }

func (e *StartError) Error() string { return e.Err.Error() }

func (e *StartError) Unwrap() error { return e.Err }

// String is a line for the terminal, and lines for an error.
func (r Report) String() string {
	switch {
	case r.Err != nil && r.First:
		return fmt.Sprintf("%s does not start:\n%v", r.Program, r.Err)
	case r.Err != nil:
		return fmt.Sprintf("%s is not live:\n%v", r.what(), r.Err)
	case r.Did == DidNothing:
		return r.Program + ": nothing changed"
	case r.First:
		return fmt.Sprintf("%s is up after %s", r.Program, seconds(r.Took))
	case r.Arrived:
		return fmt.Sprintf("%s: %s, live %s after it arrived", r.what(), r.Did, seconds(r.Took))
	default:
		return fmt.Sprintf("%s: %s, live after %s", r.what(), r.Did, seconds(r.Took))
	}
}

// what names the changed files, the first of many.
func (r Report) what() string {
	switch n := len(r.Changed); n {
	case 0:
		return r.Program
	case 1:
		return r.Changed[0]
	default:
		return fmt.Sprintf("%s and %d more", r.Changed[0], n-1)
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// message is the error as browsers show it.
func (r Report) message() string {
	if r.Err == nil {
		return ""
	}
	return strings.TrimSpace(r.Err.Error())
}
