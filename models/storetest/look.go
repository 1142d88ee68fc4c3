package storetest

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// Count is the number that a query of the owner gives. It is for looking.
func (c *County) Count(query string, args ...any) (n int) {
	c.t.Helper()
	c.look(&n, query, args...)
	return n
}

// Text is the text that a query of the owner gives. It is for looking.
func (c *County) Text(query string, args ...any) (text string) {
	c.t.Helper()
	c.look(&text, query, args...)
	return text
}

// Texts are the texts that a query of the owner gives, one a row. It is for looking.
func (c *County) Texts(query string, args ...any) (list []string) {
	c.t.Helper()
	rows, err := c.owner.Query(c.t.Context(), query, args...)
	require.NoError(c.t, err)
	list, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(c.t, err)
	return list
}

// Look reads one row of the owner's.
func (c *County) look(into any, query string, args ...any) {
	c.t.Helper()
	require.NoError(c.t, pgx.BeginTxFunc(c.t.Context(), c.owner, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return tx.QueryRow(c.t.Context(), query, args...).Scan(into)
	}), query)
}

// Blocked is how many transactions wait for another one.
func (c *County) Blocked() int {
	c.t.Helper()
	return c.Count(`SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND NOT granted`)
}

// Owner is the connection of the owner of the tables, for what an operator of the service
// runs with it.
func (c *County) Owner() *pgx.Conn { return c.owner }

// OwnerTries runs a statement as the owner of the tables and keeps nothing of it. It is
// for walls that bind the owner as well.
func (c *County) OwnerTries(statement string, args ...any) error {
	kept := errors.New("nothing is kept")
	err := pgx.BeginFunc(c.t.Context(), c.owner, func(tx pgx.Tx) error {
		if _, err := tx.Exec(c.t.Context(), statement, args...); err != nil {
			return err
		}
		return kept
	})
	if errors.Is(err, kept) {
		return nil
	}
	return err
}

// Legacy writes what an earlier version of the program has left in the register, or what a
// fault outside of it has done, such as a lost file. No state that a person brings about
// is made by it.
func (c *County) Legacy(statement string, args ...any) {
	c.t.Helper()
	_, err := c.owner.Exec(c.t.Context(), statement, args...)
	require.NoError(c.t, err, statement)
}

// Held locks the rows that a query of the owner gives, until the release is called.
func (c *County) Held(query string, args ...any) (release func()) {
	c.t.Helper()
	tx, err := c.owner.Begin(c.t.Context())
	require.NoError(c.t, err)
	_, err = tx.Exec(c.t.Context(), query, args...)
	require.NoError(c.t, err)
	return func() { c.t.Helper(); require.NoError(c.t, tx.Rollback(c.t.Context())) }
}

// Plan is how PostgreSQL would run a statement of the owner, in one line.
func (c *County) Plan(statement string) string {
	c.t.Helper()
	return OneLine(c.t, c.Text(`EXPLAIN (FORMAT JSON) `+statement))
}

// OneLine writes a plan in one line, without what no test asks for.
func OneLine(t require.TestingT, plan string) string {
	require.True(t, json.Valid([]byte(plan)))
	text := strings.Join(strings.Fields(plan), " ")
	return strings.ReplaceAll(text, `"Seq Scan", "Parallel Aware": false, "Async Capable": false, `, `"Seq Scan", `)
}

// SQLState is the code with which PostgreSQL refused, "" when it did not.
func SQLState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
