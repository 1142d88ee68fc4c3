package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// rootHome is where clusters live when the program runs as root: PostgreSQL
// refuses to run as root, and an account without rights may not be able to
// enter the checkout.
const rootHome = "/var/lib/xueji"

// account is the account without rights that owns a cluster when root starts
// it; nil stands for the current account.
type account struct {
	name     string
	uid, gid uint32
}

func (a *account) apply(cmd *exec.Cmd) {
	if a == nil {
		return
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	cmd.Env = append(cmd.Environ(), "HOME="+rootHome, "USER="+a.name, "LOGNAME="+a.name)
}

// own hands a file or folder to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

// clusterAccount returns nil for an ordinary user, and for root the account
// "xueji", which is created when missing ("postgres" where that is impossible).
//
// Only one process looks or creates at a time: accounts that are just being
// written are seen by one program and not yet by the next.
func clusterAccount(ctx context.Context, say func(string)) (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nil is the current account
	}
	if err := os.MkdirAll(rootHome, 0o755); err != nil { //nolint:gosec // accounts pass through to their clusters
		return nil, explain("PostgreSQL", "", rootHome, rootHome, err)
	}
	lock, err := waitLock(ctx, filepath.Join(rootHome, "account.lock"))
	if err != nil {
		return nil, explain("PostgreSQL", "", rootHome, rootHome, err)
	}
	defer func() { _ = lock.Close() }()
	if a, err := lookUp("xueji"); err == nil {
		return a, nil
	}
	out, createErr := exec.CommandContext(ctx, "useradd", "--system", "--user-group", "--no-create-home",
		"--home-dir", rootHome, "--shell", "/usr/sbin/nologin", "xueji").CombinedOutput()
	if a, err := lookUp("xueji"); err == nil { // also when another process was faster
		if createErr == nil {
			say("created the system account xueji: PostgreSQL refuses to run as root")
		}
		return a, nil
	}
	if a, err := lookUp("postgres"); err == nil {
		return a, nil
	}
	return nil, &SetupError{
		Problem: "PostgreSQL refuses to run as root, and no account without rights could be created for it.",
		Remedy:  "create one (useradd --system xueji), or start Xueji as an ordinary user.",
		Cause:   fmt.Errorf("%w: %s", createErr, strings.TrimSpace(string(out))),
	}
}

func lookUp(name string) (*account, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
}

// clusterPath gives the real folder of a cluster: the wanted one for an
// ordinary user; for root one of its own per wanted folder under /var/lib/xueji.
func clusterPath(wanted string, a *account) (string, error) {
	abs, err := filepath.Abs(wanted)
	if err != nil {
		return "", err
	}
	if a == nil || strings.HasPrefix(abs, rootHome+"/") {
		return abs, nil
	}
	sum := sha256.Sum256([]byte(abs))
	return filepath.Join(rootHome, filepath.Base(abs)+"-"+hex.EncodeToString(sum[:4])), nil
}

// leaveNote writes into the wanted folder where root's cluster really lives.
func leaveNote(wanted, real string) error {
	abs, err := filepath.Abs(wanted)
	if err != nil || abs == real {
		return err
	}
	if err := os.MkdirAll(abs, 0o755); err != nil { //nolint:gosec // a note for everybody
		return err
	}
	note := "Started as root, so the PostgreSQL cluster of this folder lives in\n" + real +
		"\nowned by an account without rights. Delete that folder too to start afresh.\n"
	return os.WriteFile(filepath.Join(abs, "WHERE-IS-THE-DATABASE.txt"), []byte(note), 0o644) //nolint:gosec // same
}
