package localpg

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// product names this repository's folders in places shared with other programs.
const product = "todo-chatbot"

// StateDir returns a persistent directory of that name for this product and
// user, made if absent, which is a good parent for Options.Dir. For root it is
// below /var/lib, because the server, running as another user, cannot enter
// root's home.
func StateDir(name string) (string, error) {
	base, err := stateBase()
	if err != nil {
		return "", fmt.Errorf("find a place for data: %w", err)
	}
	dir := filepath.Join(base, product, name)
	if err := makeDirs(filepath.Join(base, product), dir); err != nil {
		return "", fmt.Errorf("make a place for data: %w", err)
	}
	return dir, nil
}

// stateBase follows the XDG base directories and Apple's.
func stateBase() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib", nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	userHome, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(userHome, "Library", "Application Support"), nil
	}
	return filepath.Join(userHome, ".local", "share"), nil
}

// cacheDir is where fetched binaries are kept, outside any checkout, so that
// all checkouts share them.
func cacheDir() (string, error) {
	base := "/var/cache"
	if os.Geteuid() != 0 {
		var err error
		if base, err = os.UserCacheDir(); err != nil {
			return "", err
		}
	}
	return filepath.Join(base, product), nil
}

// makeDirs makes each folder in turn. Those of root are open to all whatever
// the umask, because the server runs as another user.
func makeDirs(dirs ...string) error {
	for _, dir := range dirs {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		if os.Geteuid() != 0 {
			continue
		}
		if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the server, another user, passes through
			return err
		}
	}
	return nil
}
