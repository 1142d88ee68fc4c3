package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// entries is how many entries of the trail a test has written.
func entries(c *storetest.County, action string) int {
	return c.Count(`SELECT count(*) FROM audit_entry WHERE action = $1`, action)
}

// note writes an entry of the trail.
func note(tx *store.Tx, action string) error { return tx.Audit(action, "test", "1", nil) }

// When the work fails nothing is written, and the caller gets the error as it is.
func TestAFailedTransactionWritesNothing(t *testing.T) {
	c := storetest.New(t)
	crash := errors.New("crash")
	require.Equal(t, crash, work(c, func(tx *store.Tx) error {
		require.NoError(t, note(tx, "test.failed"))
		require.NoError(t, tx.Flush())
		return crash
	}))
	require.Zero(t, entries(c, "test.failed"))
	require.Panics(t, func() {
		_ = work(c, func(tx *store.Tx) error {
			require.NoError(t, note(tx, "test.failed"))
			panic("crash")
		})
	})
	require.Zero(t, entries(c, "test.failed"))

	// An error that was passed over makes PostgreSQL roll back at the commit.
	err := work(c, func(tx *store.Tx) error {
		require.NoError(t, note(tx, "test.failed"))
		_, _ = tx.Exec(`SELECT 1 / 0`)
		return nil
	})
	require.ErrorContains(t, err, "commit")
	require.Zero(t, entries(c, "test.failed"))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, c.App.Store.InScope(ended, store.Scope{}, func(*store.Tx) error { return nil }), context.Canceled)
}

// The scope holds for one transaction: the next one on the same connection has its own.
func TestAScopeEndsWithItsTransaction(t *testing.T) {
	c := storetest.New(t)
	s, err := c.Process(migrations.AppRole, func(o *store.Options) { o.MaxConns = 1 })
	require.NoError(t, err)
	require.EqualValues(t, 1, s.Connections())
	classes := func(paths ...string) (n int, err error) {
		err = s.Store.InScope(t.Context(), store.Scope{Paths: paths, Account: uuid.New()}, func(tx *store.Tx) error {
			return tx.DB().Raw(`SELECT count(*) FROM school_class WHERE org_path = ?::ltree`, storetest.SchoolA).Scan(&n).Error
		})
		return n, err
	}
	n, err := classes(storetest.SchoolA, storetest.SchoolB)
	require.NoError(t, err)
	require.Positive(t, n)
	n, err = classes(storetest.SchoolB)
	require.NoError(t, err)
	require.Zero(t, n)
	_, err = classes()
	require.Equal(t, "42501", storetest.SQLState(err))
}

// A transaction has one time, and one account and calendar.
func TestATransactionHasOneTime(t *testing.T) {
	c := storetest.New(t)
	scope := c.Scope(storetest.SchoolA)
	require.NoError(t, within(c, scope, func(tx *store.Tx) error {
		begun := tx.Now()
		c.Advance(time.Hour)
		require.Equal(t, begun, tx.Now())
		require.Equal(t, "2026-11-20", tx.Today().String())
		require.Equal(t, scope, tx.Scope())
		require.Equal(t, &scope.Account, tx.Author())
		require.Same(t, c.App.Store, tx.Store())
		require.NoError(t, tx.Context().Err())
		require.NotNil(t, tx.Workdays())
		return nil
	}))
	require.NoError(t, work(c, func(tx *store.Tx) error { require.Nil(t, tx.Author()); return nil }))
}

// Row-level security would not exist for the owner, so a server under the owner's login
// does not start.
func TestAServerUnderTheOwnersLoginIsRefused(t *testing.T) {
	c := storetest.New(t)
	_, err := c.Process(migrations.AppRole, func(o *store.Options) { o.DSN = c.OwnerDSN() })
	require.ErrorContains(t, err, "use the role xueji_app or xueji_worker")
	_, err = c.Process(migrations.AppRole, func(o *store.Options) { o.DSN = "no address" })
	require.ErrorContains(t, err, "database address")
	_, err = c.Process(migrations.AppRole, func(o *store.Options) { o.DSN = "postgres://nobody@127.0.0.1:1/none" })
	require.ErrorContains(t, err, "connect to the database")
}

func TestAStoreKnowsWhatItWasOpenedWith(t *testing.T) {
	c := storetest.New(t)
	s, err := c.Process(migrations.AppRole, func(o *store.Options) { o.Bulk = store.Bulk{ListRows: 7} })
	require.NoError(t, err)
	require.Equal(t, store.Bulk{ListRows: 7, PartRows: 500, Share: 25}, s.Bulk())
	require.Same(t, s.Local("key", func() any { return new(int) }), s.Local("key", func() any { return new(int) }), "kept beside the store")
	require.NotNil(t, s.Items().Reader)
	require.NotNil(t, s.Processes())
	require.NotNil(t, s.Pool())
}

// A database that takes no writes is not healthy.
func TestADatabaseThatTakesNoWritesIsNotHealthy(t *testing.T) {
	c := storetest.New(t)
	require.NoError(t, c.App.Ping(t.Context()))
	s, err := c.Process(migrations.AppRole, func(o *store.Options) { o.DSN += "&default_transaction_read_only=on" })
	require.NoError(t, err)
	require.ErrorContains(t, s.Ping(t.Context()), "takes no writes")
	s.Close()
	require.ErrorContains(t, s.Ping(t.Context()), "ask the database")
}

// A savepoint takes back what failed inside it, with what was queued there, and nothing of
// what came before.
func TestASavepointTakesBackWhatFailedInside(t *testing.T) {
	c := storetest.New(t)
	crash := errors.New("crash")
	require.NoError(t, work(c, func(tx *store.Tx) error {
		require.NoError(t, note(tx, "test.before"))
		require.Equal(t, crash, tx.InSavepoint(func() error { return crash }), "nothing was sent")
		require.Equal(t, crash, tx.InSavepoint(func() error {
			require.NoError(t, note(tx, "test.queued"))
			return crash
		}))
		require.Equal(t, crash, tx.InSavepoint(func() error {
			require.NoError(t, note(tx, "test.sent"))
			require.NoError(t, tx.Flush())
			require.NoError(t, note(tx, "test.queued"))
			return crash
		}))
		err := tx.InSavepoint(func() error { _, err := tx.Exec(`SELECT 1 / 0`); return err })
		require.Equal(t, "22012", storetest.SQLState(err))
		require.ErrorContains(t, tx.InSavepoint(func() error {
			tx.Later("change nothing", 1, `UPDATE session SET revoked_at = revoked_at WHERE false`)
			return nil
		}), "change nothing", "what is queued inside fails inside")
		lost := errors.New("somebody was faster")
		require.Equal(t, lost, tx.InSavepoint(func() error {
			require.NoError(t, note(tx, "test.sent"))
			tx.LaterOr(func() error { return lost }, "end a session", `UPDATE session SET revoked_at = revoked_at WHERE false`)
			return nil
		}))
		return nil
	}))
	require.Equal(t, []int{1, 0, 0}, []int{entries(c, "test.before"), entries(c, "test.queued"), entries(c, "test.sent")})
}

// What succeeded in a savepoint stays.
func TestASavepointKeepsWhatSucceeded(t *testing.T) {
	c := storetest.New(t)
	require.NoError(t, work(c, func(tx *store.Tx) error {
		require.NoError(t, note(tx, "test.before"))
		require.NoError(t, tx.InSavepoint(func() error { return note(tx, "test.inside") }))
		require.Error(t, tx.InSavepoint(func() error {
			require.NoError(t, note(tx, "test.sent"))
			require.NoError(t, tx.Flush())
			return errors.New("crash")
		}))
		return note(tx, "test.after")
	}))
	require.Equal(t, []int{1, 1, 0, 1}, []int{entries(c, "test.before"), entries(c, "test.inside"), entries(c, "test.sent"), entries(c, "test.after")})
}

// A queued statement that lost against another transaction fails with the answer that its
// author gave, and nothing after it is sent.
func TestAQueuedStatementThatLostGivesItsAnswer(t *testing.T) {
	c := storetest.New(t)
	lost := errors.New("somebody was faster")
	err := within(c, c.Scope(storetest.SchoolA), func(tx *store.Tx) error {
		tx.LaterOr(func() error { return lost }, "end a session", `UPDATE session SET revoked_at = revoked_at WHERE false`)
		return note(tx, "test.lost")
	})
	require.Equal(t, lost, err)
	require.Zero(t, entries(c, "test.lost"))
	require.NoError(t, within(c, c.Scope(storetest.SchoolA), func(tx *store.Tx) error {
		tx.Later("change any number", store.AnyRows, `UPDATE session SET revoked_at = revoked_at WHERE false`)
		return nil
	}))
	require.ErrorContains(t, within(c, c.Scope(storetest.SchoolA), func(tx *store.Tx) error {
		tx.Later("write nonsense", 1, `UPDATE no_such_table SET x = ?`, 1)
		return nil
	}), "write nonsense")
}

// Rows that are copied into a temporary table are there for one transaction, and replace
// those of an earlier copy.
func TestRowsAreCopiedIntoATemporaryTable(t *testing.T) {
	c := storetest.New(t)
	require.NoError(t, within(c, c.Scope(storetest.SchoolA), func(tx *store.Tx) error {
		require.NoError(t, tx.CopyTemporary("passing", "n int", []string{"n"}, [][]any{{1}, {2}}))
		require.NoError(t, tx.CopyTemporary("passing", "n int", []string{"n"}, [][]any{{3}}))
		var sum int
		require.NoError(t, tx.DB().Raw(`SELECT sum(n) FROM passing`).Scan(&sum).Error)
		require.Equal(t, 3, sum)
		return nil
	}))
	for what, columns := range map[string][]string{"copy into passing": {"no_such_column"}} {
		require.ErrorContains(t, within(c, c.Scope(storetest.SchoolA), func(tx *store.Tx) error {
			return tx.CopyTemporary("passing", "n int", columns, [][]any{{1}})
		}), what)
	}
	require.ErrorContains(t, within(c, c.Scope(storetest.SchoolA), func(tx *store.Tx) error {
		return tx.CopyTemporary("passing", "no type", nil, nil)
	}), "prepare passing")
}

// A person cannot tell a missing row from a row outside the scope.
func TestAMissingRowIsNotFound(t *testing.T) {
	require.Equal(t, refusal.NotFound, refusal.CodeOf(store.OrMissing(gorm.ErrRecordNotFound, "read a thing")))
	other := errors.New("crash")
	require.ErrorIs(t, store.OrMissing(other, "read a thing"), other)
	require.ErrorContains(t, store.OrMissing(other, "read a thing"), "read a thing")
	require.Empty(t, store.Violates(other))
}

func TestSmallForms(t *testing.T) {
	id := uuid.New()
	require.Equal(t, []any{nil, any(id)}, []any{store.OrNull(uuid.Nil), store.OrNull(id)})
	require.Equal(t, []string{"", id.String()}, []string{store.IdText(nil), store.IdText(&id)})
	require.Equal(t, []string{"", "{n}", "{n,n.p52}"}, []string{store.PathArray(nil), store.PathArray([]string{"n"}), store.PathArray([]string{"n", "n.p52"})})
	require.Equal(t, map[string]string{}, store.OrEmpty(nil))
	require.Equal(t, map[string]string{"a": "b"}, store.OrEmpty(map[string]string{"a": "b"}))
	require.Equal(t, 1500*time.Millisecond, store.Seconds(1.5))
	require.Equal(t, []string{"a", "b"}, store.SplitNames("a,b"))
	require.NotEqual(t, store.NewID(), store.NewID())
}

// A list of words is written and read as an array of PostgreSQL.
func TestAListOfWordsIsAnArray(t *testing.T) {
	c := storetest.New(t)
	require.NoError(t, within(c, c.Scope(storetest.SchoolA), func(tx *store.Tx) error {
		for _, list := range []store.Words[org.Role]{{org.SchoolRegistrar, org.Principal}, {org.Principal}, {}} {
			var row struct{ Roles store.Words[org.Role] }
			require.NoError(t, tx.DB().Raw(`SELECT ?::text[] AS roles`, list).Take(&row).Error)
			require.Equal(t, list, row.Roles)
		}
		return nil
	}))
	var words store.Words[string]
	require.NoError(t, words.Scan(nil))
	require.Equal(t, store.Words[string]{}, words)
	require.Error(t, words.Scan(7))
}

// Raw gives the very connection of the transaction.
func TestRawIsTheSameTransaction(t *testing.T) {
	c := storetest.New(t)
	require.NoError(t, work(c, func(tx *store.Tx) error {
		require.NoError(t, note(tx, "test.raw"))
		require.NoError(t, tx.Flush())
		var n int
		require.NoError(t, tx.Raw(func(conn *pgx.Conn) error {
			return conn.QueryRow(t.Context(), `SELECT count(*) FROM audit_entry WHERE action = 'test.raw'`).Scan(&n)
		}))
		require.Equal(t, 1, n)
		return nil
	}))
}
