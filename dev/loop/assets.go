package loop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// assets bundles what browsers load. It calls the bundler of the npm package
// itself, with the arguments of its "build" script: npm alone would take
// longer than the rest.
type assets struct {
	dir string // of the npm package
}

func (a *assets) bundle(ctx context.Context, install bool) error {
	if install && a.outdated() {
		if out, err := a.command(ctx, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"); err != nil {
			return fmt.Errorf("npm ci: %w\n%s", err, out)
		}
	}
	args, err := a.script()
	if err != nil {
		return err
	}
	bundler := filepath.Join(a.dir, "node_modules", ".bin", args[0])
	if out, err := a.command(ctx, bundler, args[1:]...); err != nil {
		return errors.New(strings.TrimSpace(out))
	}
	return nil
}

// outdated tells whether npm must install: its own note of what is installed
// names other versions than the lock file.
func (a *assets) outdated() bool {
	wanted, err := a.lockedVersions("package-lock.json")
	if err != nil {
		return true
	}
	installed, err := a.lockedVersions(filepath.Join("node_modules", ".package-lock.json"))
	if err != nil {
		return true
	}
	for name, version := range wanted {
		if installed[name] != version {
			return true
		}
	}
	return false
}

// lockedVersions are those of the packages that every platform needs.
func (a *assets) lockedVersions(name string) (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(a.dir, name))
	if err != nil {
		return nil, fmt.Errorf("read what npm installed: %w", err)
	}
	var lock struct {
		Packages map[string]struct {
			Version  string
			Optional bool
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	versions := map[string]string{}
	for name, p := range lock.Packages {
		if name != "" && !p.Optional {
			versions[name] = p.Version
		}
	}
	return versions, nil
}

// script is the "build" script as words; it has no quotes in it.
func (a *assets) script() ([]string, error) {
	text, err := os.ReadFile(filepath.Join(a.dir, "package.json"))
	if err != nil {
		return nil, fmt.Errorf("read the build script: %w", err)
	}
	var manifest struct {
		Scripts struct{ Build string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, fmt.Errorf("package.json: %w", err)
	}
	words := strings.Fields(manifest.Scripts.Build)
	if len(words) == 0 {
		return nil, errors.New(`package.json has no script "build"`)
	}
	return words, nil
}

func (a *assets) command(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = a.dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// file is a bundled asset on disk.
func (a *assets) file(name string) string {
	return filepath.Join(a.dir, "internal", "static", "dist", filepath.Base(name))
}
