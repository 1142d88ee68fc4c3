package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// fakeServer makes a folder that looks like an installation of PostgreSQL.
func fakeServer(t *testing.T, version string, tree bool) string {
	t.Helper()
	root := t.TempDir()
	bin := filepath.Join(root, "bin")
	require.NoError(t, os.MkdirAll(bin, 0o755))
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
	for _, name := range []string{"postgres", "initdb"} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755))
	}
	if tree {
		require.NoError(t, os.MkdirAll(filepath.Join(root, "share", "extension"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, "share", "extension", "ltree.control"), nil, 0o600))
	}
	return bin
}

func TestInstalledTellsUsableServersFromOthers(t *testing.T) {
	t.Parallel()
	good, old, bare, odd := fakeServer(t, "16.4 (Debian 16.4-1)", true), fakeServer(t, "13.9", true),
		fakeServer(t, "97.2", false), fakeServer(t, "unknown", true)
	found, unfit := installed(t.Context(), []string{good, old, bare, odd, t.TempDir()})
	require.Equal(t, []server{{bin: good, major: 16}}, found)
	require.Len(t, unfit, 3)
	require.Contains(t, unfit[0], "needs 14 or later")
	require.Contains(t, unfit[1], "without the extension ltree")

	err := noServer(unfit, nil)
	require.Contains(t, err.Error(), "apt-get install")
	require.Contains(t, err.Error(), "PostgreSQL 13")
}

func TestChooseFollowsTheDataThenTheNewest(t *testing.T) {
	t.Parallel()
	here := []server{{"a", 15}, {"b", 17}, {"c", 16}}
	for data, want := range map[int]string{0: "b", 15: "a", 16: "c"} {
		s, err := choose(here, data)
		require.NoError(t, err)
		require.Equal(t, want, s.bin, "data of version %d", data)
	}
	_, err := choose(here, 14)
	require.ErrorContains(t, err, "made by PostgreSQL 14")
}

func TestExplainNamesTheCauseAndTheWayOut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		said  string
		cause error
		want  string
	}{
		{"FATAL:  could not write lock file: No space left on device", nil, "The disk is full"},
		{"", fmt.Errorf("write: %w", syscall.ENOSPC), "The disk is full"},
		{`LOG:  could not bind IPv4 address "127.0.0.1": Address already in use`, nil, "used by another program"},
		{"could not open file: Permission denied", nil, "may not use the folder"},
		{"", fmt.Errorf("mkdir: %w", os.ErrPermission), "may not use the folder"},
		{"something new", errors.New("exit status 1"), "did not start"},
	} {
		err := explain("PostgreSQL", row.said, "var/postgres", "server.log", row.cause)
		require.Contains(t, err.Problem, row.want)
		require.NotEmpty(t, err.Remedy)
	}
	require.ErrorContains(t, explain("PostgreSQL", "something new", "x", "server.log", nil), "something new")
}

func TestRootsClustersLiveApartPerCheckout(t *testing.T) {
	t.Parallel()
	owner := &account{name: "xueji"}
	one, err := clusterPath("/srv/one/var/postgres", owner)
	require.NoError(t, err)
	two, err := clusterPath("/srv/two/var/postgres", owner)
	require.NoError(t, err)
	require.NotEqual(t, one, two)
	require.Equal(t, "/var/lib/xueji", filepath.Dir(one))
	same, err := clusterPath(one, owner)
	require.NoError(t, err)
	require.Equal(t, one, same)
	ordinary, err := clusterPath("/home/li/xueji/var/postgres", nil)
	require.NoError(t, err)
	require.Equal(t, "/home/li/xueji/var/postgres", ordinary)
}
