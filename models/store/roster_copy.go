package store

import (
	"fmt"

	"github.com/jackc/pgx/v5"
)

// copyTemporary makes a temporary table for this transaction and fills it by COPY. COPY
// is not possible into tables with row-level security; one set-based statement under the
// policies can then read the temporary table. A table of the same name from earlier in
// the transaction is replaced.
func (t *Tx) copyTemporary(table, definition string, columns []string, rows [][]any) error {
	name := pgx.Identifier{table}.Sanitize()
	if _, err := t.exec("DROP TABLE IF EXISTS pg_temp." + name); err != nil {
		return fmt.Errorf("prepare %s: %w", table, err)
	}
	if _, err := t.exec("CREATE TEMPORARY TABLE " + name + " (" + definition + ") ON COMMIT DROP"); err != nil {
		return fmt.Errorf("prepare %s: %w", table, err)
	}
	err := t.raw(func(c *pgx.Conn) error {
		_, err := c.CopyFrom(t.ctx, pgx.Identifier{"pg_temp", table}, columns, pgx.CopyFromRows(rows))
		return err
	})
	if err != nil {
		return fmt.Errorf("copy into %s: %w", table, err)
	}
	return nil
}

// hashesAmong runs a query with one array of hashes and returns the hashes in its answer.
func (t *Tx) hashesAmong(query string, hashes [][]byte) (map[string]bool, error) {
	found := map[string]bool{}
	if len(hashes) == 0 {
		return found, nil
	}
	err := t.raw(func(c *pgx.Conn) error {
		rows, err := c.Query(t.ctx, query, hashes)
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		for _, hash := range list {
			found[string(hash)] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look hashes up: %w", err)
	}
	return found, nil
}
