package operations_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/operations"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

func TestTheTrailShowsWhatThoseBelowDid(t *testing.T) {
	w := apitest.New(t)
	head := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	w.Must(201, head.Token, apitest.Post(w.Org(storetest.SchoolA, "/accounts"), m{"login": "zhangsan", "name": "张三", "roles": []string{"SCHOOL_SYSADMIN"}}), nil)
	var page rest.Page[operations.AuditEntry]
	w.Must(200, head.Token, apitest.Get("/v1/audit?action=account.create"), &page)
	require.Len(t, page.Items, 1)
	require.Equal(t, storetest.Bureau, page.Items[0].Office)
	require.Equal(t, "SCHOOL_SYSADMIN", page.Items[0].Detail["roles"])
	require.Equal(t, w.Text(`SELECT name FROM organisation WHERE path = $1::text::ltree`, storetest.Bureau), page.Items[0].OfficeName)
	require.Equal(t, w.Text(`SELECT name FROM account WHERE id = $1`, head.Account), page.Items[0].AccountName)
	w.Must(200, w.LogIn(storetest.City, org.BureauHead).Token, apitest.Get("/v1/audit?action=account.create"), &page)
	require.Len(t, page.Items, 1)
	w.Must(200, w.LogIn(apitest.NextBureau, org.BureauHead).Token, apitest.Get("/v1/audit?action=account.create"), &page)
	require.Empty(t, page.Items)
	require.Equal(t, "520000/2026-11", apitest.One[string](w, `SELECT partition FROM audit_entry WHERE action = 'account.create' AND account_id = $1`, head.Account))
}

// The trail is asked by account and by time.
func TestTheTrailIsAskedByAccountAndTime(t *testing.T) {
	w := apitest.New(t)
	head, other := w.LogIn(storetest.Bureau, org.BureauSysadmin), w.LogIn(storetest.Bureau, org.BureauSysadmin)
	hire := func(who apitest.Caller, login string) {
		w.Must(201, who.Token, apitest.Post(w.Org(storetest.SchoolA, "/accounts"), m{"login": login, "name": "张三", "roles": []string{"PRINCIPAL"}}), nil)
		w.Hand.Advance(time.Minute)
	}
	began := w.Now()
	hire(head, "first")
	half := w.Now()
	hire(other, "second")
	count := func(query string) int {
		var page rest.Page[operations.AuditEntry]
		w.Must(200, head.Token, apitest.Get("/v1/audit?action=account.create"+query), &page)
		return len(page.Items)
	}
	at := func(t time.Time) string { return url.QueryEscape(t.Format(time.RFC3339)) }
	require.Equal(t, 2, count("&from="+at(began)))
	require.Equal(t, 1, count("&from="+at(half)))
	require.Equal(t, 1, count("&from="+at(began)+"&until="+at(half)))
	require.Equal(t, 1, count("&account="+other.Account.String()))
}

// Whoever owns the machine can write anything; the verifier must see it.
func TestTamperingWithTheTrailIsFound(t *testing.T) {
	w := apitest.New(t)
	write := func(n int) {
		for range n {
			require.NoError(t, w.App.Store.InScope(t.Context(), store.Scope{Paths: []string{storetest.Bureau}}, func(tx *store.Tx) error {
				return tx.Audit("test", "thing", uuid.NewString(), map[string]string{"b": "2", "a": "1"})
			}))
		}
	}
	worker := func(fn func(tx *store.Tx) error) {
		require.NoError(t, w.Worker.Store.InScope(t.Context(), store.Scope{}, fn))
	}
	verify := func(heads []store.AuditHead) (report store.AuditReport) {
		worker(func(tx *store.Tx) (err error) { report, err = tx.VerifyAudit(heads); return err })
		return report
	}
	var heads []store.AuditHead
	before := verify(nil).Sealed
	worker(func(tx *store.Tx) error { n, err := tx.SealAudit(); before += int64(n); return err })
	write(5)
	worker(func(tx *store.Tx) error {
		n, err := tx.SealAudit()
		require.Equal(t, 5, n)
		return err
	})
	write(3)
	worker(func(tx *store.Tx) error { _, err := tx.SealAudit(); return err })
	worker(func(tx *store.Tx) (err error) { heads, err = tx.AuditHeads(); return err })
	i := slices.IndexFunc(heads, func(h store.AuditHead) bool { return h.Partition == "520000/2026-11" })
	require.Equal(t, int64(8), heads[i].Seq)
	write(1)
	clean := verify(heads)
	require.Empty(t, clean.Faults)
	require.Equal(t, before+8, clean.Sealed)
	require.Equal(t, int64(1), clean.Unsealed)

	c := w.Connect(embedded.Superuser)
	_, err := c.Exec(t.Context(), `SET session_replication_role = replica`) // triggers and foreign keys are off
	require.NoError(t, err)
	for name, query := range map[string]string{
		"edit":     `UPDATE audit_entry SET action = 'other' WHERE id = (SELECT entry_id FROM audit_seal WHERE partition = '520000/2026-11' AND seq = 4)`,
		"detail":   `UPDATE audit_entry SET detail = '{"a": "1"}' WHERE id = (SELECT entry_id FROM audit_seal WHERE partition = '520000/2026-11' AND seq = 4)`,
		"delete":   `DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE partition = '520000/2026-11' AND seq = 4)`,
		"unseal":   `DELETE FROM audit_seal WHERE partition = '520000/2026-11' AND seq = 4`,
		"reorder":  `UPDATE audit_seal s SET entry_id = o.entry_id, entry_hash = o.entry_hash FROM audit_seal o WHERE s.partition = '520000/2026-11' AND o.partition = s.partition AND s.seq IN (4, 5) AND o.seq = 9 - s.seq`,
		"truncate": `WITH gone AS (DELETE FROM audit_seal WHERE partition = '520000/2026-11' AND seq > 6 RETURNING entry_id) DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM gone)`,
		"all gone": `WITH gone AS (DELETE FROM audit_seal WHERE partition = '520000/2026-11' RETURNING entry_id) DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM gone)`,
	} {
		_, err = c.Exec(t.Context(), `CREATE TABLE kept_entry AS TABLE audit_entry; CREATE TABLE kept_seal AS TABLE audit_seal`)
		require.NoError(t, err)
		if name == "reorder" {
			_, err = c.Exec(t.Context(), `ALTER TABLE audit_seal DROP CONSTRAINT audit_seal_entry_id_key`)
			require.NoError(t, err)
		}
		tag, err := c.Exec(t.Context(), query)
		require.NoError(t, err)
		require.NotZero(t, tag.RowsAffected(), name)
		require.NotEmpty(t, verify(heads).Faults, name)
		_, err = c.Exec(t.Context(), `DELETE FROM audit_entry; DELETE FROM audit_seal; INSERT INTO audit_entry SELECT * FROM kept_entry;
			INSERT INTO audit_seal SELECT * FROM kept_seal; DROP TABLE kept_entry, kept_seal`)
		require.NoError(t, err)
		require.Empty(t, verify(heads).Faults, "put back after %s", name)
	}
}
