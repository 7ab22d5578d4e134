package localpg

import (
	"os/exec"
	"syscall"
)

// detach gives cmd a session of its own and ties its life to ours: the kernel
// asks it for a fast shutdown when the thread that started it ends.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr.Setsid = true
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
}
