package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlaceholdersAreNumbered(t *testing.T) {
	require.Equal(t, `UPDATE slip SET outcome = $1 WHERE id = $2`, numbered(`UPDATE slip SET outcome = ? WHERE id = ?`))
	require.Equal(t, `SAVEPOINT slip`, numbered(`SAVEPOINT slip`))
}

// Queued statements are sent before the commit, in their order. One that touches a wrong
// number of rows fails the transaction.
func TestQueuedWritesAreSentBeforeTheCommit(t *testing.T) {
	r := newRecordsRig(t)
	count := func() (n int) {
		r.mustIn(r.app, schoolAPath, func(t *Tx) error {
			return t.db.Raw(`SELECT count(*) FROM audit_entry WHERE action = 'test.later'`).Scan(&n).Error
		})
		return n
	}
	r.mustIn(r.app, schoolAPath, func(t *Tx) error { return t.Audit("test.later", "test", "1", nil) })
	require.Equal(t, 1, count())

	err := r.app.InScope(t.Context(), Scope{Paths: []string{schoolAPath}}, func(t *Tx) error {
		t.later("change nothing", 1, `UPDATE session SET name = name WHERE false`)
		return t.Audit("test.later", "test", "2", nil)
	})
	require.ErrorContains(t, err, "change nothing")
	require.Equal(t, 1, count())
}

// A read in the same transaction sees the statements that were queued before it.
func TestReadsSeeWhatIsQueued(t *testing.T) {
	r := newRecordsRig(t)
	r.mustIn(r.app, schoolAPath, func(t *Tx) error {
		if err := t.Audit("test.read", "test", "1", nil); err != nil {
			return err
		}
		var n int
		if err := t.db.Raw(`SELECT count(*) FROM audit_entry WHERE action = 'test.read'`).Scan(&n).Error; err != nil {
			return err
		}
		require.Equal(r.t, 1, n)
		return nil
	})
}
