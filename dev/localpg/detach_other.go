//go:build !linux

package localpg

import "os/exec"

// detach gives cmd a session of its own. There is no parent-death signal here:
// when this process is killed, the next Start stops the server that was left.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr.Setsid = true
}
