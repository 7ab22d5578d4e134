package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// What git ignores and a running program needs.
const (
	packages = "frontend/node_modules"
	bundled  = "frontend/internal/static/dist"
)

// copyCheckout copies what git knows or would know of a checkout, and the
// ignored folders that are named as well, if they are there.
func copyCheckout(ctx context.Context, from, to string, ignored ...string) error {
	list, err := output(command(ctx, from, nil, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"))
	if err != nil {
		return fmt.Errorf("list the checkout's files: %w", err)
	}
	names := strings.FieldsFunc(list, func(r rune) bool { return r == 0 })
	for _, folder := range ignored {
		more, err := filesBelow(from, folder)
		if err != nil {
			return err
		}
		names = append(names, more...)
	}
	for _, name := range names {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := copyFile(filepath.Join(from, filepath.FromSlash(name)), filepath.Join(to, filepath.FromSlash(name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // deleted, and not yet for git
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	return nil
}

func filesBelow(root, folder string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(folder)), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	return names, nil
}

// copyFile copies a file or a link; of anything else, such as a repository
// within, nothing.
func copyFile(from, to string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // as the checkout
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	case !info.Mode().IsRegular():
		return nil
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // nothing is written through it
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
