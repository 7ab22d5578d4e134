package localpg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that runs the server in root's place, because PostgreSQL
// refuses to run as root. Nil means the current user.
type account struct {
	name     string
	uid, gid uint32
}

func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		return &account{name, uint32(uid), uint32(gid)}, errors.Join(uidErr, gidErr)
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and this system has no user " +
		`"postgres" or "nobody" to run it; run this as an ordinary user`)
}

// prepare makes cmd run as the account, in dir, with an environment that
// carries none of the caller's PG* variables or locale.
func (a *account) prepare(cmd *exec.Cmd, dir string) {
	cmd.Dir = dir
	cmd.Env = []string{"LANG=C", "LC_ALL=C", "HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if a != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// own gives path and everything in it to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return filepath.WalkDir(path, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(a.uid), int(a.gid)) //nolint:gosec // a link is not followed, and the folder is closed to others
	})
}

// owns reports whether dir is a real folder of the account: in a directory
// that all share, one of the right name can be somebody else's trap.
func (a *account) owns(dir string) bool {
	uid := os.Geteuid()
	if a != nil {
		uid = int(a.uid)
	}
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(owner.Uid) == uid
}

// checkReach returns an error that names the first parent of dir which the
// account cannot enter.
func (a *account) checkReach(dir string) error {
	if a == nil {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent == dir {
		return nil
	}
	if err := a.checkReach(parent); err != nil {
		return err
	}
	info, err := os.Stat(parent)
	if err != nil {
		return err
	}
	if !a.mayEnter(info) {
		return fmt.Errorf("as root, PostgreSQL runs as user %q, who cannot enter %s (mode %v); "+
			"choose a folder outside it, or allow it with: chmod o+x %s", a.name, parent, info.Mode(), parent)
	}
	return nil
}

func (a *account) mayEnter(dir fs.FileInfo) bool {
	owner, ok := dir.Sys().(*syscall.Stat_t)
	switch {
	case ok && owner.Uid == a.uid:
		return dir.Mode()&0o100 != 0
	case ok && owner.Gid == a.gid:
		return dir.Mode()&0o010 != 0
	default:
		return dir.Mode()&0o001 != 0
	}
}
