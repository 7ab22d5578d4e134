package loop

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long the files must be quiet: an editor saves in several steps,
// and a formatter after it.
const settle = 15 * time.Millisecond

// Watch calls changed at once, and after each change of the sources below
// root, until ctx is done.
func Watch(ctx context.Context, root string, sources []string, changed func()) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch the sources: %w", err)
	}
	defer watcher.Close() //nolint:errcheck // nothing is written through it
	for _, source := range sources {
		if err := watchTree(watcher, filepath.Join(root, source)); err != nil {
			return fmt.Errorf("watch the sources: %w", err)
		}
	}
	changed() // what was saved before we watched
	quiet := time.NewTimer(settle)
	quiet.Stop()
	for {
		select {
		case event, open := <-watcher.Events:
			if !open {
				return nil
			}
			if ignored(event.Name) || event.Op == fsnotify.Chmod {
				continue
			}
			if event.Has(fsnotify.Create) {
				_ = watchTree(watcher, event.Name) // it may be gone again
			}
			quiet.Reset(settle)
		case <-quiet.C:
			changed()
		case _, open := <-watcher.Errors: // events were lost; the loop looks at all files anyway
			if !open {
				return nil
			}
			quiet.Reset(settle)
		case <-ctx.Done():
			return nil
		}
	}
}

// watchTree watches a folder with those below it; a file's folder is watched,
// because editors replace the file.
func watchTree(watcher *fsnotify.Watcher, path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return watcher.Add(filepath.Dir(path)) //nolint:wrapcheck // Watch says what it is about
	}
	return filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if ignored(name) {
			return fs.SkipDir
		}
		return watcher.Add(name)
	})
}
