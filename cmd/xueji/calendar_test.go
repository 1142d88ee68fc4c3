package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/migrations"
)

// An operator loads the holidays of a year, as typed: without the owner of the tables,
// after a look at what would change.
func TestHolidaysAtTheTerminal(t *testing.T) {
	db := embeddedtest.Template{
		Name: "calendar", Fingerprint: embeddedtest.Fingerprint(t, os.DirFS("../../models/migrations/sql")),
		Prepare: embeddedtest.OwnedBy("xueji_owner", []string{migrations.AppRole, migrations.WorkerRole}, func(ctx context.Context, dsn string) error {
			return migrations.Up(ctx, dsn, migrations.Passwords{})
		}),
	}.Database(t)
	dir := t.TempDir()
	for name, value := range map[string]string{
		"XUEJI_ENVIRONMENT": "test", "XUEJI_VAR_DIR": dir, "XUEJI_DATABASE_WORKER_URL": db.DSN(migrations.WorkerRole), "XUEJI_CLOCK_AT": "2026-11-20T09:00",
	} {
		t.Setenv(name, value)
	}
	xueji := func(args ...string) (code int, out, errs string) {
		var printed, wrong bytes.Buffer
		code = run(args, &printed, &wrong)
		return code, printed.String(), wrong.String()
	}
	file := filepath.Join(dir, "2027.csv")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	table := "date,kind,occasion\n2027-01-01,off,元旦\n2027-02-08,off,春节\n2027-02-20,work,春节\n2027-04-05,off,清明节\n2027-05-01,off,劳动节\n2027-05-02,off,劳动节\n" +
		"2027-06-09,off,端午节\n2027-10-01,off,国庆节\n2027-10-02,off,国庆节\n2027-10-03,off,国庆节\n"
	write(table + "2027-10-08,work,国庆节\n2026-10-09,off,国庆节\n")
	code, out, errs := xueji("calendar", "check", "--year", "2027", file)
	require.Equal(t, 1, code, out)
	require.Contains(t, errs, "Row 12: 2027-10-08 is a Friday and a working day anyway")
	require.Contains(t, errs, "第13行的2026-10-09不在2027年")

	write(table)
	code, out, errs = xueji("calendar", "check", "--year", "2027", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "2027-01-01 Friday becomes a day off")
	require.Contains(t, out, "2027-02-20 Saturday becomes a working day")
	require.NotContains(t, out, "2027-05-01", "a Saturday is off anyway")
	_, _, errs = xueji("calendar", "show", "2027")
	require.Contains(t, errs, "2027 are not published")
	code, _, errs = xueji("calendar", "add", "--year", "2027", file)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "--reason is needed")

	add := []string{"calendar", "add", "--year", "2027", "--reason", "国办发明电〔2026〕1号", "--operator", "ops", file}
	code, out, errs = xueji(add...)
	require.Zero(t, code, errs)
	require.Contains(t, out, "holidays of 2027, version 1")
	code, out, errs = xueji(add...)
	require.Zero(t, code, errs)
	require.Contains(t, out, "no version was added")
	code, out, errs = xueji("calendar", "show", "2027")
	require.Zero(t, code, errs)
	require.Equal(t, table, out, "what is shown can be corrected and loaded again")
	_, out, _ = xueji("calendar", "show")
	require.Contains(t, out, "2004 to 2027")
	require.Contains(t, out, "version 1: 2027")
}
