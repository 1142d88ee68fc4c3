package storetest_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/crowd"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

func TestACrowdIsLikePeople(t *testing.T) {
	c := storetest.New(t)
	size := crowd.Size{Schools: 8, Pupils: 300, Closed: 60, Open: 30}
	c.Fill(size)

	// It has the size, beside the few patterns.
	require.Equal(t, size.Schools, c.Count(`SELECT count(*) FROM organisation WHERE kind = 'SCHOOL' AND path <@ $1::text::ltree`, storetest.Province))
	require.InDelta(t, size.Pupils, c.Count(`SELECT count(*) FROM student`), 60)
	require.InDelta(t, size.Open, c.Count(`SELECT count(*) FROM change WHERE status = 'RUNNING'`), 15)

	// Every row is where its change or its pupil is, seats are counted, slots are held.
	require.Zero(t, c.Count(`SELECT count(*) FROM student s JOIN organisation o ON o.id = s.school_id WHERE o.path <> s.org_path`))
	require.Zero(t, c.Count(`SELECT count(*) FROM student s LEFT JOIN school_class k ON k.id = s.class_id WHERE k.school_id IS DISTINCT FROM s.school_id AND s.class_id IS NOT NULL`))
	require.Zero(t, c.Count(`SELECT count(*) FROM task k JOIN organisation o ON o.id = k.office_id WHERE o.path <> k.office_path`))
	require.Zero(t, c.Count(`SELECT count(*) FROM decision d JOIN account a ON a.id = d.account_id WHERE a.org_id <> d.office_id`))
	require.Zero(t, c.Count(`SELECT count(*) FROM change c LEFT JOIN slot s ON s.change_id = c.id WHERE (c.status = 'RUNNING') <> (s.key IS NOT NULL)`))
	require.Zero(t, c.Count(`SELECT count(*) FROM school_class k WHERE occupied <> (SELECT count(*) FROM student s WHERE s.class_id = k.id AND s.holds_seat)`))

	// A pupil is found by the number that is sealed in the record.
	school := c.Text(`SELECT path::text FROM organisation WHERE kind = 'SCHOOL' AND code LIKE '21524%' ORDER BY code LIMIT 1`)
	pupil := uuid.MustParse(c.Text(`SELECT id::text FROM student WHERE org_path = $1::text::ltree AND enrol_status = 'ENROLLED' ORDER BY id LIMIT 1`, school))
	c.MustIn(c.App, school, func(tx *change.Tx) error {
		var cipher []byte
		require.NoError(t, tx.DB().Raw(`SELECT id_cipher FROM student WHERE id = ?`, pupil).Row().Scan(&cipher))
		number, err := student.Unseal(tx.Store(), student.PurposeStudentID, pupil, cipher)
		require.NoError(t, err)
		found, err := student.Find(tx.Tx, student.Search{IDNumber: number, Most: 10})
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, pupil, found[0].ID)
		return nil
	})

	// Row-level security shows each office what lies below it, and nothing else: the
	// root sees everything, and an office without schools sees nothing.
	tables := c.Texts(`SELECT DISTINCT tablename FROM pg_policies WHERE roles::text LIKE '%xueji_app%' AND cmd IN ('SELECT', 'ALL') AND qual LIKE '%scope()%'
		AND tablename <> 'change_copy' AND has_any_column_privilege('xueji_app', tablename::text, 'SELECT') ORDER BY 1`)
	require.Greater(t, len(tables), 20)
	for _, table := range tables {
		require.Zero(t, visible(c, bureauWithoutSchools, table), "%s shows rows to an office outside", table)
		require.Equal(t, c.Count(`SELECT count(*) FROM `+table), visible(c, storetest.Nation, table), "%s hides rows from the root", table)
	}
	for table, own := range map[string]string{
		"student": `org_path <@ $1::text::ltree`, "notice": `org_path <@ $1::text::ltree`, "audit_entry": `office_path <@ $1::text::ltree`,
		"change": ofParty("id"), "task": ofParty("change_id"), "decision": ofParty("change_id"), "handover": ofParty("change_id"), "change_evidence": ofParty("change_id"),
	} {
		require.Equal(t, c.Count(`SELECT count(*) FROM `+table+` t WHERE `+own, school), visible(c, school, table), "%s of a school", table)
	}

	// A change that runs is decided like any other.
	open := uuid.MustParse(c.Text(`SELECT id::text FROM change WHERE status = 'RUNNING' AND kind = 'SUSPENSION' AND org_path = $1::text::ltree ORDER BY id LIMIT 1`, school))
	c.ApproveAll(open)
	require.Equal(t, "EFFECTIVE", c.Text(`SELECT status FROM change WHERE id = $1`, open))
}

// bureauWithoutSchools is the path of a bureau that has no schools below it.
const bureauWithoutSchools = storetest.FarProvince + ".d110102"

func ofParty(change string) string {
	return `EXISTS (SELECT 1 FROM change_party p WHERE p.change_id = t.` + change + ` AND p.org_path <@ $1::text::ltree)`
}

// visible counts the rows of a table that the application role sees in the scope of an office.
func visible(c *storetest.County, path, table string) (n int) {
	c.MustIn(c.App, path, func(tx *change.Tx) error { return tx.DB().Raw(`SELECT count(*) FROM ` + table).Scan(&n).Error })
	return n
}
