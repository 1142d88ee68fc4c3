package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// clusterMajor gives the PostgreSQL version that made the data, 0 for none.
func clusterMajor(data string) int {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return 0
	}
	major, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return major
}

// initialise makes the cluster at first use: UTF-8, plain code-point order (the
// same on every machine), passwords by SCRAM even on localhost. The cluster is
// built beside its place and moved there, so a killed first start leaves no half.
func (p *Postgres) initialise(ctx context.Context, say func(string)) error {
	if clusterMajor(p.data()) != 0 {
		return nil
	}
	if free := freeBytes(p.folder.path); free < 200<<20 {
		return explain("PostgreSQL", "", p.folder.path, p.folder.path, syscall.ENOSPC)
	}
	half := p.folder.file("data.half")
	if err := errors.Join(os.RemoveAll(half), os.Mkdir(half, 0o700), p.account.own(half)); err != nil {
		return explain("PostgreSQL", "", p.folder.path, p.folder.path, err)
	}
	words := p.folder.file("password.init")
	defer func() { _ = os.Remove(words) }()
	if err := errors.Join(os.WriteFile(words, []byte(p.password+"\n"), 0o600), p.account.own(words)); err != nil {
		return explain("PostgreSQL", "", p.folder.path, p.folder.path, err)
	}
	say("making a PostgreSQL " + strconv.Itoa(p.server.major) + " cluster in " + p.folder.path)
	ctype := "C.UTF-8"
	if runtime.GOOS == "darwin" {
		ctype = "UTF-8"
	}
	cmd := exec.CommandContext(ctx, p.server.program("initdb"), "--pgdata", half, "--username", Superuser, //nolint:gosec // found by findServer
		"--pwfile", words, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--lc-ctype", ctype, "--no-sync")
	cmd.Dir = p.folder.path
	p.account.apply(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.WriteFile(p.folder.file("server.log"), out, 0o600)
		return explain("PostgreSQL", string(out), p.folder.path, p.folder.file("server.log"), err)
	}
	if err := errors.Join(os.RemoveAll(p.data()), os.Rename(half, p.data())); err != nil {
		return explain("PostgreSQL", "", p.folder.path, p.folder.path, err)
	}
	return nil
}

// wrongMajor is the answer when the data was made by a version that is not here.
func wrongMajor(data int, here []server) *SetupError {
	var versions []string
	for _, s := range here {
		versions = append(versions, strconv.Itoa(s.major))
	}
	return &SetupError{
		Problem: fmt.Sprintf("The data was made by PostgreSQL %d, but this machine has only PostgreSQL %s.", data, strings.Join(versions, ", ")),
		Remedy: fmt.Sprintf("install PostgreSQL %d beside it (Debian: apt-get install postgresql-%d; macOS: brew install postgresql@%d), "+
			"or, if the data may go, delete the cluster's folder; to carry data over, pg_dump it with version %d and load it with the new one.",
			data, data, data, data),
	}
}

func freeBytes(path string) uint64 {
	var stat syscall.Statfs_t
	if syscall.Statfs(path, &stat) != nil {
		return 1 << 62 // unknown is not full
	}
	return stat.Bavail * uint64(stat.Bsize) //nolint:gosec // block size is positive; its type differs by system
}
