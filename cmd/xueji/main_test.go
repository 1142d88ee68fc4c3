package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
)

func TestVersion(t *testing.T) {
	var out, errs bytes.Buffer
	require.Zero(t, run([]string{"version"}, &out, &errs))
	require.Contains(t, out.String(), "Temporal server 1.32.1")
	require.Empty(t, errs.String())
}

func TestUnknownCommandAndFlagAreRefused(t *testing.T) {
	for _, args := range [][]string{{"fly"}, {"version", "--faster"}, {"version", "extra"}} {
		var out, errs bytes.Buffer
		require.Equal(t, 1, run(args, &out, &errs), args)
		require.Contains(t, errs.String(), "xueji:")
	}
}

func TestWrongSettingsStopACommand(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("XUEJI_HTTP_READ_TIMEOUT", "soon")
	t.Setenv("XUEJI_LOG_LEVEL", "loud")
	var out, errs bytes.Buffer
	require.Equal(t, 1, run([]string{"stack"}, &out, &errs))
	require.Contains(t, errs.String(), "http.read_timeout")
	require.Contains(t, errs.String(), "log.level")
}

func TestTrialIsRefusedInProduction(t *testing.T) {
	cfg := config.Config{Environment: config.Production, VarDir: t.TempDir()}
	err := withStack(t.Context(), cfg, io.Discard, func(context.Context, config.Config, io.Writer) error { return nil })
	require.ErrorContains(t, err, "environment is production")
}

func TestServingRolesAreDerivedFromTheOwner(t *testing.T) {
	owner := config.Database{URL: "postgres://owner:secret@db:5432/register?sslmode=require"}
	dir := t.TempDir()
	first, err := servingRoles(owner, dir)
	require.NoError(t, err)
	require.Equal(t, "postgres://xueji_app@db:5432/register?sslmode=require", withoutPassword(first.AppURL))
	require.Equal(t, "postgres://xueji_worker@db:5432/register?sslmode=require", withoutPassword(first.WorkerURL))
	require.GreaterOrEqual(t, len(passwordOf(first.AppURL)), 26)
	second, err := servingRoles(owner, dir)
	require.NoError(t, err)
	require.Equal(t, first, second, "the password is kept")

	named, err := servingRoles(config.Database{URL: owner.URL, AppURL: "postgres://a:b@c/d", WorkerURL: "postgres://e:f@g/h"}, filepath.Join(dir, "none"))
	require.NoError(t, err)
	require.Equal(t, config.Secret("postgres://a:b@c/d"), named.AppURL, "what is set stays")
}

// The stack is started, used, loses both servers, has them again on the same
// ports, stops, and is started again with its data.
func TestStackStartsServesAndStartsADeadServerAgain(t *testing.T) {
	dir := t.TempDir()
	cfg := config.Config{Environment: config.Test, VarDir: dir, Temporal: config.Temporal{Namespace: "xueji"}}
	out := &screen{}
	s := &stack{out: out}
	full, err := s.start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.postgres.Remove()) })
	require.Contains(t, out.String(), full.Temporal.UIAddress)

	ctx, cancel := context.WithCancelCause(t.Context())
	wait := s.keep(ctx, cancel)
	connection, err := pgx.Connect(t.Context(), full.Database.URL.Reveal())
	require.NoError(t, err)
	_, err = connection.Exec(t.Context(), "CREATE EXTENSION ltree; CREATE TABLE kept AS SELECT 1 AS n; GRANT SELECT ON kept TO "+appRole)
	require.NoError(t, err, "the owner needs no superuser")
	require.NoError(t, connection.Close(t.Context()))

	for name, pid := range map[string]int{"PostgreSQL": s.postgres.Pid(), "Temporal": s.temporal.Pid()} {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		require.Eventually(t, func() bool { return strings.Contains(out.String(), name+" runs again") }, time.Minute, 10*time.Millisecond)
		require.Contains(t, out.String(), name+" ended by itself (signal: killed)")
	}
	connection, err = pgx.Connect(t.Context(), full.Database.AppURL.Reveal())
	require.NoError(t, err, "on the same port")
	require.NoError(t, connection.Close(t.Context()))
	require.NoError(t, context.Cause(ctx), "whoever serves on them goes on")
	cancel(nil)
	wait()

	s.postgres.Kill()
	require.NoError(t, s.stop(), "stopping after a crash is in order too")
	require.Contains(t, out.String(), "PostgreSQL did not end in order (signal: killed)")
	require.NotContains(t, out.String(), "everything is saved")

	full, err = s.start(t.Context(), cfg)
	require.NoError(t, err)
	connection, err = pgx.Connect(t.Context(), full.Database.AppURL.Reveal())
	require.NoError(t, err)
	var n int
	require.NoError(t, connection.QueryRow(t.Context(), "SELECT n FROM kept").Scan(&n))
	require.NoError(t, connection.Close(t.Context()))
	require.NoError(t, s.stop())
	require.Contains(t, out.String(), "everything is saved")
}

// A folder that cannot be written is named before anything is made that would stay.
func TestAFolderThatCannotBeWrittenIsNamedFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, set := range map[string]func(*config.Config, string){
		"var":   func(c *config.Config, dir string) { c.VarDir = dir },
		"keys":  func(c *config.Config, dir string) { c.Keys.Dir = dir },
		"files": func(c *config.Config, dir string) { c.Blob.URL = "file://" + dir },
	} {
		dir := filepath.Join(file, name) // below a file, so that root cannot write there either
		cfg := config.Config{Environment: config.Development, VarDir: filepath.Join(t.TempDir(), "var")}
		set(&cfg, dir)
		var out bytes.Buffer
		err := withStack(t.Context(), cfg, &out, func(context.Context, config.Config, io.Writer) error {
			t.Error("nothing runs")
			return nil
		})
		require.ErrorContains(t, err, "the folder "+dir+" cannot be written")
		require.Empty(t, out.String(), "no server was made")
		require.NoDirExists(t, filepath.Join(cfg.VarDir, "postgres"))
	}
}
