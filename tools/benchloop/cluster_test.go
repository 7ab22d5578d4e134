package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// newCheckout is a repository with the files that are edited, and some more.
func newCheckout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, e := range edits {
		write(t, read(t, root, e.file), dir, e.file)
	}
	write(t, "-- first", dir, migrationFolder, "00001_first.sql")
	write(t, "a page", dir, "README.md")
	write(t, "/ignored\n", dir, ".gitignore")
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", ".")
	git(t, dir, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", "all")
	return dir
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
}

func TestUnchanged(t *testing.T) {
	t.Parallel()
	dir := newCheckout(t)
	write(t, "another page", dir, "README.md") // is not edited, so it may have changes
	if err := unchanged(t.Context(), dir); err != nil {
		t.Errorf("nothing that is edited has changes: %v", err)
	}
	for _, name := range []string{goBackend.file, migrationFolder + "/00002_mine.sql"} {
		dir := newCheckout(t)
		write(t, "mine", dir, name)
		if err := unchanged(t.Context(), dir); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s has changes: %v", name, err)
		}
		git(t, dir, "add", ".") // staged is not safe either
		if err := unchanged(t.Context(), dir); err == nil {
			t.Errorf("%s is staged, and it would be edited", name)
		}
	}
	if err := unchanged(t.Context(), t.TempDir()); err == nil {
		t.Error("a folder without git would be edited")
	}
}

func TestFindCluster(t *testing.T) {
	t.Parallel()
	serves := serveFolder(t)
	clean, changed := newCheckout(t), newCheckout(t)
	write(t, "mine", changed, style.file)
	for name, test := range map[string]struct {
		served, dir string
		found       bool
		says        string
	}{
		"not wanted":       {servedNone, clean, false, ""},
		"there":            {serves.pages + "," + serves.api, clean, true, ""},
		"changes":          {serves.pages + "," + serves.api, changed, false, "commit or stash"},
		"one URL":          {serves.pages, clean, false, "two URLs"},
		"nobody there":     {"http://127.0.0.1:1,http://127.0.0.1:1", clean, false, "no inner loop of the frontend answers"},
		"half of it there": {serves.pages + ",http://127.0.0.1:1", clean, false, "no inner loop of the backend answers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &bench{options: options{served: test.served, dir: test.dir}, out: io.Discard}
			s, err := b.findCluster(t.Context())
			if (s != nil) != test.found || (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%+v, %v", s, err)
			}
			if s != nil && (!s.theirs || s.dir != test.dir) {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestCopyCheckout(t *testing.T) {
	t.Parallel()
	dir, to := newCheckout(t), t.TempDir()
	write(t, "new", dir, "untracked.txt")
	write(t, "secret", dir, "ignored", "secret.txt")
	write(t, "/packages\n", dir, "frontend", ".gitignore")
	write(t, "a program", dir, "frontend", "packages", "lib", "tool.js")
	if err := os.Symlink("lib/tool.js", filepath.Join(dir, "frontend", "packages", "tool")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "README.md")); err != nil {
		t.Fatal(err)
	}
	if err := copyCheckout(t.Context(), dir, to, "frontend/packages", "not/there"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"untracked.txt": "new", "frontend/packages/lib/tool.js": "a program", "frontend/packages/tool": "a program", style.file: read(t, root, style.file),
	} {
		if got := read(t, to, name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if target, err := os.Readlink(filepath.Join(to, "frontend/packages/tool")); err != nil || target != "lib/tool.js" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	for _, name := range []string{"ignored", "README.md", ".git"} {
		if _, err := os.Stat(filepath.Join(to, name)); err == nil {
			t.Errorf("%s was copied", name)
		}
	}
}

func TestProcess_ItsLastWordsAreTheError(t *testing.T) {
	t.Parallel()
	p, err := start(command(t.Context(), t.TempDir(), nil, "sh", "-c", "echo port is taken; exit 3"))
	if err != nil {
		t.Fatal(err)
	}
	err = p.awaitServed(t.Context(), editLimit, func(context.Context) error { return errStale })
	if err == nil || !strings.Contains(err.Error(), "port is taken") {
		t.Errorf("%v", err)
	}
}

func TestFreePorts(t *testing.T) {
	t.Parallel()
	ports, err := freePorts(t.Context(), 4)
	slices.Sort(ports)
	if err != nil || len(slices.Compact(ports)) != 4 {
		t.Errorf("%v, %v", ports, err)
	}
}
