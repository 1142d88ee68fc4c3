package schoolyear_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// turned files a turn of the province and does all of it.
func turned(c *storetest.County, year int, dry bool) *schoolyear.Turn {
	c.T().Helper()
	y, err := c.FileTurn(storetest.Province, year, dry)
	require.NoError(c.T(), err)
	require.Equal(c.T(), job.JobDone, c.RunJob(c.Runner(nil), y.JobID).State)
	return c.Turn(y.ID)
}

// lines are the grades of the lines of promotions of a pupil that stand.
func lines(c *storetest.County, pupil uuid.UUID) []string {
	return c.Texts(`SELECT (before ->> 'grade') || '→' || (after ->> 'grade') || ' ' || (after ->> 'school_year') FROM student_history
		WHERE student_id = $1 AND kind = 'PROMOTION' AND struck_at IS NULL ORDER BY recorded_at`, pupil)
}

func stays(c *storetest.County, turn uuid.UUID) []string {
	return c.Texts(`SELECT code FROM year_turn_stay WHERE turn_id = $1 ORDER BY code`, turn)
}

// A dry run in spring says who would stay; after the graduation the turn writes one line for
// every other pupil, closes what the graduates have left, and leaves no pupil out and turns none twice.
func TestASchoolYearTurns(t *testing.T) {
	c := storetest.New(t)
	leaves, stays6 := c.PupilsOf(storetest.SchoolA, 2021, 1)[0], c.PupilsOf(storetest.SchoolB, 2021, 1)[0]
	pupils := append(c.PupilsOf(storetest.SchoolA, 2024, 3), c.PupilsOf(storetest.SchoolB, 2026, 2)...)
	far := c.Pupil(storetest.FarSchool)
	dry := turned(c, 2027, true)
	require.Equal(t, []int{5, 2}, []int{dry.Moved, dry.Stayed})
	require.Equal(t, []string{"turn_graduating", "turn_graduating"}, stays(c, dry.ID))
	require.Empty(t, lines(c, pupils[0]), "a dry run writes no record")
	require.Zero(t, c.Count(`SELECT max(school_year) FROM student`))

	c.Graduated(storetest.SchoolA, leaves)
	c.At("2027-08-11")
	y, err := c.FileTurn(storetest.Province, 0, false)
	require.NoError(t, err)
	require.Equal(t, 2027, y.SchoolYear)
	_, err = c.FileTurn(storetest.Province, 2027, false)
	require.ErrorIs(t, err, refusal.New(refusal.TurnStands))
	runner := c.Runner(nil)
	require.Equal(t, job.JobDone, c.RunJob(runner, y.JobID).State)
	y = c.Turn(y.ID)
	require.Equal(t, []int{5, 1}, []int{y.Moved, y.Stayed})
	require.Equal(t, []string{"3→4 2027"}, lines(c, pupils[0]))
	require.Equal(t, []string{"1→2 2027"}, lines(c, pupils[4]))
	require.Empty(t, lines(c, stays6))
	require.Empty(t, lines(c, far), "another province turns its own year")
	require.Equal(t, "2027-08-11", c.Text(`SELECT effective_on::text FROM student_history WHERE student_id = $1 AND kind = 'PROMOTION'`, pupils[0]))
	require.Zero(t, c.Count(`SELECT count(*) FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE g.school_id = $1 AND g.entry_year = 2021 AND (k.closed_at IS NULL OR g.closed_at IS NULL)`, c.ID(storetest.SchoolA)))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE g.school_id = $1 AND g.entry_year = 2021 AND k.closed_at IS NULL`, c.ID(storetest.SchoolB)),
		"a class with a pupil stays open")

	_, err = c.FileTurn(storetest.Province, 2027, false)
	require.NoError(t, err, "a later turn takes those who were left")
	c.RunJob(runner, uuid.MustParse(c.Text(`SELECT id::text FROM job WHERE kind = 'YEAR_TURN' ORDER BY created_at DESC, id DESC LIMIT 1`)))
	require.Equal(t, 5, c.Count(`SELECT count(*) FROM student_history WHERE kind = 'PROMOTION'`))
}

// A part that comes twice turns no pupil twice, and a turn that was stopped goes on.
func TestAPartOfATurnIsDoneOnce(t *testing.T) {
	c := storetest.New(t)
	c.Bulk(store.Bulk{ListRows: 10, PartRows: 4})
	pupils := c.PupilsOf(storetest.SchoolA, 2024, 10)
	y, err := c.FileTurn(storetest.Province, 2026, false)
	require.NoError(t, err)
	runner := c.Runner(nil)
	for range 2 {
		at, err := runner.Do(t.Context(), c.Worker, y.JobID, 1)
		require.NoError(t, err)
		require.Equal(t, []int{3, 2, 4}, []int{at.Parts, at.NextPart, at.RowsDone})
	}
	require.NoError(t, c.SayToJob(storetest.Province, y.JobID, job.JobCancel))
	require.Equal(t, job.JobCancelled, c.RunJob(runner, y.JobID).State)
	require.Equal(t, 4, c.Count(`SELECT count(*) FROM student_history WHERE kind = 'PROMOTION'`))
	// Registered meanwhile: the last part has no end.
	late := c.PupilsOf(storetest.SchoolB, 2025, 1)[0]
	require.NoError(t, c.SayToJob(storetest.Province, y.JobID, job.JobResume))
	require.Equal(t, job.JobDone, c.RunJob(runner, y.JobID).State)
	for _, pupil := range append(pupils, late) {
		require.Len(t, lines(c, pupil), 1)
	}
	require.Equal(t, 11, c.Turn(y.ID).Moved)
}

// Undoing strikes every line, takes the marks back and opens what was closed; then the year
// may be turned anew.
func TestATurnIsUndone(t *testing.T) {
	c := storetest.New(t)
	pupils := c.PupilsOf(storetest.SchoolA, 2024, 3)
	y := turned(c, 2026, false)
	undo := func() (*schoolyear.Turn, error) {
		var out *schoolyear.Turn
		err := c.In(c.App, storetest.Province, func(tx *change.Tx) (err error) {
			out, err = schoolyear.FileUndo(tx.Tx, y.ID)
			return err
		})
		return out, err
	}
	closed := `SELECT count(*) FROM school_class WHERE closed_at IS NOT NULL`
	was := c.Count(closed)
	c.At("2026-12-05")
	_, err := undo()
	require.ErrorIs(t, err, refusal.New(refusal.TurnWindow))
	c.At("2026-12-04")
	out, err := undo()
	require.NoError(t, err)
	require.Equal(t, job.JobDone, c.RunJob(c.Runner(nil), *out.UndoJobID).State)
	require.NotNil(t, c.Turn(y.ID).UndoneAt)
	require.Empty(t, lines(c, pupils[0]))
	require.Equal(t, 3, c.Count(`SELECT count(*) FROM student_history WHERE kind = 'PROMOTION' AND struck_job = $1`, *out.UndoJobID))
	require.Equal(t, 3, c.Count(`SELECT count(*) FROM student WHERE school_year = 2025`))
	require.LessOrEqual(t, c.Count(closed), was)
	_, err = undo()
	require.ErrorIs(t, err, refusal.New(refusal.TurnNothing))
	require.Equal(t, 3, turned(c, 2026, false).Moved)
	require.Equal(t, []string{"2→3 2026"}, lines(c, pupils[0]))
}

// Only a province turns a year, from its first day on; a pupil of the year who graduates
// holds the undoing up.
func TestWhatStandsAgainstATurn(t *testing.T) {
	c := storetest.New(t)
	for code, file := range map[refusal.Code]func() error{
		refusal.TurnNotProvince: func() error { _, err := c.FileTurn(storetest.City, 2026, false); return err },
		refusal.TurnEarly:       func() error { _, err := c.FileTurn(storetest.Province, 2027, false); return err },
		refusal.TurnYear:        func() error { _, err := c.FileTurn(storetest.Province, 2025, false); return err },
		refusal.TurnNobody:      func() error { _, err := c.FileTurn(storetest.Province, 2026, false); return err },
	} {
		require.Equal(t, code, refusal.CodeOf(file()))
	}
	pupil := c.PupilsOf(storetest.SchoolA, 2021, 1)[0]
	c.At("2027-06-20")
	y := turned(c, 2026, false)
	require.Equal(t, []string{"5→6 2026"}, lines(c, pupil))
	c.Graduated(storetest.SchoolA, pupil)
	err := c.In(c.App, storetest.Province, func(tx *change.Tx) error {
		_, err := schoolyear.FileUndo(tx.Tx, y.ID)
		return err
	})
	require.ErrorIs(t, err, refusal.New(refusal.TurnRests))
}

// A pupil who is suspended or away at the turn comes back to the year group that the form
// names, whose grade has counted on meanwhile (D34).
func TestAPupilComesBackAfterATurn(t *testing.T) {
	c := storetest.New(t)
	c.At("2027-06-10")
	suspended := c.PupilsOf(storetest.SchoolA, 2024, 1)[0]
	c.Suspended(suspended, "2027-09-30")
	c.At("2027-08-11")
	turned(c, 2027, false)
	require.Equal(t, []string{"3→4 2027"}, lines(c, suspended), "the year group of a suspended pupil goes up, too")
	c.At("2027-09-01")
	c.ApproveAll(c.File(process.Reinstatement, suspended, map[string]string{"class_id": c.NewClass(storetest.SchoolA, 2025, 40).ID.String()}))
	require.Equal(t, 2025, c.Count(`SELECT entry_year FROM student WHERE id = $1`, suspended), "one year group behind, which is in grade 3 now")
	c.At("2028-08-11")
	turned(c, 2028, false)
	require.Equal(t, []string{"3→4 2027", "3→4 2028"}, lines(c, suspended))
}

// The turn asks each school for its own schooling length in the school year that ends: a
// five-year school keeps its grade 5 for the graduation, and closes what grade 5 has left.
func TestATurnCountsByTheLengthOfTheSchool(t *testing.T) {
	c := storetest.New(t)
	five := c.PupilsOf(storetest.SchoolA, 2023, 1)[0] // grade 4 in 2026/27
	sibling := c.PupilsOf(storetest.SchoolB, 2023, 1)[0]
	one, err := c.TryFile(c.FilingAt(process.SchoolingLengthChange, storetest.SchoolA, map[string]string{"length": "FIVE_FOUR", "reason": "区政府决定"}))
	require.NoError(t, err)
	c.ApproveAll(one.ID)
	c.At("2027-08-11")
	y := turned(c, 2027, false)
	require.Equal(t, []int{2, 0}, []int{y.Moved, y.Stayed}, "grade 4 goes up to its last grade")
	c.At("2028-06-20")
	dry := turned(c, 2028, true)
	require.Equal(t, []int{1, 1}, []int{dry.Moved, dry.Stayed})
	require.Equal(t, []string{"turn_graduating"}, stays(c, dry.ID))
	c.Graduated(storetest.SchoolA, five)
	c.At("2028-08-11")
	y = turned(c, 2028, false)
	require.Equal(t, []int{1, 0}, []int{y.Moved, y.Stayed})
	require.Equal(t, []string{"4→5 2027", "5→6 2028"}, lines(c, sibling), "a six-year school goes on")
	const open = `SELECT count(*) FROM school_grade WHERE school_id = $1 AND entry_year = 2023 AND stage = 'PRIMARY' AND closed_at IS NULL`
	require.Equal(t, []int{0, 1}, []int{c.Count(open, c.ID(storetest.SchoolA)), c.Count(open, c.ID(storetest.SchoolB))})
}

// A pupil who is abroad or missing at the turn gets no line of it. Coming back to another
// school, the pupil goes into the grade that the year group has reached, or one lower on
// request, and goes up with it from then on.
func TestAPupilWhoWasAwayAtATurnComesBack(t *testing.T) {
	c := storetest.New(t)
	c.At("2027-06-10")
	pupils := c.PupilsOf(storetest.SchoolA, 2024, 3) // grade 3
	abroad := map[string]string{"leaves_on": "2027-06-10", "destination": "法国"}
	c.ApproveAll(c.File(process.GoneAbroad, pupils[0], abroad))
	c.ApproveAll(c.File(process.GoneAbroad, pupils[1], abroad))
	c.ApproveAll(c.File(process.Missing, pupils[2], map[string]string{"missing_since": "2027-06-01"}))
	stayer := c.PupilsOf(storetest.SchoolA, 2024, 1)[0]
	c.At("2027-08-11")
	require.Equal(t, 1, turned(c, 2027, false).Moved)
	require.Equal(t, []string{"3→4 2027"}, lines(c, stayer))
	c.At("2027-09-06")
	same, behind := c.NewClass(storetest.SchoolB, 2024, 40).ID, c.NewClass(storetest.SchoolB, 2025, 40).ID
	back := c.Receiving(process.ReturnFromAbroad, storetest.SchoolB, pupils[1], behind)
	back.Inputs["cohort"] = process.CohortOneBehind
	one, err := c.TryFile(back)
	require.NoError(t, err)
	c.ApproveAll(one.ID)
	require.Equal(t, []string{"class_wrong_grade /inputs/class_id"}, c.RefusedFiling(c.Receiving(process.ReturnFromAbroad, storetest.SchoolB, pupils[0], behind)))
	c.ApproveAll(c.Received(process.ReturnFromAbroad, storetest.SchoolB, pupils[0], same))
	c.ApproveAll(c.Received(process.RestoreAdmission, storetest.SchoolB, pupils[2], same))
	c.At("2028-08-11")
	require.Equal(t, []int{4, 0}, []int{turned(c, 2028, false).Moved, c.Count(`SELECT count(*) FROM year_turn_stay`)})
	require.Equal(t, [][]string{{"4→5 2028"}, {"3→4 2028"}, {"4→5 2028"}}, [][]string{lines(c, pupils[0]), lines(c, pupils[1]), lines(c, pupils[2])})
}
