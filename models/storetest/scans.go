package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
)

// Scan counts the reads of one table by the statements of a transaction.
type Scan struct {
	Table string
	// Whole is how often the table was read from its beginning to its end; Rows is how many
	// rows were fetched, by indexes or so.
	Whole, Rows int64
}

// Scans gives what a transaction reads of the tables that grow with the register.
//
// Offices are left out: there are a few thousand however many pupils there are, and reading
// them all beside a page of fifty lines is no worse than fifty look-ups.
//
// It runs the transaction as the application role, for a person. PostgreSQL counts the
// reads of the transaction itself, also those inside functions. A plan would only promise them.
func (c *County) Scans(p Person, fn func(*change.Tx) error) (list []Scan) {
	c.t.Helper()
	const counts = `SELECT t.relname AS "table", t.seq_scan AS whole, t.seq_tup_read + coalesce(t.idx_tup_fetch, 0) AS rows
		FROM pg_stat_xact_user_tables t JOIN pg_class k ON k.oid = t.relid WHERE k.reltuples > 2000 AND t.relname <> 'organisation' ORDER BY t.relname`
	require.NoError(c.t, c.As(p, func(tx *change.Tx) error {
		var before []Scan
		if err := tx.DB().Raw(counts).Scan(&before).Error; err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		if err := tx.DB().Raw(counts).Scan(&list).Error; err != nil {
			return err
		}
		earlier := map[string]Scan{}
		for _, s := range before {
			earlier[s.Table] = s
		}
		for i, s := range list {
			list[i].Whole, list[i].Rows = s.Whole-earlier[s.Table].Whole, s.Rows-earlier[s.Table].Rows
		}
		return nil
	}))
	return list
}
