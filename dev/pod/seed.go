package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Where the image keeps what a pod begins with, and where the pod works. The
// latter two are on a volume that outlives the pod.
const (
	seedFolder   = "/seed"
	sourceFolder = "/src"
	cacheFolder  = "/cache"
)

// seed fills the volume from the image, unless it holds this session's work: a
// pod that comes back in the middle of a session must not fall back to the
// sources of the image. A session is one run of the tool that syncs.
func seed(ctx context.Context, session string) error {
	id, err := os.ReadFile(filepath.Join(seedFolder, "id"))
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	mark := filepath.Join(cacheFolder, "seeded")
	wanted := strings.TrimSpace(string(id)) + " " + session
	found, err := os.ReadFile(mark)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("seed: %w", err)
	}
	if string(found) == wanted {
		fmt.Println("The sources are those of this session, edits included.")
		return nil
	}
	if err := os.Remove(mark); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("seed: %w", err)
	}
	if err := empty(sourceFolder); err != nil {
		return err
	}
	if err := copyAll(ctx, filepath.Join(seedFolder, "src"), sourceFolder); err != nil {
		return err
	}
	if !strings.HasPrefix(string(found), strings.TrimSpace(string(id))+" ") {
		if err := copyAll(ctx, filepath.Join(seedFolder, "cache"), cacheFolder); err != nil {
			return err
		}
	}
	fmt.Println("The sources are those of the image.")
	return os.WriteFile(mark, []byte(wanted), 0o600) //nolint:gosec // a constant path, and the error names it
}

func empty(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(folder, e.Name())); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
	}
	return nil
}

// copyAll copies what is in a folder. cp is in every image that has tar, and
// knows how to do it fast. The folder itself is the volume's, and not ours to
// change.
func copyAll(ctx context.Context, from, to string) error {
	entries, err := filepath.Glob(filepath.Join(from, "*"))
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	args := append([]string{"-r", "--preserve=mode,links", "--target-directory=" + to}, entries...)
	if out, err := exec.CommandContext(ctx, "cp", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("seed: copy %s: %w\n%s", from, err, out)
	}
	return nil
}
