package embedded

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// folder is the place of one server's files; holding it means that no other
// living process may start the same server there.
type folder struct {
	path string
	lock *os.File
}

// ErrInUse says that another living process holds the folder.
var ErrInUse = errors.New("in use by another process")

// holdFolder creates the folder when needed and takes it for this process. The
// lock is the kernel's, so it ends with the process however that dies.
func holdFolder(path string) (*folder, error) {
	if err := os.MkdirAll(path, 0o755); err != nil { //nolint:gosec // the server's own account must pass through
		return nil, err
	}
	lock, err := tryLock(filepath.Join(path, "lock"))
	if err != nil {
		return nil, err
	}
	return &folder{path: path, lock: lock}, nil
}

// tryLock locks a file for this process or returns ErrInUse at once.
func tryLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := io.ReadAll(io.LimitReader(file, 20))
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w, number %s", ErrInUse, strings.TrimSpace(string(holder)))
		}
		return nil, err
	}
	if err := file.Truncate(0); err == nil {
		_, _ = file.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	}
	return file, nil
}

// waitLock locks a file, waiting for its holder as long as ctx allows.
func waitLock(ctx context.Context, path string) (*os.File, error) {
	for {
		file, err := tryLock(path)
		if !errors.Is(err, ErrInUse) {
			return file, err
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// release gives the folder back; it may be called more than once.
func (f *folder) release() {
	if f.lock != nil {
		_ = f.lock.Close()
		f.lock = nil
	}
}

func (f *folder) file(name string) string { return filepath.Join(f.path, name) }

// number reads a small number, 0 when the file is missing or damaged.
func (f *folder) number(name string) int {
	text, err := os.ReadFile(f.file(name))
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return n
}

func (f *folder) keepNumber(name string, n int) error {
	return os.WriteFile(f.file(name), []byte(strconv.Itoa(n)+"\n"), 0o600)
}

// secret reads the password kept in the folder and makes one at first use.
func (f *folder) secret(name string) (string, error) {
	text, err := os.ReadFile(f.file(name))
	if err == nil && len(strings.TrimSpace(string(text))) >= 32 {
		return strings.TrimSpace(string(text)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	raw := make([]byte, 24)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	made := hex.EncodeToString(raw)
	return made, os.WriteFile(f.file(name), []byte(made+"\n"), 0o600)
}

// port chooses where to listen: the wanted port, which must be free; else the
// one of last time if it still is; else any free one. The choice is kept.
func (f *folder) port(name string, wanted int, server string, say func(string)) (int, error) {
	if wanted != 0 {
		if !portFree(wanted) {
			return 0, &SetupError{
				Problem: fmt.Sprintf("Port %d, which %s should use, is used by another program.", wanted, server),
				Remedy:  "stop that program (find it with: ss -ltnp, or lsof -i on macOS), or choose another port.",
			}
		}
		return wanted, f.keepNumber(name, wanted)
	}
	last := f.number(name)
	if last != 0 && portFree(last) {
		return last, nil
	}
	free, err := freePort()
	if err != nil {
		return 0, err
	}
	if last != 0 {
		say(fmt.Sprintf("port %d of the last start is used by another program; %s now listens on %d", last, server, free))
	}
	return free, f.keepNumber(name, free)
}

func portFree(port int) bool {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

func freePort() (int, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return 0, &SetupError{Problem: "No free port could be found on 127.0.0.1.",
			Remedy: "check that the loopback network works (ping 127.0.0.1).", Cause: err}
	}
	address, err := netip.ParseAddrPort(listener.Addr().String())
	return int(address.Port()), errors.Join(err, listener.Close())
}

// pause waits a moment or until ctx ends; it is the beat of every waiting loop.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// quiet replaces a missing listener for progress lines.
func quiet(say func(string)) func(string) {
	if say == nil {
		return func(string) {}
	}
	return say
}
