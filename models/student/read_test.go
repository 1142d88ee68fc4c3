package student_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// An office counts its records by stage and state, and those of each office below.
func TestRecordsAreCountedByOffice(t *testing.T) {
	c := storetest.New(t)
	c.PupilsOf(storetest.SchoolA, 2024, 2)
	c.Suspended(c.Pupil(storetest.SchoolB), "2027-08-31")
	count := func(path string, of func(*change.Tx) ([]student.StateCount, error)) (list []student.StateCount) {
		c.MustIn(c.App, path, func(tx *change.Tx) (err error) {
			list, err = of(tx)
			return err
		})
		return list
	}
	all := func(tx *change.Tx) ([]student.StateCount, error) { return student.Count(tx.Tx, c.ID(storetest.Bureau)) }
	below := func(tx *change.Tx) ([]student.StateCount, error) {
		return student.CountBelow(tx.Tx, c.ID(storetest.Bureau))
	}
	require.Equal(t, []student.StateCount{{Stage: "PRIMARY", EnrolStatus: "ENROLLED", Count: 2}, {Stage: "PRIMARY", EnrolStatus: "SUSPENDED", Count: 1}}, count(storetest.Bureau, all))
	a, b := c.ID(storetest.SchoolA), c.ID(storetest.SchoolB)
	require.Equal(t, []student.StateCount{{Office: &a, OfficeName: "南明区示例小学", Stage: "PRIMARY", EnrolStatus: "ENROLLED", Count: 2},
		{Office: &b, OfficeName: "南明区第二示例小学", Stage: "PRIMARY", EnrolStatus: "SUSPENDED", Count: 1}}, count(storetest.Bureau, below))
	require.Equal(t, []student.StateCount{{Stage: "PRIMARY", EnrolStatus: "SUSPENDED", Count: 1}}, count(storetest.SchoolB, all), "a school counts what it sees")
	require.Empty(t, count(storetest.FarBureau, all))
}

// The page of a record says that a change is running; only its own offices learn which.
func TestAPageSaysThatAChangeIsRunning(t *testing.T) {
	c := storetest.New(t)
	changeID := c.Waiting(storetest.SchoolA)
	var r *student.Record
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) (err error) {
		r, err = student.Read(tx.Tx, c.PupilOf(changeID))
		return err
	})
	require.Equal(t, changeID, *r.Running.ChangeID)
	require.True(t, r.Running.EffectiveOn.IsZero())
	require.Empty(t, r.Beside)
	c.ApproveAll(changeID)
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) (err error) {
		r, err = student.Read(tx.Tx, c.PupilOf(changeID))
		return err
	})
	require.Nil(t, r.Running)
	require.Equal(t, []any{"SUSPENDED", true, false, false}, []any{r.EnrolStatus, r.InRegister, r.OnCampus, r.HoldsSeat})
}

// What a change asks about a class and a school is told in the words of package status.
func TestTheFactsOfAClassAndASchool(t *testing.T) {
	c := storetest.New(t)
	class := c.Class(storetest.SchoolA, "2024101")
	pupil := c.Pupil(storetest.SchoolA)
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		facts, err := student.ReadClassFacts(tx.Tx, class.ID.String())
		require.NoError(t, err)
		require.Equal(t, status.Class{ID: class.ID.String(), SchoolID: class.SchoolID.String(), Stage: "PRIMARY", EntryYear: 2024, Capacity: 55}, *facts)
		for _, text := range []string{"", "a class", uuid.NewString()} {
			facts, err := student.ReadClassFacts(tx.Tx, text)
			require.NoError(t, err)
			require.Nil(t, facts, text)
		}
		school, err := student.ReadSchool(tx.Tx, class.SchoolID)
		require.NoError(t, err)
		require.Equal(t, status.School{ID: class.SchoolID.String(), Name: "南明区示例小学", Province: "520000"}, school)
		_, err = student.ReadSchool(tx.Tx, uuid.New())
		require.Error(t, err)
		h, err := student.ReadPupilRow(tx.Tx, pupil, true)
		require.NoError(t, err)
		require.Equal(t, school, h.School())
		require.NoError(t, student.LockClasses(tx.Tx, h.ClassID, class.ID.String()))
		require.NoError(t, student.LockClasses(tx.Tx, nil, "a class"), "a form may hold any text")
		_, err = student.ReadPupilRow(tx.Tx, uuid.New(), true)
		require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
		return nil
	})
	c.MustIn(c.App, storetest.SchoolB, func(tx *change.Tx) error {
		facts, err := student.ReadClassFacts(tx.Tx, class.ID.String())
		require.Nil(t, facts, "another school's class")
		require.NoError(t, err)
		list, err := student.ReadPupilRows(tx.Tx, []uuid.UUID{pupil}, false)
		require.Empty(t, list, "another school's pupil")
		return err
	})
}

// The history of a record is read in pages, the newest line first, with the names of what
// it speaks of. A correction strikes the lines of the change that it corrects.
func TestAHistoryIsReadInPagesAndStruckByACorrection(t *testing.T) {
	c := storetest.New(t)
	pupil := c.Pupil(storetest.SchoolA)
	changeID := c.File(process.Death, pupil, map[string]string{"event_date": "2026-11-20"})
	c.ApproveAll(changeID)
	lines := func(before uuid.UUID, struck bool, most int) (list []student.HistoryEntry) {
		c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) (err error) {
			list, err = student.History(tx.Tx, pupil, before, struck, most)
			return err
		})
		return list
	}
	all := lines(uuid.Nil, true, 10)
	require.Equal(t, []string{"DEATH", "ROSTER_IMPORT"}, []string{all[0].Kind, all[1].Kind})
	require.Equal(t, all[1:], lines(all[0].ID, true, 1))
	require.Contains(t, string(all[0].After), `"DECEASED"`)
	require.Contains(t, string(all[0].Before), `"ENROLLED"`)
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		names, err := student.HistoryNames(tx.Tx, pupil)
		require.Contains(t, names, c.ID(storetest.SchoolA).String())
		return err
	})
	correction := c.File(process.ChangeCorrection, pupil, map[string]string{"case_no": c.Text(`SELECT case_no FROM change WHERE id = $1`, changeID)})
	c.ApproveAll(correction)
	require.Equal(t, "ENROLLED", c.Text(`SELECT enrol_status FROM student WHERE id = $1`, pupil))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM student_history WHERE change_id = $1 AND struck_by = $2`, changeID, correction))
	for _, line := range lines(uuid.Nil, false, 10) {
		require.NotEqual(t, "DEATH", line.Kind, "struck lines are left out on demand")
	}
}

// The search for doubles looks at a record again when something has changed, and a record
// whose double is gone becomes the holder of its document.
func TestRecordsAreLookedAtAgain(t *testing.T) {
	c, pupils := enrolled(t)
	require.Equal(t, len(pupils), c.Dedupe())
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		student.SearchDoublesAgain(tx.Tx, pupils[0])
		return nil
	})
	require.Equal(t, 1, c.Dedupe())
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		return student.WriteMarks(tx.Tx, []student.ProblemMarks{{ID: pupils[0], Flags: []string{status.DupWithID}, Looked: true}, {ID: pupils[1], Flags: []string{}}})
	})
	require.Equal(t, []string{status.DupWithID}, c.Flags(pupils[0]))
	require.Equal(t, []string{"DONE_FAIL", "DONE_PASS"}, []string{c.Text(`SELECT dedupe_state FROM student WHERE id = $1`, pupils[0]), c.Text(`SELECT dedupe_state FROM student WHERE id = $1`, pupils[1])})
}
