package localpg

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestAccount_CheckReach(t *testing.T) {
	t.Parallel()
	open := testDir(t)
	closed := filepath.Join(open, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	stranger := &account{name: "stranger", uid: 12345, gid: 12345}
	if err := stranger.checkReach(closed); err != nil {
		t.Errorf("the folder itself is given to the account, so only its parents count: %v", err)
	}
	mustContain(t, stranger.checkReach(filepath.Join(closed, "pg")), `"stranger"`, "cannot enter "+closed, "chmod o+x")
	owner := &account{name: "owner", uid: uint32(os.Geteuid()), gid: 12345}
	if err := owner.checkReach(filepath.Join(closed, "pg")); err != nil {
		t.Errorf("the owner may enter: %v", err)
	}
}

func TestSweepTemporary(t *testing.T) {
	t.Parallel()
	old := time.Now().Add(-time.Hour)
	running := start(t, Options{})
	if err := os.Chtimes(filepath.Join(running.Dir, "lock"), old, old); err != nil {
		t.Fatal(err)
	}
	left := leftBehind(t, old)

	start(t, Options{})
	if exists(left) {
		t.Errorf("%s, which nobody uses, is still there", left)
	}
	query(t, running, "SELECT 1")
}

// leftBehind makes what a killed process leaves of a temporary server.
func leftBehind(t *testing.T, made time.Time) string {
	t.Helper()
	dir, err := os.MkdirTemp("", temporaryPrefix+"*") //nolint:usetesting // the place where servers make theirs
	if err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(dir, "lock")
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(lock, made, made); err != nil {
		t.Fatal(err)
	}
	account, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	if err := account.own(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestHome_ChoosePort(t *testing.T) {
	t.Parallel()
	h := &home{dir: testDir(t)}
	first, err := h.choosePort(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := h.choosePort(t.Context()); err != nil || again != first && portFree(t.Context(), first) {
		t.Errorf("got %d, %v; want %d again", again, err, first)
	}
	taken, err := listen(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	if other, err := h.choosePort(t.Context()); err != nil || other == first {
		t.Errorf("got %d, %v although it is taken", other, err)
	}
}

func TestStateDir(t *testing.T) {
	t.Parallel()
	name := "localpg-test-" + itoa(os.Getpid())
	dir, err := StateDir(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	if !filepath.IsAbs(dir) || filepath.Base(dir) != name {
		t.Errorf("got %s", dir)
	}
	account, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	if err := account.checkReach(filepath.Join(dir, "postgres")); err != nil {
		t.Error(err)
	}
}
