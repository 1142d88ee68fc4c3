package embedded

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// attributes puts the child into a process group of its own and has the kernel
// tell it when the parent dies, however that happens.
func attributes(farewell syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: farewell}
}

// commandLine gives the words a process was started with; empty when it is gone
// or only waits to be collected.
func commandLine(pid int) string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(text), "\x00", " ")
}
