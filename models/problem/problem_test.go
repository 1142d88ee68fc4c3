package problem_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
)

// Two similar records are flagged on both sides, once, with one notice each. Different
// numbers of identity cards tell people of one name apart.
func TestDoublesAreFoundOnceOnBothSides(t *testing.T) {
	r := storetest.New(t)
	alike := r.Items(storetest.SchoolA, 2024)
	enrolled := func(path, name string) uuid.UUID {
		return r.Pupil(path, storetest.Unnumbered(), storetest.With("name", name, "sex", alike["sex"], "birth_date", alike["birth_date"]))
	}
	a, b, other := enrolled(storetest.SchoolA, "欧阳样例"), enrolled(storetest.SchoolB, "欧阳样例"), enrolled(storetest.SchoolB, "欧阳样别")
	require.Equal(t, 3, r.Dedupe())
	require.Zero(t, r.Dedupe(), "nothing was written since")
	for range 2 {
		r.MustIn(r.Worker, "", func(t *change.Tx) error {
			_, err := problem.RestartDedupe(t.Tx, 100)
			return err
		})
		require.Equal(t, 3, r.Dedupe())
	}
	require.Equal(t, []string{status.DupWithoutID}, r.Flags(a))
	require.Equal(t, []string{status.DupWithoutID}, r.Flags(b))
	require.Empty(t, r.Flags(other))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM student_problem`))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM notice WHERE kind = 'PROBLEM_FOUND'`))
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := problem.OpenProblems(tx.Tx, tx.Now().AddDate(1, 0, 0), uuid.Max, 10)
		require.Len(t, list, 1, "a school sees its own side")
		require.Equal(t, "南明区第二示例小学", list[0].OtherSchool)
		return err
	})
	// Two identity cards: two people. The change that told them apart clears both sides.
	for pupil, number := range map[uuid.UUID]string{a: alike["id_number"], b: r.NumberBeside(alike["id_number"])} {
		f := r.Filing(process.KeyDataChange, pupil, map[string]string{"reason": "补录证件"})
		f.Values = map[string]string{"id_type": "1", "id_number": number}
		one, err := r.TryFile(f)
		require.NoError(t, err)
		r.ApproveAll(one.ID)
	}
	r.Dedupe()
	require.Empty(t, r.Flags(a))
	require.Empty(t, r.Flags(b))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM student_problem WHERE state = 'CLEARED' AND cleared_by IS NOT NULL`))
}

// Two records with one number should not exist. When they do, both are flagged. A flag
// that was set in another way stays.
func TestRecordsWithOneNumberAreBothFlagged(t *testing.T) {
	r := storetest.New(t)
	a, b := r.Pupil(storetest.SchoolA), r.Pupil(storetest.SchoolB)
	// A register that was loaded may hold doubles. The issue on doubles among the entries
	// opens the door to them, and the one on the check of identities that to ID_ERROR.
	r.Legacy(`UPDATE student s SET id_type = a.id_type, id_cipher = a.id_cipher, id_hash = a.id_hash, id_double = true, problem_flags = '{ID_ERROR}'
		FROM student a WHERE s.id = $2 AND a.id = $1`, a, b)
	r.Dedupe()
	require.Equal(t, []string{status.DupWithID}, r.Flags(a))
	require.Equal(t, []string{status.DupWithID, status.IDError}, r.Flags(b))
	name := r.Text(`SELECT name FROM student WHERE id = $1`, a)
	r.ApproveAll(r.File(process.ProblemDeletion, a, map[string]string{"confirm_name": name}))
	require.Equal(t, "DELETED", r.Text(`SELECT enrol_status FROM student WHERE id = $1`, a))
	r.Dedupe()
	require.Empty(t, r.Flags(a))
	require.Equal(t, []string{status.IDError}, r.Flags(b), "the other side's problem is gone with it")
}
