package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// work runs a transaction of the worker.
func work(c *storetest.County, fn func(*store.Tx) error) error {
	return c.Worker.Store.InScope(c.T().Context(), store.Scope{}, fn)
}

// within runs a transaction of the application in a scope.
func within(c *storetest.County, scope store.Scope, fn func(*store.Tx) error) error {
	return c.App.Store.InScope(c.T().Context(), scope, fn)
}

// trail lists entries of the trail as an office sees it.
func trail(c *storetest.County, path string, f store.AuditFilter, after *store.AuditKey, most int) (list []store.AuditEntry) {
	c.T().Helper()
	require.NoError(c.T(), within(c, store.Scope{Paths: []string{path}}, func(tx *store.Tx) (err error) {
		list, err = tx.AuditTrail(f, after, most)
		return err
	}))
	return list
}

// seal chains what is not chained yet, and gives how many entries that were.
func seal(c *storetest.County) (n int) {
	c.T().Helper()
	require.NoError(c.T(), work(c, func(tx *store.Tx) (err error) {
		n, err = tx.SealAudit()
		return err
	}))
	return n
}

// verify gives what a verification of the trail finds.
func verify(c *storetest.County, exported ...store.AuditHead) (r store.AuditReport) {
	c.T().Helper()
	require.NoError(c.T(), work(c, func(tx *store.Tx) (err error) {
		r, err = tx.VerifyAudit(exported)
		return err
	}))
	return r
}

func heads(c *storetest.County) (list []store.AuditHead) {
	c.T().Helper()
	require.NoError(c.T(), work(c, func(tx *store.Tx) (err error) {
		list, err = tx.AuditHeads()
		return err
	}))
	return list
}

// An entry says who did what to what, from where, and belongs to the office of whoever did
// it. Without an account it belongs to the scope.
func TestAnEntryOfTheTrailBelongsToAnOffice(t *testing.T) {
	c := storetest.New(t)
	reviewer := c.Who(storetest.Bureau, org.BureauReviewer)
	scope := reviewer.Scope()
	scope.Paths, scope.Address = []string{storetest.City}, "192.0.2.7"
	write := func(scope store.Scope, kind string, detail map[string]string) {
		require.NoError(t, within(c, scope, func(tx *store.Tx) error { return tx.Audit("test.entry", kind, "1", detail) }))
	}
	detail := map[string]string{"count": "3"}
	write(scope, "person", detail)
	require.Equal(t, map[string]string{"count": "3"}, detail, "the caller's own map stays as it is")
	write(store.Scope{Paths: []string{storetest.SchoolB}}, "office", nil)
	require.NoError(t, work(c, func(tx *store.Tx) error { return tx.Audit("test.entry", "nation", "1", nil) }))
	require.NoError(t, work(c, func(tx *store.Tx) error { return tx.AuditAs(reviewer.ID, "test.entry", "behalf", "1", nil) }))

	one := trail(c, storetest.Bureau, store.AuditFilter{SubjectKind: "person"}, nil, 10)[0]
	require.Equal(t, store.AuditEntry{ID: one.ID, Partition: "520000/2026-11", At: c.Now(), AccountID: &reviewer.ID, OfficePath: storetest.Bureau,
		Action: "test.entry", SubjectKind: "person", SubjectID: "1", Detail: `{"count": "3", "address": "192.0.2.7"}`, RequestID: "test",
		AccountName: c.Text(`SELECT name FROM account WHERE id = $1`, reviewer.ID), OfficeName: c.Text(`SELECT name FROM organisation WHERE path = $1::text::ltree`, storetest.Bureau)}, one)
	require.Equal(t, "520000/2026-11 "+storetest.SchoolB, c.Text(`SELECT partition || ' ' || office_path::text FROM audit_entry WHERE subject_kind = 'office'`))
	require.Equal(t, "000000/2026-11 n", c.Text(`SELECT partition || ' ' || office_path::text FROM audit_entry WHERE subject_kind = 'nation' AND account_id IS NULL`))
	require.Equal(t, "520000/2026-11 "+storetest.Bureau, c.Text(`SELECT partition || ' ' || office_path::text FROM audit_entry WHERE subject_kind = 'behalf' AND account_id = $1`, reviewer.ID))
	require.Empty(t, trail(c, storetest.SchoolA, store.AuditFilter{SubjectKind: "person"}, nil, 10), "the bureau's acts are not the school's")
}

func TestTheTrailIsNarrowedAndReadInPages(t *testing.T) {
	c := storetest.New(t)
	reviewer := c.Who(storetest.Bureau, org.BureauReviewer)
	begun := c.Now()
	for _, subject := range []string{"a", "b", "c"} {
		require.NoError(t, within(c, reviewer.Scope(), func(tx *store.Tx) error { return tx.Audit("test."+subject, "test", subject, nil) }))
		c.Advance(time.Minute)
	}
	ids := func(f store.AuditFilter, after *store.AuditKey, most int) (list []string) {
		f.From = &begun
		for _, e := range trail(c, storetest.Bureau, f, after, most) {
			list = append(list, e.SubjectID)
		}
		return list
	}
	all := trail(c, storetest.Bureau, store.AuditFilter{From: &begun}, nil, 10)
	require.Equal(t, []string{"c", "b", "a"}, ids(store.AuditFilter{}, nil, 10), "newest first")
	require.Equal(t, []string{"b"}, ids(store.AuditFilter{}, &store.AuditKey{At: all[0].At, ID: all[0].ID}, 1))
	second := begun.Add(time.Minute)
	require.Equal(t, []string{"a"}, ids(store.AuditFilter{Until: &second}, nil, 10), "up to a moment, without it")
	require.Equal(t, []string{"b"}, ids(store.AuditFilter{SubjectKind: "test", SubjectID: "b"}, nil, 10))
	require.Equal(t, []string{"c"}, ids(store.AuditFilter{Action: "test.c"}, nil, 10))
	require.Len(t, ids(store.AuditFilter{Account: &reviewer.ID}, nil, 10), 3)
	nobody := uuid.New()
	require.Empty(t, ids(store.AuditFilter{Account: &nobody}, nil, 10))
}

// The trail is chained partition by partition, each entry once.
func TestTheTrailIsSealedOnce(t *testing.T) {
	c := storetest.New(t)
	there := c.Count(`SELECT count(*) FROM audit_entry`)
	require.EqualValues(t, there, verify(c).Unsealed)
	require.Equal(t, there, seal(c))
	require.Zero(t, seal(c))
	c.Waiting(storetest.SchoolA)
	more := seal(c)
	require.Positive(t, more)
	r := verify(c, heads(c)...)
	require.Equal(t, store.AuditReport{Partitions: c.Count(`SELECT count(DISTINCT partition) FROM audit_entry`), Sealed: int64(there + more)}, r)
	require.Equal(t, r.Partitions, len(heads(c)))
	require.Equal(t, "42501", storetest.SQLState(within(c, store.Scope{Paths: []string{"n"}}, func(tx *store.Tx) error {
		if err := tx.Audit("test.entry", "test", "1", nil); err != nil {
			return err
		}
		_, err := tx.SealAudit()
		return err
	})), "the application role seals nothing")
}

// What is new is sealed without a look at the rest of the trail. An entry much older than
// what is sealed, of a very long transaction, is left to the search of all.
func TestNewEntriesAreSealed(t *testing.T) {
	c := storetest.New(t)
	recent := func() (n int) {
		require.NoError(t, work(c, func(tx *store.Tx) (err error) {
			n, err = tx.SealRecentAudit()
			return err
		}))
		return n
	}
	require.Equal(t, c.Count(`SELECT count(*) FROM audit_entry`), recent(), "of partitions without a seal")
	require.Zero(t, recent())
	c.Waiting(storetest.SchoolA)
	require.Positive(t, recent())
	c.Advance(-5 * time.Minute)
	c.Waiting(storetest.SchoolB)
	c.Advance(5 * time.Minute)
	require.Positive(t, recent(), "a transaction that took long")
	c.Advance(-time.Hour)
	c.Waiting(storetest.SchoolB)
	c.Advance(time.Hour)
	require.Zero(t, recent())
	require.Positive(t, seal(c))
	require.Zero(t, verify(c).Unsealed)
}

// Whoever owns the database can change the trail, and is found out.
func TestAChangedTrailIsFoundOut(t *testing.T) {
	for what, one := range map[string]struct{ statement, found string }{
		"an entry was changed": {`UPDATE audit_entry SET action = 'x' WHERE id = (SELECT entry_id FROM audit_seal WHERE partition = $1 AND seq = 2)`, "the entry was changed after it was sealed"},
		"an entry was deleted": {`DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE partition = $1 AND seq = 2)`, "the entry was deleted"},
		"an entry was moved":   {`UPDATE audit_entry SET partition = 'x' WHERE id = (SELECT entry_id FROM audit_seal WHERE partition = $1 AND seq = 2)`, "the entry stands in another partition"},
		"a seal is missing":    {`DELETE FROM audit_seal WHERE partition = $1 AND seq = 2`, "a seal is missing"},
		"a seal was changed":   {`UPDATE audit_seal SET entry_hash = sha256('x') WHERE partition = $1 AND seq = 2`, "the chain is broken: a seal was changed or put in another order"},
		"the end was cut off":  {`DELETE FROM audit_seal WHERE partition = $1 AND seq > 2`, "the chain ends before the exported head: entries were cut off"},
		"the chain is another": {`UPDATE audit_seal SET hash = sha256('x') WHERE partition = $1 AND seq = (SELECT max(seq) FROM audit_seal WHERE partition = $1)`, "the chain differs from the exported head: it was written anew"},
	} {
		t.Run(what, func(t *testing.T) {
			c := storetest.New(t)
			seal(c)
			exported := heads(c)
			var partition string
			for _, h := range exported {
				if h.Seq > 3 {
					partition = h.Partition
				}
			}
			require.Empty(t, verify(c, exported...).Faults)
			for _, table := range []string{"audit_entry", "audit_seal"} {
				c.Legacy(`ALTER TABLE ` + table + ` DISABLE TRIGGER USER`)
			}
			c.Legacy(`ALTER TABLE audit_seal DROP CONSTRAINT IF EXISTS audit_seal_entry_id_fkey`)
			c.Legacy(one.statement, partition)
			var found []string
			for _, f := range verify(c, exported...).Faults {
				require.Equal(t, partition, f.Partition)
				found = append(found, f.What)
			}
			require.Contains(t, found, one.found)
		})
	}
}

func TestAHeadIsExportedInHexadecimal(t *testing.T) {
	head := store.AuditHead{Partition: "520000/2026-11", Seq: 3, Hash: store.Hash{0xab, 0x01}}
	text, err := json.Marshal(head)
	require.NoError(t, err)
	require.JSONEq(t, `{"partition": "520000/2026-11", "seq": 3, "hash": "ab01"}`, string(text))
	var again store.AuditHead
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, head, again)
	require.Error(t, json.Unmarshal([]byte(`{"hash": "xyz"}`), &again))
}
