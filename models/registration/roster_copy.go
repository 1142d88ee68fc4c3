package registration

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/store"
)

// hashesAmong runs a query with an array of hashes, and more arguments, and returns the hashes in its answer.
func hashesAmong(t *store.Tx, query string, hashes [][]byte, more ...any) (map[string]bool, error) {
	found := map[string]bool{}
	if len(hashes) == 0 {
		return found, nil
	}
	err := t.Raw(func(c *pgx.Conn) error {
		rows, err := c.Query(t.Context(), query, append([]any{hashes}, more...)...)
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
