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

	// A change that runs is decided like any other.
	open := uuid.MustParse(c.Text(`SELECT id::text FROM change WHERE status = 'RUNNING' AND kind = 'SUSPENSION' AND org_path = $1::text::ltree ORDER BY id LIMIT 1`, school))
	c.ApproveAll(open)
	require.Equal(t, "EFFECTIVE", c.Text(`SELECT status FROM change WHERE id = $1`, open))
}
