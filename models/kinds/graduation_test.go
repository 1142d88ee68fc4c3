package kinds_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
)

// backInto rolls the graduation of a pupil back into a class of the own school.
func backInto(r *storetest.County, pupil uuid.UUID, class string) uuid.UUID {
	r.T().Helper()
	id := r.File(process.GraduationRollback, pupil, map[string]string{"class_id": class, "reason_code": "MISTAKE"})
	r.ApproveAll(id)
	return id
}

// A mistaken graduation is rolled back and then struck: only the line of the pupil, and
// never before the roll-back, which the refusal names as the way out.
func TestAMistakenGraduationIsStruck(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, 2021, 2)
	class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupils[0])
	list := r.Graduated(storetest.SchoolA, pupils...)
	require.Equal(t, []string{"correction_not_undone /inputs/case_no"}, r.RefusedFiling(correction(r, pupils[0], list)))
	back := backInto(r, pupils[0], class)
	id := correct(r, pupils[0], list)
	r.ApproveAll(id)
	require.Equal(t, []string{pupils[0].String()}, r.Texts(`SELECT student_id::text FROM graduation_line WHERE struck_by = $1`, id))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change WHERE id = $1 AND struck_by = $2`, back, id))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change WHERE id = $1 AND struck_at IS NULL`, list), "the others have graduated")
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM student_history WHERE struck_by = $1`, id))
	require.Equal(t, []string{"ENROLLED", "GRADUATED"}, []string{enrol(r, pupils[0]), enrol(r, pupils[1])})
	require.Equal(t, []string{"correction_not_in_force /inputs/case_no"}, r.RefusedFiling(correction(r, pupils[0], list)), "twice")
	require.Equal(t, []string{"correction_not_undone /inputs/case_no"}, r.RefusedFiling(correction(r, pupils[1], list)), "of the other pupil it stands")
}

// A mistaken roll-back is undone by a graduation and struck with it.
func TestAMistakenRollbackIsStruck(t *testing.T) {
	r := storetest.New(t)
	pupil := r.PupilsOf(storetest.SchoolA, 2021, 1)[0]
	class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil)
	r.Graduated(storetest.SchoolA, pupil)
	back := backInto(r, pupil, class)
	require.Equal(t, []string{"correction_not_undone /inputs/case_no"}, r.RefusedFiling(correction(r, pupil, back)))
	again := r.Graduated(storetest.SchoolA, pupil)
	id := correct(r, pupil, back)
	r.ApproveAll(id)
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM graduation_line WHERE change_id = $1 AND struck_by = $2`, again, id))
	require.Equal(t, "GRADUATED", enrol(r, pupil))
}

// A struck death names the graduation from which it had taken the pupil.
func TestAStruckDeathNamesTheGraduation(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, 2021, 2)
	r.At("2027-06-21")
	list, err := r.TryFile(r.Graduation(storetest.SchoolA, org.Primary, status.Graduated, pupils...))
	require.NoError(t, err)
	death := r.File(process.Death, pupils[0], map[string]string{"event_date": "2027-06-20"})
	r.ApproveAll(death)
	id := correct(r, pupils[0], death)
	r.ApproveAll(id)
	require.Equal(t, []string{"ENDED"}, left(r, id))
	require.Equal(t, list.CaseNo, r.Text(`SELECT params ->> 'case' FROM change_event WHERE change_id = $1 AND verb = 'LEAVES'`, id))
	r.ApproveAll(list.ID)
	require.Equal(t, []string{"ENROLLED", "GRADUATED"}, []string{enrol(r, pupils[0]), enrol(r, pupils[1])})
	r.Graduated(storetest.SchoolA, pupils[0])
}

// A graduation holds its pupils against every other change, and every other change holds its
// pupil against a graduation; a death goes before both.
func TestAGraduationAndEveryOtherChangeHoldThePupil(t *testing.T) {
	r := storetest.New(t)
	r.Policy(storetest.Province, `{"retention_stages": ["PRIMARY"], "skip_stages": ["PRIMARY"], "last_term": [], "graduating_freeze": [], "transfer_graduating": true, "retention_last_grade": true}`)
	pupil := r.PupilsOf(storetest.SchoolA, 2021, 1)[0]
	r.At("2027-06-21")
	class := map[process.Kind]string{}
	for kind, year := range map[process.Kind]int{process.Retention: 2022} {
		class[kind] = r.NewClass(storetest.SchoolA, year, 40).ID.String()
	}
	others := map[process.Kind]map[string]string{
		process.Suspension:    {"reason_code": "10", "from_date": "2027-06-21", "until_date": "2027-12-31"},
		process.OtherLeaving:  {"reason": "示例"},
		process.Missing:       {"missing_since": "2027-06-01", "reason": "示例"},
		process.GoneAbroad:    {"leaves_on": "2027-06-21", "destination": "法国"},
		process.DropoutReport: {"absent_since": "2027-05-01", "reason": "示例"},
		process.Retention:     {"class_id": class[process.Retention], "reason": "示例"},
	}
	for kind, inputs := range others {
		other := r.File(kind, pupil, inputs)
		require.Equal(t, []string{"change_in_progress /lines/0/student_id"}, r.RefusedFiling(r.Graduation(storetest.SchoolA, org.Primary, status.Graduated, pupil)), kind)
		withdraw(r, storetest.SchoolA, other)
	}
	list, err := r.TryFile(r.Graduation(storetest.SchoolA, org.Primary, status.Graduated, pupil))
	require.NoError(t, err)
	for kind, inputs := range others {
		require.Equal(t, []string{"change_in_progress /student_id"}, r.RefusedFiling(r.Filing(kind, pupil, inputs)), kind)
	}
	named := r.Filing(process.KeyDataChange, pupil, map[string]string{"reason": "更名"})
	named.Values = map[string]string{"name": "样例新名"}
	require.Equal(t, []string{"change_in_progress /student_id"}, r.RefusedFiling(named))
	moved := r.Receiving(process.Transfer, storetest.SchoolB, pupil, r.NewClass(storetest.SchoolB, 2021, 40).ID)
	require.Equal(t, []string{"transfer_business_running /pupil"}, r.RefusedFiling(moved))
	death := r.File(process.Death, pupil, map[string]string{"event_date": "2027-06-20"})
	r.ApproveAll(death)
	require.Equal(t, "CLOSED PREEMPTED", r.Text(`SELECT status || ' ' || close_code FROM change WHERE id = $1`, list.ID), "nobody is left")
	require.Equal(t, "DECEASED", enrol(r, pupil))
}
