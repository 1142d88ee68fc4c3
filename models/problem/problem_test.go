package problem_test

import (
	"testing"
	"time"

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
		r.MustIn(r.Worker, "", func(tx *change.Tx) error { return problem.BeginSearch(tx.Tx) })
		require.EqualValues(t, 3, searchAll(r, 100).Looked)
	}
	require.Equal(t, []string{status.DupWithoutID}, r.Flags(a))
	require.Equal(t, []string{status.DupWithoutID}, r.Flags(b))
	require.Empty(t, r.Flags(other))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM student_problem`))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM notice WHERE kind = 'PROBLEM_FOUND'`))
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := problem.OpenProblems(tx.Tx, problem.Filter{}, tx.Now().AddDate(1, 0, 0), uuid.Max, 10)
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

// searchAll does the rest of a search through the whole register in batches.
func searchAll(r *storetest.County, most int) (s *problem.Search) {
	r.T().Helper()
	for s == nil || s.DoneAt == nil {
		s = searchOn(r, most)
	}
	return s
}

// searchOn does one batch of it.
func searchOn(r *storetest.County, most int) (s *problem.Search) {
	r.T().Helper()
	r.MustIn(r.Worker, "", func(tx *change.Tx) (err error) {
		s, err = problem.SearchOn(tx.Tx, most)
		return err
	})
	return s
}

// A search through the whole register writes only the records whose marks change, and goes
// on where it stopped.
func TestASearchOfAllWritesOnlyWhatChanges(t *testing.T) {
	r := storetest.New(t)
	pupils := r.Pupils(storetest.SchoolA, 7)
	require.Equal(t, 7, r.Dedupe())
	versions := func() map[string]bool {
		have := map[string]bool{}
		for _, row := range r.Texts(`SELECT id::text || ' ' || ctid::text || ' ' || xmax::text FROM student`) {
			have[row] = true
		}
		return have
	}
	begin := func() {
		r.MustIn(r.Worker, "", func(tx *change.Tx) error { return problem.BeginSearch(tx.Tx) })
	}
	require.NotNil(t, searchOn(r, 3).DoneAt, "none was begun")
	before := versions()
	begin()
	require.EqualValues(t, 3, searchOn(r, 3).Looked)
	begin() // after an interruption
	require.EqualValues(t, 6, searchOn(r, 3).Looked)
	r.Advance(25 * time.Hour) // too old to go on: others have loaded records since
	begin()
	require.EqualValues(t, 3, searchOn(r, 3).Looked)
	require.EqualValues(t, 7, searchAll(r, 3).Looked)
	require.Equal(t, before, versions(), "no record was written, nor locked")

	// The rules changed by which a record is like another.
	r.Legacy(`UPDATE student SET dedupe_state = 'DONE_FAIL' WHERE id = $1`, pupils[3])
	before = versions()
	begin()
	require.EqualValues(t, 7, searchAll(r, 3).Looked, "from the beginning")
	require.Equal(t, "DONE_PASS", r.Text(`SELECT dedupe_state FROM student WHERE id = $1`, pupils[3]))
	written := 0
	for row := range versions() {
		if !before[row] {
			written++
		}
	}
	require.Equal(t, 1, written)
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
