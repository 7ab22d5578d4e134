package loop

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// tree remembers a program's files as they were at the last look. It looks at
// everything each time, which takes a few milliseconds and cannot miss what a
// notification lost.
type tree struct {
	dir   string
	roots []string
	files map[string]stamp
}

type stamp struct {
	size  int64
	saved time.Time
}

// change is a file that is new, different or gone since the last look.
type change struct {
	path    string // relative to the root, with slashes
	saved   time.Time
	removed bool
}

func newTree(dir string, roots []string) *tree { return &tree{dir: dir, roots: roots} }

// look returns what changed since the last look; the first finds every file.
func (t *tree) look() ([]change, error) {
	now := map[string]stamp{}
	for _, root := range t.roots {
		if err := t.walk(root, now); err != nil {
			return nil, fmt.Errorf("look at the sources: %w", err)
		}
	}
	var changes []change
	for path, s := range now {
		if before, known := t.files[path]; !known || before != s {
			changes = append(changes, change{path: path, saved: s.saved})
		}
	}
	for path := range t.files {
		if _, there := now[path]; !there {
			changes = append(changes, change{path: path, saved: time.Now(), removed: true})
		}
	}
	t.files = now
	return changes, nil
}

func (t *tree) walk(root string, found map[string]stamp) error {
	return filepath.WalkDir(filepath.Join(t.dir, filepath.FromSlash(root)), func(full string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it went while we looked
		}
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if ignoredFolder(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if ignoredFile(entry.Name()) {
			return nil
		}
		info, err := os.Stat(full)
		if err != nil {
			return nil //nolint:nilerr // it went while we looked
		}
		relative, err := filepath.Rel(t.dir, full)
		found[filepath.ToSlash(relative)] = stamp{info.Size(), info.ModTime()}
		return err
	})
}

// ignored tells whether a change of the file or folder calls for nothing.
func ignored(name string) bool {
	base := filepath.Base(name)
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return ignoredFolder(base)
	}
	return ignoredFile(base)
}

// ignoredFolder tells of folders that a running program is not made of.
func ignoredFolder(name string) bool {
	return name == "node_modules" || name == "dist" || name == "testdata" || strings.HasPrefix(name, ".")
}

// ignoredFile tells of files that a running program is not made of: tests,
// what is generated from other files, and what editors leave behind.
func ignoredFile(name string) bool {
	switch {
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "#"), strings.HasSuffix(name, "~"):
		return true
	case strings.HasSuffix(name, "_test.go"), strings.HasSuffix(name, "_templ.go"):
		return true
	case strings.Contains(name, "Dockerfile"):
		return true
	}
	ext := path.Ext(name)
	return ext == ".swp" || ext == ".swx" || ext == ".tmp" || ext == "" // 4913 is vim's trial file
}

// isAsset tells of the files that the bundler reads, for a package in folder.
func isAsset(folder, name string) bool {
	return strings.HasPrefix(name, folder+"/internal/static/") && !strings.HasSuffix(name, ".go")
}

// isManifest tells of the files that say what npm installs and bundles.
func isManifest(folder, name string) bool {
	return name == folder+"/package.json" || name == folder+"/package-lock.json"
}
