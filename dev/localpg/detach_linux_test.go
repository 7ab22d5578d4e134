package localpg

import (
	"path/filepath"
	"testing"
)

func TestDetach_ServerDiesWithItsParent(t *testing.T) {
	t.Parallel()
	dir := testDir(t)
	helper, server := startHelper(t, dir)
	if !serves(t.Context(), int32(server), filepath.Join(dir, "data")) {
		t.Fatal("the helper runs no server")
	}
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server ends with its parent", func() bool {
		return !serves(t.Context(), int32(server), filepath.Join(dir, "data"))
	})
}
