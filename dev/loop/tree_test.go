package loop

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestIgnored(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"backend/main.go": false, "a/view.templ": false, "a/00001_tasks.sql": false, "go.mod": false, "a/app.css": false, "a/prompt.md": false,
		"backend/main_test.go": true, "a/view_templ.go": true, "a/.view.templ.swp": true, "a/main.go~": true, "a/4913": true,
		"a/#main.go#": true, "backend/Dockerfile": true, ".git": true,
	} {
		if got := ignored(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestSavedAt(t *testing.T) {
	t.Parallel()
	seen := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	at := func(ago ...time.Duration) time.Duration {
		var changes []change
		for _, d := range ago {
			changes = append(changes, change{saved: seen.Add(-d)})
		}
		return seen.Sub(savedAt(changes, seen))
	}
	for name, c := range map[string]struct{ got, want time.Duration }{
		"the newest":         {at(3*time.Second, time.Second), time.Second},
		"an old checkout":    {at(time.Hour), 0},
		"a clock that leads": {at(-time.Second), 0},
		"nothing":            {at(), 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

// TestGenerate: what the loop generates is what `make generate` does, or each
// would undo the other's work.
func TestGenerate(t *testing.T) {
	t.Parallel()
	root, dir := "../..", t.TempDir()
	var committed []string
	err := filepath.WalkDir(filepath.Join(root, templateRoot), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, _ := filepath.Rel(root, path)
		switch {
		case strings.HasSuffix(path, "_templ.go"):
			committed = append(committed, relative)
		case strings.HasSuffix(path, ".templ"):
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, relative)), 0o755); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, relative), content, 0o644)
		}
		return nil
	})
	if err != nil || len(committed) == 0 {
		t.Fatal(err, committed)
	}
	if err := Generate(Program{Sources: []string{templateRoot}}, dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range committed {
		want, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs (%v)", name, err)
		}
	}
}
