package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// obtainServer puts a PostgreSQL server on a machine that has none: the
// distribution's package where root may install it, a download otherwise.
func obtainServer(ctx context.Context, unfit []string, say func(string)) error {
	var failed error
	if apt, err := exec.LookPath("apt-get"); err == nil && os.Geteuid() == 0 {
		if failed = installPackage(ctx, apt, say); failed == nil {
			return nil
		}
		say("the package could not be installed: " + failed.Error())
	}
	if err := downloadServer(ctx, say); err != nil {
		return noServer(unfit, errors.Join(failed, err))
	}
	return nil
}

// installPackage installs Debian's server without Debian's own cluster: nothing
// but ours shall run because somebody typed "make run".
func installPackage(ctx context.Context, apt string, say func(string)) error {
	say("no PostgreSQL server on this machine; installing the packages postgresql and postgresql-contrib with apt-get")
	if err := withoutDefaultCluster(say); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"-qq", "update"},
		{"-qq", "install", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", "postgresql", "postgresql-contrib"},
	} {
		cmd := exec.CommandContext(ctx, apt, args...) //nolint:gosec // apt-get from PATH, fixed words
		cmd.Env = append(cmd.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil && args[1] != "update" { // an old package list may do
			return fmt.Errorf("apt-get %s: %w: %w", args[1], err, lastLines(string(out)))
		}
	}
	return nil
}

// withoutDefaultCluster asks Debian's packages not to make and start a server
// of their own when they are installed.
func withoutDefaultCluster(say func(string)) error {
	const folder, file = "/etc/postgresql-common", "/etc/postgresql-common/createcluster.conf"
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if regexp.MustCompile(`(?m)^\s*create_main_cluster\s*=\s*false`).Match(text) {
		return nil
	}
	text = append(text, "\n# Written by Xueji before it installed PostgreSQL.\ncreate_main_cluster = false\n"...)
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // the package's own mode
		return err
	}
	say("wrote create_main_cluster = false to " + file + ", so that the package starts no server of its own")
	return os.WriteFile(file, text, 0o644) //nolint:gosec // the package's own mode
}

// downloadFolder is where downloaded server binaries are kept: once per account.
func downloadFolder() string {
	if os.Geteuid() == 0 {
		return filepath.Join(rootHome, "postgresql")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "xueji", "postgresql")
}

// downloadServer fetches prebuilt binaries. Only the library's download is
// used; clusters are made and run by this package alone, so the throw-away
// cluster the library starts is stopped again, and as root, where it cannot
// start, the unpacked binaries are all that is wanted.
func downloadServer(ctx context.Context, say func(string)) error {
	target := downloadFolder()
	if err := os.MkdirAll(target, 0o755); err != nil { //nolint:gosec // the cluster's account must read it
		return err
	}
	lock, err := waitLock(ctx, target+".lock")
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	if runnable(filepath.Join(target, "bin", "postgres")) {
		return nil
	}
	say("no PostgreSQL server on this machine; downloading one into " + target)
	scratch, err := os.MkdirTemp("", "xueji-postgresql-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	port, err := freePort()
	if err != nil {
		return err
	}
	trial := embeddedpostgres.NewDatabase(embeddedpostgres.DefaultConfig().Version(embeddedpostgres.V17).
		Port(uint32(port)).BinariesPath(target).CachePath(scratch).RuntimePath(filepath.Join(scratch, "run")). //nolint:gosec // a port fits
		DataPath(filepath.Join(scratch, "data")).Logger(io.Discard))
	startErr := trial.Start()
	if startErr == nil {
		startErr = trial.Stop()
	}
	if runnable(filepath.Join(target, "bin", "postgres")) {
		return nil
	}
	return fmt.Errorf("download: %s", strings.TrimSpace(fmt.Sprint(startErr)))
}
