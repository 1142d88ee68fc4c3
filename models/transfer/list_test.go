package transfer_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/transfer"
)

// list is a filing of the bureau that moves pupils of school A into classes of school B.
func list(r *storetest.County, lines ...change.ListedPupil) change.Filing {
	return change.Filing{Kind: process.BatchTransfer, Lines: lines, Inputs: map[string]string{"from_school": "2152000123", "to_school": "2152000456", "reason": "撤并"},
		Office: r.Office(storetest.Bureau), Key: uuid.NewString(), BodyHash: []byte("list")}
}

// seats makes a class of the year 2024 at school B with so many seats.
func seats(r *storetest.County, n int) uuid.UUID { return r.NewClass(storetest.SchoolB, 2024, n).ID }

// All refusals of a list are returned at once, each with its line.
func TestAListIsJudgedLineByLine(t *testing.T) {
	r := storetest.New(t)
	class, small := seats(r, 10), seats(r, 1)
	pupils := r.Pupils(storetest.SchoolA, 4)
	good, left, busy, third := pupils[0], pupils[1], pupils[2], pupils[3]
	elsewhere := r.Pupil(storetest.SchoolB)
	r.Leaves(left)
	r.File(process.Suspension, busy, nil)
	_, err := r.TryFile(list(r, change.ListedPupil{StudentID: good, ClassID: class}, change.ListedPupil{StudentID: elsewhere, ClassID: class}, change.ListedPupil{StudentID: good, ClassID: class}, change.ListedPupil{StudentID: uuid.New(), ClassID: class}))
	require.Equal(t, []string{"list_pupil /lines/1/student_id", "list_twice /lines/2/student_id", "list_pupil /lines/3/student_id"}, storetest.Refusals(t, err))
	_, err = r.TryFile(list(r, change.ListedPupil{StudentID: good, ClassID: small}, change.ListedPupil{StudentID: left, ClassID: class}, change.ListedPupil{StudentID: busy, ClassID: class}, change.ListedPupil{StudentID: third, ClassID: small}))
	require.Equal(t, []string{"state_forbids /lines/1/student_id", "class_full /lines/3/class_id", "change_in_progress /lines/2/student_id"}, storetest.Refusals(t, err))
	wrong := list(r, change.ListedPupil{StudentID: good, ClassID: r.Class(storetest.SchoolA, "2024101").ID})
	wrong.Inputs["to_school"], wrong.Inputs["from_school"] = "2152000123", "9999999999"
	_, err = r.TryFile(wrong)
	require.Equal(t, []string{"list_school /inputs/from_school"}, storetest.Refusals(t, err))
	wrong.Inputs["from_school"] = "2152000123"
	_, err = r.TryFile(wrong)
	require.Equal(t, []string{"transfer_same_school /inputs/to_school"}, storetest.Refusals(t, err))
	_, err = r.TryFile(list(r, change.ListedPupil{StudentID: uuid.New(), ClassID: class}, change.ListedPupil{StudentID: elsewhere, ClassID: class}, change.ListedPupil{StudentID: good, ClassID: class}, change.ListedPupil{StudentID: busy, ClassID: class}))
	require.Equal(t, []string{"list_pupil /lines/0/student_id", "list_pupil /lines/1/student_id", "change_in_progress /lines/3/student_id"}, storetest.Refusals(t, err), "a wrong first line makes no other one wrong")
	_, err = r.TryFile(list(r, change.ListedPupil{StudentID: elsewhere, ClassID: class}, change.ListedPupil{StudentID: good, ClassID: small}, change.ListedPupil{StudentID: good, ClassID: class}, change.ListedPupil{StudentID: left, ClassID: uuid.New()}, change.ListedPupil{StudentID: busy, ClassID: class}))
	require.Equal(t, []string{"list_pupil /lines/0/student_id", "list_twice /lines/2/student_id", "state_forbids /lines/3/student_id", "class_unknown /lines/3/class_id",
		"change_in_progress /lines/4/student_id"}, storetest.Refusals(t, err), "all lines in one round")
	for name, f := range map[string]change.Filing{
		"subject_twice /lines": func() change.Filing {
			f := list(r, change.ListedPupil{StudentID: good, ClassID: class})
			f.StudentID = good
			return f
		}(),
		"list_missing /lines": list(r),
		"list_not_here /lines": func() change.Filing {
			f := list(r, change.ListedPupil{StudentID: good, ClassID: class})
			f.Kind = process.Suspension
			return f
		}(),
		"required /inputs/reason": func() change.Filing {
			f := list(r, change.ListedPupil{StudentID: good, ClassID: class})
			delete(f.Inputs, "reason")
			return f
		}(),
	} {
		_, err = r.TryFile(f)
		require.Equal(t, []string{name}, storetest.Refusals(t, err))
	}
	require.Zero(t, r.Count(`SELECT count(*) FROM change WHERE kind = 'BATCH_TRANSFER'`))
	_, err = r.TryFile(list(r, change.ListedPupil{StudentID: good, ClassID: class}))
	require.NoError(t, err)
	_, err = r.TryFile(list(r, change.ListedPupil{StudentID: good, ClassID: class}))
	require.Equal(t, []string{"change_in_progress /lines/0/student_id"}, storetest.Refusals(t, err))
}

// A list moves pupils of one stage, also out of a school that has two.
func TestAListHoldsPupilsOfOneStage(t *testing.T) {
	r := storetest.New(t)
	both := r.NewSchool(storetest.Bureau, "3152000789", office.NewGrade{Stage: org.Primary, EntryYear: 2024, Classes: 1, Capacity: 55},
		office.NewGrade{Stage: org.Junior, EntryYear: 2026, Classes: 1, Capacity: 55})
	f := list(r, change.ListedPupil{StudentID: r.EnrolPupils(both, r.Items(both, 2024))[0], ClassID: seats(r, 5)},
		change.ListedPupil{StudentID: r.EnrolPupils(both, r.Items(both, 2026))[0], ClassID: seats(r, 5)})
	f.Inputs["from_school"] = "3152000789"
	_, err := r.TryFile(f)
	require.Equal(t, []string{"list_stage /lines/1/student_id"}, storetest.Refusals(t, err))
}

// Two bureaus list the same pupils at the same moment. One list is filed; the other
// learns which of its pupils are taken, whatever the order of the lines.
func TestOnlyOneOfTwoConcurrentListsIsFiled(t *testing.T) {
	r := storetest.New(t)
	class := seats(r, 55)
	var forth, back []change.ListedPupil
	for _, pupil := range r.Pupils(storetest.SchoolA, 20) {
		forth = append(forth, change.ListedPupil{StudentID: pupil, ClassID: class})
	}
	for i := range forth {
		back = append(back, forth[len(forth)-1-i])
	}
	answers := make(chan error, 2)
	for _, f := range []change.Filing{list(r, forth...), list(r, back...)} {
		go func() { _, err := r.TryFile(f); answers <- err }()
	}
	one, other := <-answers, <-answers
	if one == nil {
		one = other
	} else {
		require.NoError(t, other)
	}
	require.Len(t, storetest.Refusals(t, one), 20)
	require.ErrorIs(t, one, refusal.New(refusal.ChangeInProgress))
	require.Equal(t, 20, r.Count(`SELECT count(*) FROM slot`))
	require.Equal(t, 20, r.Count(`SELECT count(*) FROM change_line`))
}

// Another change held a slot when the list tried to take it, and freed the slot before
// the list asked for the holder. The whole filing is refused.
func TestListTakesAllSlotsOrNone(t *testing.T) {
	r := storetest.New(t)
	line := change.ListedPupil{StudentID: r.Pupil(storetest.SchoolA), ClassID: seats(r, 10)}
	// The moment between two statements cannot be met by waiting: the trigger is that moment.
	r.Legacy(`CREATE FUNCTION passing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`)
	r.Legacy(`CREATE TRIGGER passing BEFORE INSERT ON slot FOR EACH ROW EXECUTE FUNCTION passing()`)
	_, err := r.TryFile(list(r, line))
	require.Equal(t, []string{"change_in_progress /lines"}, storetest.Refusals(t, err))
	require.Zero(t, r.Count(`SELECT count(*) FROM change WHERE kind = 'BATCH_TRANSFER'`))
}

// A list that was sent back must keep its two schools. A changed school is refused at its
// own input, and the list can still be handed in with the right ones.
func TestResubmittedListKeepsItsSchools(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := waitingList(r, 1)
	back := r.Decide(changeID, r.Position(changeID).Tasks[0], change.VerbSendBack)
	require.Equal(t, change.SlipCounted, back.Outcome, back.OutcomeCode)
	again := func(from, to string) (outcome, code string) {
		at := r.Position(changeID)
		s := r.Say(r.Who(storetest.Bureau, org.BureauReviewer), change.NewSlip{ChangeID: changeID, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round,
			Body: change.SlipBody{Form: true, Inputs: map[string]string{"from_school": from, "to_school": to, "reason": "撤并，已更正"}}})
		return s.Outcome, s.OutcomeCode
	}
	outcome, code := again("2152000123", "2152000123")
	require.Equal(t, []string{change.SlipRefused, string(refusal.ReceivingFixed)}, []string{outcome, code})
	outcome, code = again("2152000456", "2152000456")
	require.Equal(t, []string{change.SlipRefused, string(refusal.ReleasingFixed)}, []string{outcome, code})
	outcome, code = again("2152000123", "2152000456")
	require.Equal(t, change.SlipCounted, outcome, code)
	r.ApproveAll(changeID)
	require.Equal(t, "MOVED", r.Text(`SELECT verdict FROM change_line WHERE change_id = $1`, changeID))
}

// waitingList files a list of so many pupils and returns them.
func waitingList(r *storetest.County, n int) (changeID uuid.UUID, pupils []uuid.UUID) {
	r.T().Helper()
	pupils = r.Pupils(storetest.SchoolA, n)
	return listOf(r, pupils...), pupils
}

// listOf files a list of these pupils, 50 to a class.
func listOf(r *storetest.County, pupils ...uuid.UUID) (changeID uuid.UUID) {
	r.T().Helper()
	var lines []change.ListedPupil
	var class uuid.UUID
	for i, pupil := range pupils {
		if i%50 == 0 {
			class = seats(r, 50)
		}
		lines = append(lines, change.ListedPupil{StudentID: pupil, ClassID: class})
	}
	c, err := r.TryFile(list(r, lines...))
	require.NoError(r.T(), err)
	return c.ID
}

// alike is a pupil of school A with a double at school B, of whom the register does not
// know yet.
func alike(r *storetest.County) uuid.UUID {
	p := r.Items(storetest.SchoolA, 2024)
	r.Pupil(storetest.SchoolB, storetest.Unnumbered(), storetest.With("name", p["name"], "sex", p["sex"], "birth_date", p["birth_date"]))
	return r.EnrolPupils(storetest.SchoolA, p)[0]
}

// A list moves the pupils who can move now and strikes the others with the code. Record,
// seats, history, backup and paper file of each are those of a transfer.
func TestListMovesEligiblePupilsAndStrikesTheOthers(t *testing.T) {
	r := storetest.New(t)
	double, rest := alike(r), r.Pupils(storetest.SchoolA, 4)
	pupils := append([]uuid.UUID{double}, rest...)
	changeID := listOf(r, pupils...)
	r.Approve(changeID)
	r.Dedupe()                               // 0 has a problem
	r.Punished(storetest.SchoolA, pupils[1]) // 1 is punished
	r.File(process.Death, pupils[2], map[string]string{"event_date": "2026-11-20"})
	class := uuid.MustParse(r.Text(`SELECT DISTINCT class_id::text FROM change_line WHERE change_id = $1`, changeID))
	r.Resize(class, 1) // 3 takes the last seat, and 4 finds none
	r.Approve(changeID)
	var lines []string
	for i := range pupils {
		lines = append(lines, r.Text(`SELECT verdict || ' ' || code FROM change_line WHERE student_id = $1`, pupils[i]))
	}
	require.Equal(t, []string{"STRUCK problem_status", "STRUCK punishment_stands", "STRUCK death_filed", "MOVED ", "STRUCK class_full"}, lines)
	const stays = refusal.ListPupilStays
	for path, want := range map[string][]refusal.Code{
		storetest.SchoolA: {refusal.ProblemStatus, refusal.PunishmentStands, refusal.DeathFiled, refusal.ClassFull},
		storetest.SchoolB: {stays, stays, stays, refusal.ClassFull}, // it learns nothing of pupils it may not read
	} {
		r.MustIn(r.App, path, func(tx *change.Tx) error {
			lines, err := transfer.ReadListedPupils(tx.Tx, changeID)
			var told []refusal.Code
			for _, l := range lines {
				if l.Struck != nil {
					told = append(told, l.Struck.Code)
				}
			}
			require.Equal(t, want, told, path)
			return err
		})
	}
	require.Equal(t, change.StatusEffective, r.Position(changeID).Status)
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND school_id = $2 AND class_id = $3`, pupils[3], r.ID(storetest.SchoolB), class))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM student_history WHERE change_id = $1`, changeID))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM departure d JOIN handover h USING (change_id, student_id) WHERE d.student_id = $1`, pupils[3]))
	require.Equal(t, 1, r.Count(`SELECT occupied FROM school_class WHERE id = $1`, class))
	require.Equal(t, 4, r.Count(`SELECT sum(occupied) FROM school_class WHERE school_id = $1`, r.ID(storetest.SchoolA)))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID))
	require.Equal(t, 3, r.Count(`SELECT count(DISTINCT org_id) FROM notice WHERE change_id = $1 AND kind = 'ENDED_EFFECTIVE'`, changeID), "the bureau and both schools")
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := transfer.PaperFiles(tx.Tx, storetest.SchoolA, tx.Today(), uuid.Nil, 10)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, r.Text(`SELECT name FROM student WHERE id = $1`, pupils[3]), list[0].StudentName)
		return nil
	})
}

// When no pupil of a list can move any more, the list is refused.
func TestAListOfWhomNobodyCanMoveIsRefused(t *testing.T) {
	r := storetest.New(t)
	changeID, pupils := waitingList(r, 2)
	for _, pupil := range pupils {
		r.Punished(storetest.SchoolA, pupil)
	}
	r.ApproveAll(changeID)
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'REFUSED' AND close_code = 'ALL_STRUCK'`, changeID))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM student WHERE school_id = $1`, r.ID(storetest.SchoolA)))
}

// A death takes its pupil out of a list. It ends the list when no pupil is left.
func TestADeathTakesOnePupilOutOfAList(t *testing.T) {
	r := storetest.New(t)
	changeID, pupils := waitingList(r, 2)
	for i, pupil := range pupils {
		r.ApproveAll(r.File(process.Death, pupil, map[string]string{"event_date": "2026-11-20"}))
		require.Equal(t, 1-i, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID))
		require.Equal(t, 1-i, r.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'RUNNING'`, changeID))
	}
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM change_line WHERE verdict = 'STRUCK' AND code = 'preempted'`))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM audit_entry WHERE action = 'change.line_ended'`))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'CLOSED' AND close_code = 'PREEMPTED'`, changeID))
}

// A settled line stays settled, and the application role settles none.
func TestOnlyTheWorkerSettlesLines(t *testing.T) {
	r := storetest.New(t)
	changeID, pupils := waitingList(r, 2)
	other := r.Pupil(storetest.SchoolA)
	require.Equal(t, change.SlipCounted, strikes(r, changeID, change.VerbApprove, change.Strike{StudentID: pupils[0], Reason: "随迁"}).Outcome)
	for name, try := range map[string]func() error{
		"the app strikes": func() error {
			return r.In(r.App, storetest.Bureau, func(tx *change.Tx) error {
				_, err := storetest.Exec(tx.Tx, `UPDATE change_line SET verdict = 'MOVED', settled_at = now()`)
				return err
			})
		},
		"the app writes a verdict": func() error {
			return r.In(r.App, storetest.Bureau, func(tx *change.Tx) error {
				_, err := storetest.Exec(tx.Tx, `INSERT INTO change_line (change_id, line_no, student_id, class_id, subject, class_name, verdict) SELECT change_id, 9, ?, class_id, '{}', '', 'MOVED' FROM change_line LIMIT 1`, other)
				return err
			})
		},
		"a school writes into the bureau's list": func() error {
			return r.In(r.App, storetest.SchoolA, func(tx *change.Tx) error {
				_, err := storetest.Exec(tx.Tx, `INSERT INTO change_line (change_id, line_no, student_id, class_id, subject, class_name) SELECT change_id, 9, ?, class_id, '{}', '' FROM change_line LIMIT 1`, other)
				return err
			})
		},
		"the worker settles again": func() error {
			return r.In(r.Worker, "", func(tx *change.Tx) error {
				_, err := storetest.Exec(tx.Tx, `UPDATE change_line SET reason = '别的' WHERE student_id = ?`, pupils[0])
				return err
			})
		},
		"the worker changes the class": func() error {
			return r.In(r.Worker, "", func(tx *change.Tx) error {
				_, err := storetest.Exec(tx.Tx, `UPDATE change_line SET class_name = '' WHERE student_id = ?`, pupils[1])
				return err
			})
		},
	} {
		require.Error(t, try(), name)
	}
	r.MustIn(r.App, storetest.FarProvince, func(tx *change.Tx) error {
		lines, err := transfer.ReadListedPupils(tx.Tx, changeID)
		require.Empty(t, lines, "of another province nobody reads it")
		return err
	})
}

// The longest list is filed and moved as a whole. The test logs the time and does not
// judge it.
func TestLongestListIsMovedWhole(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := waitingList(r, change.MaxLines)
	begin := time.Now()
	r.ApproveAll(changeID)
	t.Logf("%d pupils moved in %s", change.MaxLines, time.Since(begin))
	require.Equal(t, change.MaxLines, r.Count(`SELECT count(*) FROM change_line WHERE verdict = 'MOVED'`))
}
