package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

func TestPlaceholdersAreNumbered(t *testing.T) {
	require.Equal(t, `UPDATE slip SET outcome = $1 WHERE id = $2`, store.NumberPlaceholders(`UPDATE slip SET outcome = ? WHERE id = ?`))
	require.Equal(t, `SAVEPOINT slip`, store.NumberPlaceholders(`SAVEPOINT slip`))
}

// Queued statements are sent before the commit, in their order. One that touches a wrong
// number of rows fails the transaction.
func TestQueuedWritesAreSentBeforeTheCommit(t *testing.T) {
	r := storetest.New(t)
	count := func() (n int) {
		r.MustIn(r.App, storetest.SchoolA, func(t *change.Tx) error {
			return t.DB().Raw(`SELECT count(*) FROM audit_entry WHERE action = 'test.later'`).Scan(&n).Error
		})
		return n
	}
	r.MustIn(r.App, storetest.SchoolA, func(t *change.Tx) error { return t.Audit("test.later", "test", "1", nil) })
	require.Equal(t, 1, count())

	err := r.App.Store.InScope(t.Context(), store.Scope{Paths: []string{storetest.SchoolA}}, func(t *store.Tx) error {
		t.Later("change nothing", 1, `UPDATE session SET name = name WHERE false`)
		return t.Audit("test.later", "test", "2", nil)
	})
	require.ErrorContains(t, err, "change nothing")
	require.Equal(t, 1, count())
}

// A read in the same transaction sees the statements that were queued before it.
func TestReadsSeeWhatIsQueued(t *testing.T) {
	r := storetest.New(t)
	r.MustIn(r.App, storetest.SchoolA, func(t *change.Tx) error {
		if err := t.Audit("test.read", "test", "1", nil); err != nil {
			return err
		}
		var n int
		if err := t.DB().Raw(`SELECT count(*) FROM audit_entry WHERE action = 'test.read'`).Scan(&n).Error; err != nil {
			return err
		}
		require.Equal(r.T(), 1, n)
		return nil
	})
}
