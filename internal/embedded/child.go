package embedded

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// logLimit is the size at which a server's log is put aside at the next start.
const logLimit = 10 << 20

// child is a server process started here.
type child struct {
	pid     int
	pidFile string
	log     string
	logFrom int64         // where this run begins in the log
	done    chan struct{} // closed when the process has ended
	err     error         // how it ended; read after done
}

// command says how to start a child.
type command struct {
	path    string
	args    []string
	env     []string
	dir     string
	log     string // its output goes here
	pidFile string // so that the next start finds a child its parent could not stop
	account *account
	// farewell is the signal the kernel sends when the parent dies (Linux).
	farewell syscall.Signal
}

// launch starts the child in a process group of its own.
//
// The goroutine stays locked to its thread until the child has ended: the
// kernel sends the farewell when the *thread* that forked ends, and an unlocked
// one may be retired by the Go runtime while the program lives on.
func (c command) launch() (*child, error) {
	from, out, err := openLog(c.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.Command(c.path, c.args...) //nolint:gosec,noctx // ended by Stop, never by a context: an abrupt kill would skip the orderly end
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = c.env, c.dir, out, out
	cmd.SysProcAttr = attributes(c.farewell)
	c.account.apply(cmd)

	started := make(chan error, 1)
	ch := &child{log: c.log, logFrom: from, pidFile: c.pidFile, done: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			ch.pid = cmd.Process.Pid
		}
		started <- err
		if err != nil {
			return
		}
		ch.err = cmd.Wait()
		close(ch.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(c.path), err)
	}
	if c.pidFile != "" {
		if err := os.WriteFile(c.pidFile, []byte(strconv.Itoa(ch.pid)+"\n"), 0o600); err != nil {
			ch.kill()
			return nil, err
		}
	}
	return ch, nil
}

func openLog(path string) (int64, *os.File, error) {
	if stat, err := os.Stat(path); err == nil && stat.Size() > logLimit {
		if err := os.Rename(path, path+".old"); err != nil {
			return 0, nil, err
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return 0, nil, err
	}
	end, err := file.Seek(0, io.SeekEnd)
	return end, file, err
}

// said gives the end of what the child wrote in this run.
func (c *child) said() string {
	file, err := os.Open(c.log)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	from := c.logFrom
	if stat, err := file.Stat(); err == nil && stat.Size()-from > 16<<10 {
		from = stat.Size() - 16<<10
	}
	text, _ := io.ReadAll(io.NewSectionReader(file, from, 16<<10))
	return string(text)
}

// ended reports whether the process is gone.
func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// ending says how the process ended ("signal: killed", "exit status 1"), empty
// while it runs and when it ended in order.
func (c *child) ending() string {
	if !c.ended() || c.err == nil {
		return ""
	}
	return c.err.Error()
}

// step is one attempt to end a process: a signal, and how long to wait for it.
type step struct {
	signal syscall.Signal
	wait   time.Duration
}

// stop asks with each signal in turn until the process has ended.
func (c *child) stop(steps ...step) error {
	for _, s := range steps {
		if c.ended() {
			break
		}
		_ = syscall.Kill(c.pid, s.signal)
		select {
		case <-c.done:
		case <-time.After(s.wait):
		}
	}
	if !c.ended() {
		return fmt.Errorf("process %d did not end", c.pid)
	}
	if c.pidFile != "" {
		_ = os.Remove(c.pidFile)
	}
	return nil
}

// kill ends the whole process group at once, as a power cut would, and leaves
// the pid file behind as a power cut would.
func (c *child) kill() {
	if !c.ended() {
		_ = syscall.Kill(-c.pid, syscall.SIGKILL)
	}
	<-c.done
}

// stopOrphan ends the process a killed run left behind. A process number may
// have been given to a stranger since, so the command line must contain marker.
// It reports whether there was such a process.
func stopOrphan(pid int, marker string, steps ...step) (bool, error) {
	ours := func() bool { return pid > 1 && alive(pid) && strings.Contains(commandLine(pid), marker) }
	if !ours() {
		return false, nil
	}
	for _, s := range steps {
		if err := syscall.Kill(pid, s.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return true, fmt.Errorf("stop process %d of an earlier run: %w", pid, err)
		}
		for deadline := time.Now().Add(s.wait); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if !ours() {
				return true, nil
			}
		}
	}
	return true, fmt.Errorf("process %d of an earlier run did not end", pid)
}

func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
