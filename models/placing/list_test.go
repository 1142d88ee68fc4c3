package placing_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// moves is a list that takes each pupil into a class of school A.
func moves(c *storetest.County, pupils []uuid.UUID, classes ...uuid.UUID) change.Filing {
	return c.Placing(process.ClassChange, storetest.SchoolA, pupils, classes)
}

// seats are the taken seats of classes.
func seats(c *storetest.County, classes ...uuid.UUID) (taken []int) {
	for _, id := range classes {
		taken = append(taken, c.Count(`SELECT occupied FROM school_class WHERE id = $1`, id))
		require.Equal(c.T(), taken[len(taken)-1], c.Count(`SELECT count(*) FROM student WHERE class_id = $1 AND holds_seat`, id))
	}
	return taken
}

// A list of a school is in force at once: no person decides, each pupil has a line in the
// history, and the class teachers are told.
func TestAChangeOfClassIsInForceAtOnce(t *testing.T) {
	c := storetest.New(t)
	pupils := c.Pupils(storetest.SchoolA, 3)
	was, to := uuid.MustParse(c.ClassOf(pupils[0])), c.NewClass(storetest.SchoolA, 2024, 2).ID
	one, err := c.TryFile(moves(c, pupils[:2], to, to))
	require.NoError(t, err)
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, one.ID))
	require.Equal(t, process.ActPlace, c.Position(one.ID).Act)
	c.ApproveAll(one.ID)
	require.Equal(t, change.StatusEffective, c.Position(one.ID).Status)
	require.Equal(t, []int{1, 2}, seats(c, was, to))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM student_history WHERE change_id = $1 AND kind = 'CLASS_CHANGE' AND effective_on = '2026-11-20'
		AND before ->> 'class_id' = $2 AND after ->> 'class_id' = $3 AND before ->> 'entry_year' = after ->> 'entry_year'`, one.ID, was.String(), to.String()))
	require.Equal(t, []string{"CLASS_TEACHER", "GRADE_HEAD"},
		c.Texts(`SELECT role FROM notice WHERE change_id = $1 AND kind = 'CLASS_PLACED' ORDER BY role`, one.ID))
	require.Equal(t, []string{"SCHOOL_REGISTRAR"}, c.Texts(`SELECT role FROM notice WHERE change_id = $1 AND kind = 'ENDED_EFFECTIVE'`, one.ID))
	require.Zero(t, c.Count(`SELECT count(*) FROM slot`))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM placing_line WHERE verdict = 'MOVED' AND class_name LIKE '2024级%' AND from_name LIKE '2024级%'`))
}

// Two full classes change pupils in one list.
func TestFullClassesChangePupils(t *testing.T) {
	c := storetest.New(t)
	pupils := c.Pupils(storetest.SchoolA, 2)
	one, other := c.NewClass(storetest.SchoolA, 2024, 1).ID, c.NewClass(storetest.SchoolA, 2024, 1).ID
	first, err := c.TryFile(moves(c, pupils, one, other))
	require.NoError(t, err)
	c.ApproveAll(first.ID)
	require.Equal(t, []int{1, 1}, seats(c, one, other))
	again, err := c.TryFile(moves(c, pupils, other, one))
	require.NoError(t, err)
	c.ApproveAll(again.ID)
	require.Equal(t, []string{other.String(), one.String()}, []string{c.ClassOf(pupils[0]), c.ClassOf(pupils[1])})
	require.Equal(t, []int{1, 1}, seats(c, one, other))
}

// Everything that stands against a list is told at once, each with its line.
func TestAListIsRefusedLineByLine(t *testing.T) {
	c := storetest.New(t)
	pupils := c.Pupils(storetest.SchoolA, 5)
	stranger, suspended := c.Pupil(storetest.SchoolB), pupils[4]
	c.Suspended(suspended, "2027-06-01")
	was, full := uuid.MustParse(c.ClassOf(pupils[0])), c.NewClass(storetest.SchoolA, 2024, 1).ID
	busy := pupils[3]
	c.File(process.Suspension, busy, nil)
	younger, elsewhere := c.Class(storetest.SchoolA, "2025101").ID, c.Class(storetest.SchoolB, "2024101").ID
	require.ElementsMatch(t, []string{
		"placing_pupil /lines/0/student_id", "list_twice /lines/2/student_id", "placing_same_class /lines/3/class_id", "class_full /lines/5/class_id",
		"class_wrong_year /lines/4/class_id", "class_full /lines/6/class_id", "state_forbids /lines/6/student_id", "change_in_progress /lines/4/student_id",
	}, c.RefusedFiling(moves(c, []uuid.UUID{stranger, pupils[0], pupils[0], pupils[1], busy, pupils[2], suspended}, full, full, full, was, younger, full, full)))
	require.Equal(t, []string{"class_unknown /lines/0/class_id"}, c.RefusedFiling(moves(c, pupils[:1], elsewhere)), "a class of another school")
	require.Equal(t, []string{"list_missing /lines"}, c.RefusedFiling(moves(c, nil)))
	require.Equal(t, []string{"placing_has_class /lines/0/student_id"}, c.RefusedFiling(c.Placing(process.ClassAssignment, storetest.SchoolA, pupils[:1], []uuid.UUID{full})))
	require.Zero(t, c.Count(`SELECT count(*) FROM placing_line`))
}

// What has changed since the filing refuses the whole list: the line says why, and nobody
// is placed.
func TestAListIsInForceAsAWhole(t *testing.T) {
	c := storetest.New(t)
	pupils := c.Pupils(storetest.SchoolA, 3)
	to := c.NewClass(storetest.SchoolA, 2024, 2).ID
	one, err := c.TryFile(moves(c, pupils[:2], to, to))
	require.NoError(t, err)
	other, err := c.TryFile(moves(c, pupils[2:], to))
	require.NoError(t, err)
	c.ApproveAll(other.ID)
	c.ApproveAll(one.ID)
	require.Equal(t, change.StatusRefused, c.Position(one.ID).Status)
	require.Equal(t, []int{1}, seats(c, to))
	require.Equal(t, []string{"LISTED ", "STRUCK class_full"}, c.Texts(`SELECT verdict || ' ' || code FROM placing_line WHERE change_id = $1 ORDER BY line_no`, one.ID))
	require.Zero(t, c.Count(`SELECT count(*) FROM slot`))
	require.Zero(t, c.Count(`SELECT count(*) FROM student_history WHERE change_id = $1`, one.ID))
}

// A province may add a review of the leader behind the check of the system. Then a pupil
// who dies is taken out of the list, and the others are placed.
func TestAProvinceAddsAReview(t *testing.T) {
	c := storetest.New(t)
	c.Policy(storetest.Province, `class_list_review: true`)
	pupils := c.Pupils(storetest.SchoolA, 2)
	to := c.NewClass(storetest.SchoolA, 2024, 5).ID
	one, err := c.TryFile(moves(c, pupils, to, to))
	require.NoError(t, err)
	c.Approve(one.ID) // the system
	require.Equal(t, change.StatusRunning, c.Position(one.ID).Status)
	at := c.Position(one.ID)
	strike := change.NewSlip{ChangeID: one.ID, TaskID: at.Tasks[0], Step: at.Step, Round: at.Round, Verb: change.VerbApprove, Opinion: "剔除"}
	strike.Body.Strike = []change.Strike{{StudentID: pupils[0], Reason: "不同意"}}
	require.Equal(t, "placing_strike", c.Say(c.Who(storetest.SchoolA, org.SchoolLeader), strike).OutcomeCode)
	death := c.File(process.Death, pupils[0], map[string]string{"event_date": "2026-11-19"})
	require.Equal(t, "death_filed", c.Commit(c.HandInLast(one.ID)).OutcomeCode, "it waits for the death")
	c.ApproveAll(death)
	require.Equal(t, change.StatusRunning, c.Position(one.ID).Status)
	c.ApproveAll(one.ID)
	require.Equal(t, change.StatusEffective, c.Position(one.ID).Status)
	require.Equal(t, []int{1}, seats(c, to))
	require.Equal(t, []string{"STRUCK", "MOVED"}, c.Texts(`SELECT verdict FROM placing_line WHERE change_id = $1 ORDER BY line_no`, one.ID))
}

// Two hundred lists for the 55 seats of a class never overfill it, and each list that finds
// no seat is told so.
func TestTwoHundredListsNeverOverfillAClass(t *testing.T) {
	c := storetest.New(t)
	pupils := c.Pupils(storetest.SchoolA, 200)
	to := c.NewClass(storetest.SchoolA, 2024, 55).ID
	worker := c.Open("xueji_worker", func(o *store.Options) { o.MaxConns = 16 })
	var filed []uuid.UUID
	for i := range pupils {
		one, err := c.TryFile(moves(c, pupils[i:i+1], to))
		require.NoError(t, err)
		filed = append(filed, one.ID)
	}
	done := make(chan error, len(filed))
	for _, id := range filed {
		go func() {
			done <- c.In(worker, "", func(tx *change.Tx) error {
				e, err := tx.ReadAutomaticStep(id)
				if err != nil {
					return err
				}
				return tx.SettleAutomaticStep(id, e, nil)
			})
		}()
	}
	for range filed {
		require.NoError(t, <-done)
	}
	require.Equal(t, []int{55}, seats(c, to))
	require.Equal(t, 55, c.Count(`SELECT count(*) FROM change WHERE status = 'EFFECTIVE' AND kind = 'CLASS_CHANGE'`))
	require.Equal(t, 145, c.Count(`SELECT count(*) FROM change WHERE status = 'REFUSED' AND close_code = 'class_full'`), "no list is lost without a word")
}
