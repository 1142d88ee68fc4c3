package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/migrations"
)

// An operator's first day and the day keys are rotated, as typed.
func TestKeysAtTheTerminal(t *testing.T) {
	const owner = "xueji_owner"
	db := embeddedtest.Template{
		Name: "keys", Fingerprint: embeddedtest.Fingerprint(t, os.DirFS("../../models/migrations/sql")),
		Prepare: embeddedtest.OwnedBy(owner, []string{migrations.AppRole, migrations.WorkerRole}, func(ctx context.Context, dsn string) error {
			return migrations.Up(ctx, dsn, migrations.Passwords{})
		}),
	}.Database(t)
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys")
	for name, value := range map[string]string{
		"XUEJI_ENVIRONMENT": "test", "XUEJI_VAR_DIR": dir, "XUEJI_DATABASE_URL": db.DSN(owner), "XUEJI_TEMPORAL_ADDRESS": "127.0.0.1:1",
		"XUEJI_DATABASE_APP_URL": db.DSN(migrations.AppRole), "XUEJI_DATABASE_WORKER_URL": db.DSN(migrations.WorkerRole),
		"XUEJI_HTTP_READ_TIMEOUT": "1ns", "XUEJI_HTTP_WRITE_TIMEOUT": "1ns",
	} {
		t.Setenv(name, value)
	}
	xueji := func(args ...string) (code int, out string) {
		var printed, errs bytes.Buffer
		code = run(args, &printed, &errs)
		return code, printed.String() + errs.String()
	}
	code, out := xueji("api")
	require.Equal(t, 1, code)
	require.Contains(t, out, "xueji keys create")
	require.NoDirExists(t, keys, "the API makes no keys")
	code, out = xueji("worker")
	require.Equal(t, 1, code)
	require.Contains(t, out, "xueji keys create")
	require.NoDirExists(t, keys)

	code, out = xueji("keys", "create")
	require.Zero(t, code, out)
	require.Contains(t, out, "new keys were made")
	require.Contains(t, out, "Back this folder up")
	code, out = xueji("keys", "create")
	require.Zero(t, code, out)
	require.Contains(t, out, "these keys are recorded")
	code, out = xueji("keys", "rotate")
	require.Zero(t, code, out)
	require.Contains(t, out, "nothing is sealed with the old keys any more")
	code, out = xueji("keys", "check", "--all")
	require.Zero(t, code, out)
	require.Contains(t, out, "those of the register")

	text, err := os.ReadFile(filepath.Join(keys, "keyring.json"))
	require.NoError(t, err)
	for _, line := range strings.Split(string(text), "\n") {
		if _, value, found := strings.Cut(line, `"value": `); found {
			require.NotContains(t, out, strings.Trim(value, `",`), "no key is printed")
		}
	}
	require.NoError(t, os.Rename(keys, keys+"-lost"))
	for _, args := range [][]string{{"keys", "create"}, {"keys", "check"}, {"keys", "rotate"}, {"api"}, {"worker"}} {
		code, out := xueji(args...)
		require.Equal(t, 1, code, args)
		require.Contains(t, out, keys, args)
		require.NoDirExists(t, keys, args)
	}
}
