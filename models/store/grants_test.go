package store_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// Law 2: the application role writes only what a person hands in. Grants refuse every
// write that belongs to a workflow.
func TestTheApplicationRoleCannotDecide(t *testing.T) {
	r := storetest.New(t)
	for _, statement := range []string{
		`UPDATE change SET status = 'EFFECTIVE'`,
		`DELETE FROM change`,
		`INSERT INTO decision SELECT * FROM decision`,
		`UPDATE decision SET verdict = 'APPROVE'`,
		`UPDATE slip SET outcome = 'COUNTED'`,
		`INSERT INTO slip (id, outcome) VALUES (gen_random_uuid(), 'COUNTED')`,
		`DELETE FROM slip`,
		`UPDATE step SET status = 'DONE'`,
		`UPDATE task SET status = 'DECIDED'`,
		`DELETE FROM slot`,
		`SELECT * FROM slot`,
		`UPDATE slot SET change_id = gen_random_uuid()`,
		`INSERT INTO notice SELECT * FROM notice`,
		`INSERT INTO student SELECT * FROM student`,
		`UPDATE student SET enrol_status = 'SUSPENDED'`,
		`DELETE FROM student`,
		`UPDATE school_class SET occupied = 0`,
		`INSERT INTO student_history SELECT * FROM student_history`,
		`UPDATE suspension SET ended_on = now()`,
		`INSERT INTO punishment SELECT * FROM punishment`,
		`DELETE FROM punishment`,
		`INSERT INTO audit_seal SELECT * FROM audit_seal`,
		`UPDATE audit_entry SET action = ''`,
		`DELETE FROM audit_entry`,
		`TRUNCATE audit_entry`,
		`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 9, now(), '{}', now())`,
		`UPDATE policy SET valid_from = now()`,
		`UPDATE outbox SET sent_at = now()`,
		`SELECT password_hash FROM account`,
		`UPDATE change_event SET opinion = ''`,
		`UPDATE evidence SET sha256 = ''`,
		`INSERT INTO departure SELECT * FROM departure`,
		`UPDATE departure SET record = '{}'`,
		`INSERT INTO handover SELECT * FROM handover`,
		`UPDATE handover SET due_on = now()`,
		`UPDATE handover SET to_school = gen_random_uuid()`,
		`UPDATE change_value SET after = ''`,
		`DELETE FROM change_value`,
		`UPDATE step SET problem = ''`,
		`UPDATE student SET school_id = gen_random_uuid()`,
		`UPDATE student SET name = ''`,
		`UPDATE student SET id_hash = ''`,
		`SELECT cipher FROM webhook_secret`,
		`UPDATE webhook_secret SET cipher = ''`,
		`DELETE FROM webhook_secret`,
		`UPDATE webhook_endpoint SET org_path = 'n'`,
		`INSERT INTO webhook_delivery (id, notice_id) VALUES (gen_random_uuid(), gen_random_uuid())`,
		`UPDATE webhook_delivery SET last_status = 200`,
		`UPDATE notice_read SET read_at = now()`,
		`INSERT INTO student_problem SELECT * FROM student_problem`,
		`UPDATE student_problem SET state = 'CLEARED'`,
		`UPDATE student_history SET struck_at = now()`,
		`DELETE FROM change_dismissal`,
		`DELETE FROM batch_request`,
		`UPDATE batch_request SET body_hash = ''`,
		`ALTER TABLE student DISABLE ROW LEVEL SECURITY`,
	} {
		err := r.App.Store.InScope(t.Context(), store.Scope{Paths: []string{storetest.SchoolA}}, func(tx *store.Tx) error {
			_, err := storetest.Exec(tx, statement)
			return err
		})
		require.Equal(t, "42501", storetest.SQLState(err), "%s must be refused: %v", statement, err)
	}
}

// The trail and the history stay append-only even for the owner.
func TestAppendOnlyTablesRefuseTheOwnerToo(t *testing.T) {
	r := storetest.New(t)
	for _, statement := range []string{`UPDATE audit_entry SET action = 'z'`, `DELETE FROM audit_entry`, `TRUNCATE audit_entry CASCADE`} {
		require.Equal(t, "42501", storetest.SQLState(r.OwnerTries(statement)), statement)
	}
}

// A transaction without a scope sees no row: the first visible row would make it fail.
// (PostgreSQL does not ask the policy of an empty table.)
func TestEmptyScopeSeesNoRows(t *testing.T) {
	r := storetest.New(t)
	for _, table := range []string{
		"student", "guardian", "student_history", "suspension", "school_class", "school_grade", "change", "change_party",
		"step", "task", "slip", "decision", "change_event", "evidence", "change_evidence", "notice", "roster", "roster_row", "audit_entry",
		"change_value", "departure", "handover", "punishment", "student_problem", "change_dismissal", "notice_read", "webhook_endpoint", "webhook_delivery", "batch_request",
	} {
		for _, paths := range [][]string{nil, {""}} {
			var n int64
			err := r.App.Store.InScope(t.Context(), store.Scope{Paths: paths}, func(tx *store.Tx) error {
				return tx.DB().Raw("SELECT count(*) FROM " + table).Scan(&n).Error
			})
			require.Zero(t, n, "%s with scope %q", table, paths)
			if table == "school_class" { // the county has classes
				require.Equal(t, "42501", storetest.SQLState(err))
			}
		}
	}
}

// Every table of the register forces row-level security, so that a new table without a
// policy is noticed. The exceptions hold no data of persons.
func TestEveryTableForcesRowLevelSecurity(t *testing.T) {
	r := storetest.New(t)
	open := r.Texts(`SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1`)
	require.Equal(t, "audit_seal goose_db_version outbox worker_beat", strings.Join(open, " "))
}
