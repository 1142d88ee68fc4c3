package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

const ownerRole = "xueji_owner"

// county is the template that every county is a copy of. It is made anew when the
// migrations, the program or the keys are others.
func county(t testing.TB) embeddedtest.Template {
	t.Helper()
	ring, err := keys()
	require.NoError(t, err)
	return embeddedtest.Template{
		Name: "county", Fingerprint: fingerprint(t, ring.Fingerprint()), From: migrated(t),
		Prepare: func(ctx context.Context, server *embedded.Postgres, database string) error {
			return settle(ctx, func(role string) string { return server.DSN(role, database) })
		},
	}
}

// migrated is the template of an empty register.
func migrated(t testing.TB) *embeddedtest.Template {
	t.Helper()
	return &embeddedtest.Template{
		Name: "migrated", Fingerprint: embeddedtest.Fingerprint(t, os.DirFS(filepath.Join(models(), "migrations", "sql"))),
		Prepare: embeddedtest.OwnedBy(ownerRole, []string{migrations.AppRole, migrations.WorkerRole}, func(ctx context.Context, dsn string) error {
			return migrations.Up(ctx, dsn, migrations.Passwords{})
		}),
	}
}

// models is the folder of the packages that the register is made of.
func models() string { return filepath.Join(embedded.Checkout(), "models") }

// fingerprint hashes what a county is built by: the program of the register, its
// catalogues and the keys. Tests and their files are no part of it.
func fingerprint(t testing.TB, keys string) string {
	t.Helper()
	sum := sha256.New()
	sum.Write([]byte(keys))
	err := filepath.WalkDir(models(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		sum.Write(text)
		return err
	})
	require.NoError(t, err)
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// keys is the keyring of every county of a checkout. It is kept, because the records in
// a template are sealed with it, and a template outlives the process that made it.
func keys() (*secret.Keyring, error) {
	folder, err := embeddedtest.Folder()
	if err != nil {
		return nil, err
	}
	return secret.Create(filepath.Join(folder, "keys"), nil)
}

// settle brings offices, people and classes into an empty register.
func settle(ctx context.Context, dsn func(role string) string) error {
	at := time.Date(2026, 9, 1, 8, 0, 0, 0, calendar.Shanghai())
	if err := office.Seed(ctx, dsn(ownerRole), at); err != nil {
		return err
	}
	if _, err := account.CreateFirstAdmin(ctx, dsn(ownerRole), "admin", "国家管理员", false, at); err != nil {
		return err
	}
	c, err := connect(ctx, dsn, at)
	if err != nil {
		return err
	}
	defer c.close()
	admin := store.Scope{Paths: []string{Nation}, Account: c.people[0].ID, RequestID: "test"}
	return c.App.Store.InScope(ctx, admin, func(tx *store.Tx) error {
		if err := c.found(tx); err != nil {
			return err
		}
		return c.hireAll(tx)
	})
}
