package graduation_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
)

// sixth is the year of entry of the pupils who graduate from primary school in 2027.
const sixth = 2021

// file files a list of a school for its pupils.
func file(r *storetest.County, path string, stage org.Stage, pupils ...uuid.UUID) uuid.UUID {
	r.T().Helper()
	one, err := r.TryFile(r.Graduation(path, stage, status.Graduated, pupils...))
	require.NoError(r.T(), err)
	return one.ID
}

// approve approves the open step of a list, and strikes pupils with it.
func approve(r *storetest.County, changeID uuid.UUID, who storetest.Person, strikes ...change.Strike) *change.Slip {
	r.T().Helper()
	at := r.Position(changeID)
	return r.Say(who, change.NewSlip{ChangeID: changeID, TaskID: at.Tasks[0], Step: at.Step, Round: at.Round, Verb: change.VerbApprove, Opinion: "同意",
		Body: change.SlipBody{Strike: strikes}})
}

// verdicts are the lines of a list in their order, as "verdict code reason".
func verdicts(r *storetest.County, changeID uuid.UUID) []string {
	r.T().Helper()
	return r.Texts(`SELECT concat_ws(' ', verdict, nullif(code, ''), nullif(reason, '')) FROM graduation_line WHERE change_id = $1 ORDER BY line_no`, changeID)
}

// A primary school graduates its sixth grade by its own decision: the pupils hold no seat
// and sit in no class, the history keeps which one it was, and the number stays.
func TestAPrimarySchoolGraduatesItsGrade(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, 3)
	fifth := r.PupilsOf(storetest.SchoolA, sixth+1, 1)[0]
	number := r.Text(`SELECT number_masked || encode(coalesce(number_hash, ''), 'hex') FROM student WHERE id = $1`, pupils[0])
	class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupils[0])
	r.At("2027-06-21")
	id := file(r, storetest.SchoolA, org.Primary)
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, id))
	require.Equal(t, change.SlipCounted, approve(r, id, r.Who(storetest.SchoolA, org.SchoolLeader)).Outcome)
	require.Equal(t, change.StatusEffective, r.Position(id).Status)
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM student WHERE id = ANY ($1) AND enrol_status = 'GRADUATED' AND NOT in_register AND NOT on_campus AND NOT holds_seat AND class_id IS NULL
		AND stage = 'PRIMARY' AND entry_year = 2021`, pupils))
	require.Zero(t, r.Count(`SELECT occupied FROM school_class WHERE id = $1`, class))
	require.Equal(t, number, r.Text(`SELECT number_masked || encode(coalesce(number_hash, ''), 'hex') FROM student WHERE id = $1`, pupils[0]))
	require.Equal(t, []string{"2027-06-21 " + class + " GRADUATED"},
		r.Texts(`SELECT effective_on || ' ' || (before ->> 'class_id') || ' ' || (after ->> 'enrol_status') FROM student_history WHERE student_id = $1 AND change_id = $2`, pupils[0], id))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, id))
	require.Equal(t, "ENROLLED", r.Text(`SELECT enrol_status FROM student WHERE id = $1`, fifth), "the grade below stays")
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := graduation.Graduates(tx.Tx, r.ID(storetest.SchoolA), 2027, uuid.Nil, 0, 2)
		require.NoError(t, err)
		require.Len(t, list, 2)
		rest, err := graduation.Graduates(tx.Tx, r.ID(storetest.SchoolA), 2027, list[1].ChangeID, list[1].LineNo, 2)
		require.Len(t, rest, 1)
		require.Equal(t, status.Graduated, rest[0].Conclusion)
		return err
	})
	r.MustIn(r.App, storetest.FarSchool, func(tx *change.Tx) error {
		list, err := graduation.Graduates(tx.Tx, r.ID(storetest.SchoolA), 2027, uuid.Nil, 0, 2)
		require.Empty(t, list, "another school sees none of them")
		_, unknown := graduation.Lines(tx, id, 0, 10)
		require.ErrorIs(t, unknown, refusal.New(refusal.NotFound))
		return err
	})
}

// A senior high graduates with the approval of its bureau, and each pupil with a conclusion
// of the list.
func TestASeniorHighNeedsItsBureau(t *testing.T) {
	r := storetest.New(t)
	senior := r.NewSchool(storetest.Bureau, "3452000111", office.NewGrade{Stage: org.Senior, EntryYear: 2024, Classes: 1, Capacity: 55})
	pupils := r.PupilsOf(senior, 2024, 3)
	r.At("2027-06-21")
	f := r.Graduation(senior, org.Senior, status.Graduated, pupils...)
	l, _ := f.Named.(graduation.List)
	l.Lines[1].Conclusion, l.Lines[2].Conclusion = status.Completed, status.Incomplete
	one, err := r.TryFile(f)
	require.NoError(t, err)
	approve(r, one.ID, r.Who(senior, org.SchoolLeader))
	require.Equal(t, change.StatusRunning, r.Position(one.ID).Status)
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM student WHERE enrol_status = 'ENROLLED' AND holds_seat`))
	require.Equal(t, change.SlipCounted, approve(r, one.ID, r.Who(storetest.Bureau, org.BureauReviewer)).Outcome)
	require.Equal(t, []string{"GRADUATED", "COMPLETED", "INCOMPLETE"},
		r.Texts(`SELECT s.enrol_status FROM graduation_line l JOIN student s ON s.id = l.student_id WHERE l.change_id = $1 ORDER BY l.line_no`, one.ID))
}

// Everything that stands against a list is told at once, each at its line.
func TestALineThatCannotGraduateIsTold(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, 3)
	fifth, other := r.PupilsOf(storetest.SchoolA, sixth+1, 1)[0], r.PupilsOf(storetest.SchoolB, sixth, 1)[0]
	r.Suspended(pupils[1], "2027-08-31")
	r.At("2027-05-31")
	list := r.Graduation(storetest.SchoolA, org.Primary, status.Graduated, pupils[0])
	require.Equal(t, []string{"graduation_closed "}, r.RefusedFiling(list))
	require.Equal(t, []string{"graduation_closed "}, r.RefusedFiling(r.Graduation(storetest.SchoolA, org.Primary, status.Graduated)), "for everybody, too")
	r.At("2027-06-21")
	r.File(process.OtherLeaving, pupils[2], nil)
	require.Equal(t, []string{
		"graduation_pupil /lines/3/student_id", "list_twice /lines/4/student_id", "graduation_conclusion /lines/0/conclusion",
		"state_forbids /lines/1/student_id", "graduation_conclusion /lines/1/conclusion", "graduation_conclusion /lines/2/conclusion", "graduation_grade /lines/5/student_id", "graduation_conclusion /lines/5/conclusion",
		"change_in_progress /lines/2/student_id",
	}, r.RefusedFiling(r.Graduation(storetest.SchoolA, org.Primary, status.Completed, pupils[0], pupils[1], pupils[2], other, pupils[0], fifth)))
	require.Equal(t, []string{"list_stage /lines/0/student_id"}, r.RefusedFiling(r.Graduation(storetest.SchoolA, org.Junior, status.Graduated, pupils[0])))
	require.Equal(t, []string{"graduation_nobody /everybody"}, r.RefusedFiling(r.Graduation(storetest.SchoolA, org.Junior, status.Graduated)))
	last := r.Graduation(storetest.SchoolA, org.Primary, status.Graduated, pupils[0])
	named, _ := last.Named.(graduation.List)
	named.Year++
	last.Named = named
	require.Equal(t, []string{"graduation_year /year"}, r.RefusedFiling(last))
	last.Named = nil
	last.Lines = []change.ListedPupil{{StudentID: pupils[0]}}
	require.Equal(t, []string{"graduation_list /lines"}, r.RefusedFiling(last), "a list of another kind")
}

// The preview names every pupil of the grade with what stands against the graduation; a list
// of everybody holds exactly those against whom nothing stands.
func TestThePreviewAgreesWithTheList(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, 5)
	fifth := r.PupilsOf(storetest.SchoolA, sixth+1, 1)[0]
	r.Suspended(pupils[1], "2027-08-31")
	r.Leaves(pupils[2])
	r.At("2027-06-21")
	r.File(process.OtherLeaving, pupils[3], nil)
	want := map[uuid.UUID]refusal.Code{pupils[1]: refusal.StateForbids, pupils[2]: refusal.StateForbids, pupils[3]: refusal.ChangeInProgress}
	var ready []string
	after := uuid.Nil
	for range 3 { // two at a time
		r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
			list, err := graduation.Candidates(tx.Tx, r.Office(storetest.SchoolA), org.Primary, after, 2)
			for _, one := range list {
				after = one.Pupil.ID
				require.NotEqual(t, fifth, after)
				if code, told := want[after]; told {
					require.Equal(t, code, one.Refusals[0].Code)
					continue
				}
				require.Empty(t, one.Refusals)
				require.NotEmpty(t, one.Class)
				ready = append(ready, after.String())
			}
			return err
		})
	}
	id := file(r, storetest.SchoolA, org.Primary)
	listed := r.Texts(`SELECT student_id::text FROM graduation_line WHERE change_id = $1`, id)
	slices.Sort(listed)
	slices.Sort(ready)
	require.Equal(t, ready, listed)
	require.Len(t, listed, 2)
}

// A reviewer strikes pupils with a reason, who are free at once; a list without pupils ends.
func TestPupilsAreStruckFromAGraduation(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, 3)
	r.At("2027-06-21")
	id := file(r, storetest.SchoolA, org.Primary, pupils...)
	leader := r.Who(storetest.SchoolA, org.SchoolLeader)
	s := approve(r, id, leader, change.Strike{StudentID: pupils[0]})
	require.Equal(t, "opinion_required", s.OutcomeCode)
	require.Equal(t, change.SlipCounted, approve(r, id, leader, change.Strike{StudentID: pupils[0], Reason: " 留级 "}).Outcome)
	require.Equal(t, []string{"STRUCK 留级", "GRADUATED", "GRADUATED"}, verdicts(r, id))
	require.Equal(t, "ENROLLED", r.Text(`SELECT enrol_status FROM student WHERE id = $1 AND holds_seat`, pupils[0]))
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		lines, err := graduation.Lines(tx, id, 0, 2)
		require.Len(t, lines, 2)
		require.Equal(t, []string{"留级", "南明区示例小学", r.Text(`SELECT name FROM student WHERE id = $1`, pupils[0])}, []string{lines[0].Reason, lines[0].By, lines[0].Subject.Name})
		return err
	})
	again := file(r, storetest.SchoolA, org.Primary, pupils[0])
	require.Equal(t, change.SlipCounted, approve(r, again, leader, change.Strike{StudentID: pupils[0], Reason: "留级"}).Outcome)
	require.Equal(t, "REFUSED ALL_STRUCK", r.Text(`SELECT status || ' ' || close_code FROM change WHERE id = $1`, again))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`))
}

// A pupil who cannot graduate at the last decision is struck with the code, and the others
// graduate (P85): one who died, whose death is being reported.
func TestTheListIsNotLostForOneLine(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, 3)
	r.At("2027-06-21")
	id := file(r, storetest.SchoolA, org.Primary, pupils...)
	death := r.File(process.Death, pupils[0], map[string]string{"event_date": "2027-06-20"})
	r.ApproveAll(death)
	require.Equal(t, []string{"STRUCK preempted", "LISTED", "LISTED"}, verdicts(r, id))
	reported := r.File(process.Death, pupils[1], map[string]string{"event_date": "2027-06-20"})
	approve(r, id, r.Who(storetest.SchoolA, org.SchoolLeader))
	require.Equal(t, []string{"STRUCK preempted", "STRUCK death_filed", "GRADUATED"}, verdicts(r, id))
	require.Equal(t, change.StatusEffective, r.Position(id).Status)
	r.ApproveAll(reported)
	require.Equal(t, []string{"DECEASED", "DECEASED", "GRADUATED"}, r.Texts(`SELECT s.enrol_status FROM graduation_line l JOIN student s ON s.id = l.student_id WHERE l.change_id = $1 ORDER BY l.line_no`, id))
}

// A list that was sent back comes in again with the stage and year that it had.
func TestAGraduationIsHandedInAgain(t *testing.T) {
	r := storetest.New(t)
	pupil := r.PupilsOf(storetest.SchoolA, sixth, 1)[0]
	r.At("2027-06-21")
	id := file(r, storetest.SchoolA, org.Primary, pupil)
	require.Equal(t, change.SlipCounted, r.Decide(id, r.Position(id).Tasks[0], change.VerbSendBack).Outcome)
	again := func(inputs map[string]string) string {
		at := r.Position(id)
		return r.Say(r.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round, Body: change.SlipBody{Inputs: inputs}}).OutcomeCode
	}
	require.Equal(t, "graduation_fixed", again(map[string]string{"stage": "PRIMARY", "year": "2028"}))
	require.Empty(t, again(map[string]string{"stage": "PRIMARY", "year": "2027", "remark": "名册已核对"}))
	r.ApproveAll(id)
	require.Equal(t, []string{"GRADUATED"}, verdicts(r, id))
}

// A graduation that was withdrawn or refused leaves the pupils as they were, and free.
func TestAWithdrawnGraduationLeavesThePupilsFree(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, 2)
	r.At("2027-06-21")
	id := file(r, storetest.SchoolA, org.Primary, pupils...)
	require.Equal(t, []string{"change_in_progress /lines/0/student_id", "change_in_progress /lines/1/student_id"},
		r.RefusedFiling(r.Graduation(storetest.SchoolA, org.Primary, status.Graduated, pupils...)))
	require.Equal(t, []string{"change_in_progress /student_id"}, r.RefusedFiling(r.Filing(process.OtherLeaving, pupils[0], map[string]string{"reason": "示例"})))
	s := r.Say(r.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbWithdraw, Step: -1})
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	second := file(r, storetest.SchoolA, org.Primary, pupils...)
	require.Equal(t, change.SlipCounted, r.Decide(second, r.Position(second).Tasks[0], change.VerbReject).Outcome)
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM student WHERE enrol_status = 'ENROLLED' AND holds_seat`))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`))
}

// A graduate of the own year is rolled back into a class of the grade (KT62); the graduation
// says which change undid it, and the pupil graduates again.
func TestAGraduationIsRolledBack(t *testing.T) {
	r := storetest.New(t)
	pupil := r.PupilsOf(storetest.SchoolA, sixth, 1)[0]
	class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil)
	first := r.Graduated(storetest.SchoolA, pupil)
	back := r.File(process.GraduationRollback, pupil, map[string]string{"class_id": class, "reason_code": "MISTAKE", "reason": "误办"})
	r.ApproveAll(back)
	require.Equal(t, "ENROLLED true "+class, r.Text(`SELECT enrol_status || ' ' || holds_seat || ' ' || class_id FROM student WHERE id = $1`, pupil))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM graduation_line WHERE change_id = $1 AND undone_by = $2`, first, back))
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := graduation.Graduates(tx.Tx, r.ID(storetest.SchoolA), 2027, uuid.Nil, 0, 2)
		require.Empty(t, list)
		return err
	})
	r.Graduated(storetest.SchoolA, pupil)
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM graduation_line WHERE student_id = $1`, pupil))
}

// The graduate of another school is no pupil to transfer: the school is told to have the
// graduation rolled back there first, and then it can (W16).
func TestAGraduateIsRolledBackThereAndThenTransferred(t *testing.T) {
	r := storetest.New(t)
	r.Policy(storetest.Province, `{"transfer_graduating": true}`)
	pupil := r.PupilsOf(storetest.SchoolA, sixth, 1)[0]
	class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil)
	r.Graduated(storetest.SchoolA, pupil)
	there := r.NewClass(storetest.SchoolB, sixth, 40).ID
	require.Equal(t, []string{"transfer_graduated /pupil"}, r.RefusedFiling(r.Receiving(process.Transfer, storetest.SchoolB, pupil, there)))
	r.ApproveAll(r.File(process.GraduationRollback, pupil, map[string]string{"class_id": class, "reason_code": "REPEAT", "reason": "复读"}))
	r.ApproveAll(r.Received(process.Transfer, storetest.SchoolB, pupil, there))
	require.Equal(t, storetest.SchoolB+" ENROLLED", r.Text(`SELECT org_path::text || ' ' || enrol_status FROM student WHERE id = $1`, pupil))
	again := r.Graduated(storetest.SchoolB, pupil)
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM graduation_line WHERE change_id = $1 AND verdict = 'GRADUATED' AND school_id = $2`, again, r.ID(storetest.SchoolB)))
}
