package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
)

const (
	// memoryFolder is where Linux keeps files in memory.
	memoryFolder = "/dev/shm"
	// memoryRoom is how much of it must be free: the databases of the tests that run at a
	// time need a fraction of it. In most containers there is less, and the disk serves.
	memoryRoom = 2 << 30
	// memoryName is the name of the tablespace in it.
	memoryName = "memory"
)

// MemoryTablespace makes a tablespace whose files lie in memory, and gives its name; ""
// on a machine without room for it. A database is a thousand small files, and a disk that
// makes and deletes them all the time takes several times the work of the tests
// themselves. What lies there is gone when the machine stops, so it is for tests only. It
// is made anew at every start, and no database may be left in it from an earlier one.
func (p *Postgres) MemoryTablespace(ctx context.Context) (string, error) {
	if _, err := os.Stat(memoryFolder); err != nil || freeBytes(memoryFolder) < memoryRoom {
		return "", nil //nolint:nilerr // a machine may have none
	}
	sum := sha256.Sum256([]byte(p.folder.path))
	dir := filepath.Join(memoryFolder, "xueji-"+hex.EncodeToString(sum[:8]))
	err := p.asSuperuser(ctx, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, "DROP TABLESPACE IF EXISTS "+memoryName)
		return err
	})
	if err != nil {
		return "", err
	}
	// Anybody may write into memoryFolder: what another account made is not taken.
	if errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)) != nil {
		return "", nil //nolint:nilerr // the disk serves
	}
	if err := p.account.own(dir); err != nil {
		return "", err
	}
	return memoryName, p.asSuperuser(ctx, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, "CREATE TABLESPACE "+memoryName+" LOCATION '"+dir+"'")
		return err
	})
}
