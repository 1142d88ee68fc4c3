package store

import (
	"fmt"

	"github.com/jackc/pgx/v5"
)

// CopyTemporary makes a temporary table for this transaction and fills it by COPY. COPY
// is not possible into tables with row-level security; one set-based statement under the
// policies can then read the temporary table. A table of the same name from earlier in
// the transaction is replaced.
func (t *Tx) CopyTemporary(table, definition string, columns []string, rows [][]any) error {
	name := pgx.Identifier{table}.Sanitize()
	if _, err := t.Exec("DROP TABLE IF EXISTS pg_temp." + name); err != nil {
		return fmt.Errorf("prepare %s: %w", table, err)
	}
	if _, err := t.Exec("CREATE TEMPORARY TABLE " + name + " (" + definition + ") ON COMMIT DROP"); err != nil {
		return fmt.Errorf("prepare %s: %w", table, err)
	}
	err := t.Raw(func(c *pgx.Conn) error {
		_, err := c.CopyFrom(t.ctx, pgx.Identifier{"pg_temp", table}, columns, pgx.CopyFromRows(rows))
		return err
	})
	if err != nil {
		return fmt.Errorf("copy into %s: %w", table, err)
	}
	return nil
}
