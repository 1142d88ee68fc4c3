package api

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/operations"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

func TestTheTrailShowsWhatThoseBelowDid(t *testing.T) {
	w := newWorld(t)
	head := w.login(w.places["county"], org.BureauSysadmin)
	w.must(201, head.token, call{method: "POST", path: orgPath(w.places["school"], "/accounts"), body: m{"login": "zhangsan", "name": "张三", "roles": []string{"SCHOOL_SYSADMIN"}}}, nil)
	var page rest.Page[operations.AuditEntry]
	w.must(200, head.token, get("/v1/audit?action=account.create"), &page)
	require.Len(t, page.Items, 1)
	require.Equal(t, w.places["county"].path, page.Items[0].Office)
	require.Equal(t, "SCHOOL_SYSADMIN", page.Items[0].Detail["roles"])
	w.must(200, w.login(w.places["city"], org.BureauHead).token, get("/v1/audit?action=account.create"), &page)
	require.Len(t, page.Items, 1)
	w.must(200, w.login(w.places["county2"], org.BureauHead).token, get("/v1/audit?action=account.create"), &page)
	require.Empty(t, page.Items)
	require.Equal(t, "520000/2026-11", one[string](w, `SELECT partition FROM audit_entry WHERE action = 'account.create'`))
}

// Whoever owns the machine can write anything; the verifier must see it.
func TestTamperingWithTheTrailIsFound(t *testing.T) {
	w := newWorld(t)
	write := func(n int) {
		for range n {
			require.NoError(t, w.app.Store.InScope(t.Context(), store.Scope{Paths: []string{w.places["county"].path}}, func(tx *store.Tx) error {
				return tx.Audit("test", "thing", uuid.NewString(), map[string]string{"b": "2", "a": "1"})
			}))
		}
	}
	worker := func(fn func(tx *store.Tx) error) {
		require.NoError(t, w.worker.Store.InScope(t.Context(), store.Scope{}, fn))
	}
	verify := func(heads []store.AuditHead) (report store.AuditReport) {
		worker(func(tx *store.Tx) (err error) { report, err = tx.VerifyAudit(heads); return err })
		return report
	}
	var heads []store.AuditHead
	write(5)
	worker(func(tx *store.Tx) error {
		n, err := tx.SealAudit()
		require.Equal(t, 5, n)
		return err
	})
	write(3)
	worker(func(tx *store.Tx) error { _, err := tx.SealAudit(); return err })
	worker(func(tx *store.Tx) (err error) { heads, err = tx.AuditHeads(); return err })
	require.Len(t, heads, 1)
	require.Equal(t, int64(8), heads[0].Seq)
	write(1)
	clean := verify(heads)
	require.Empty(t, clean.Faults)
	require.Equal(t, int64(8), clean.Sealed)
	require.Equal(t, int64(1), clean.Unsealed)

	c, err := pgx.Connect(t.Context(), w.db.DSN(embedded.Superuser))
	require.NoError(t, err)
	defer func() { _ = c.Close(t.Context()) }()
	_, err = c.Exec(t.Context(), `SET session_replication_role = replica`) // triggers and foreign keys are off
	require.NoError(t, err)
	for name, query := range map[string]string{
		"edit":     `UPDATE audit_entry SET action = 'other' WHERE id = (SELECT entry_id FROM audit_seal WHERE seq = 4)`,
		"detail":   `UPDATE audit_entry SET detail = '{"a": "1"}' WHERE id = (SELECT entry_id FROM audit_seal WHERE seq = 4)`,
		"delete":   `DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE seq = 4)`,
		"unseal":   `DELETE FROM audit_seal WHERE seq = 4`,
		"reorder":  `UPDATE audit_seal s SET entry_id = o.entry_id, entry_hash = o.entry_hash FROM audit_seal o WHERE s.seq IN (4, 5) AND o.seq = 9 - s.seq`,
		"truncate": `WITH gone AS (DELETE FROM audit_seal WHERE seq > 6 RETURNING entry_id) DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM gone)`,
		"all gone": `WITH gone AS (DELETE FROM audit_seal RETURNING entry_id) DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM gone)`,
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
