package kinds_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

func enrol(r *storetest.County, pupil uuid.UUID) string {
	r.T().Helper()
	return r.Text(`SELECT enrol_status || CASE WHEN dropout THEN ' DROPOUT' ELSE '' END FROM student WHERE id = $1`, pupil)
}

func sayDecide(r *storetest.County, id uuid.UUID, verb change.Verb) {
	r.T().Helper()
	s := r.Decide(id, r.Position(id).Tasks[0], verb)
	require.Equal(r.T(), change.SlipCounted, s.Outcome, s.OutcomeCode)
}

func withdraw(r *storetest.County, path string, id uuid.UUID) {
	r.T().Helper()
	s := r.Say(r.Who(path, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbWithdraw, Step: -1})
	require.Equal(r.T(), change.SlipCounted, s.Outcome, s.OutcomeCode)
}

// Every kind of the catalogue has a Work, and no Work belongs to no kind.
func TestEveryKindHasAWork(t *testing.T) {
	catalogue, err := process.Load()
	require.NoError(t, err)
	all := kinds.All()
	require.NoError(t, all.Check(catalogue.Kinds()))
	delete(all, process.Death)
	require.ErrorContains(t, all.Check(catalogue.Kinds()), "DEATH has no Work")
	all = kinds.All()
	all["NO_SUCH_KIND"] = change.RecordWork{}
	require.ErrorContains(t, all.Check(catalogue.Kinds()), "NO_SUCH_KIND is not in the catalogue")
	seen := map[string]bool{}
	for _, f := range kinds.Followers() {
		require.False(t, seen[f.Table], f.Table)
		seen[f.Table] = true
	}
	require.True(t, seen["guardian"] && seen["student_problem"], "tables of two subjects")
	require.Len(t, kinds.JobWorks(nil, nil), len(job.JobKinds()))
}

// A pupil leaves or stays away by a change of the own school. A rejected or withdrawn one
// writes nothing and frees the pupil; an approved one writes the state and its line.
func TestAPupilLeavesByADecision(t *testing.T) {
	r := storetest.New(t)
	senior := r.NewSchool(storetest.Bureau, "3452000111", office.NewGrade{Stage: org.Senior, EntryYear: 2025, Classes: 1, Capacity: 55})
	for _, row := range []struct {
		kind   process.Kind
		path   string
		inputs map[string]string
		state  string
		seat   bool
	}{
		{process.Suspension, storetest.SchoolA, nil, "SUSPENDED", false},
		{process.OtherLeaving, storetest.SchoolA, nil, "OTHER_LEFT", false},
		{process.Missing, storetest.SchoolA, map[string]string{"missing_since": "2026-11-02"}, "MISSING", false},
		{process.GoneAbroad, storetest.SchoolA, map[string]string{"leaves_on": "2026-11-20", "destination": "法国"}, "ABROAD", false},
		{process.DropoutReport, storetest.SchoolA, map[string]string{"absent_since": "2026-10-01"}, "ENROLLED DROPOUT", true},
		{process.Withdrawal, senior, map[string]string{"remark": "个人原因"}, "WITHDRAWN", false},
		{process.Expulsion, senior, map[string]string{"decided_on": "2026-11-02", "document_no": "示例字〔2026〕3号"}, "EXPELLED", false},
		{process.Death, storetest.SchoolA, map[string]string{"event_date": "2026-11-20"}, "DECEASED", false},
	} {
		year := 2024
		if row.path == senior {
			year = 2025
		}
		pupil := r.EnrolPupils(row.path, r.Items(row.path, year))[0]
		id := r.File(row.kind, pupil, row.inputs)
		sayDecide(r, id, change.VerbReject)
		withdraw(r, row.path, r.File(row.kind, pupil, row.inputs))
		require.Equal(t, "ENROLLED", enrol(r, pupil), row.kind)
		require.Zero(t, r.Count(`SELECT count(*) FROM slot`), row.kind)
		id = r.File(row.kind, pupil, row.inputs)
		require.Equal(t, 1, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, id), row.kind)
		sayDecide(r, id, change.VerbSendBack)
		at := r.Position(id)
		s := r.Say(r.Who(row.path, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round})
		require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
		r.ApproveAll(id)
		require.Equal(t, row.state, enrol(r, pupil), row.kind)
		require.Equal(t, 1, r.Count(`SELECT count(*) FROM student_history WHERE change_id = $1 AND kind = $2`, id, row.kind), row.kind)
		require.Equal(t, row.seat, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND holds_seat`, pupil) == 1, row.kind)
		require.Zero(t, r.Count(`SELECT count(*) FROM slot`), row.kind)
	}
}

// In the years of compulsory schooling nobody withdraws and nobody is expelled.
func TestCompulsorySchoolingForbidsLeaving(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	forbidden := []string{"stage_forbids /kind", "compulsory_forbids /kind"}
	require.Equal(t, forbidden, r.RefusedFiling(r.Filing(process.Withdrawal, pupil, map[string]string{"remark": "个人原因"})))
	require.Equal(t, forbidden,
		r.RefusedFiling(r.Filing(process.Expulsion, pupil, map[string]string{"reason": "示例", "decided_on": "2026-11-02", "document_no": "3"})))
}

// A suspension is extended and ends by the pupil's return into a class.
func TestASuspensionIsExtendedAndEnds(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	require.Equal(t, []string{"state_forbids /student_id"}, r.RefusedFiling(r.Filing(process.SuspensionExtension, pupil, map[string]string{"until_date": "2027-08-31", "reason": "示例"}))[:1])
	r.Suspended(pupil, "2027-05-31")
	r.At("2027-05-10")
	r.ApproveAll(r.File(process.SuspensionExtension, pupil, map[string]string{"until_date": "2027-10-31"}))
	require.Equal(t, "2027-10-31 1", r.Text(`SELECT until_date || ' ' || extended FROM suspension WHERE student_id = $1`, pupil))
	class := r.NewClass(storetest.SchoolA, 2025, 40)
	r.ApproveAll(r.File(process.Reinstatement, pupil, map[string]string{"class_id": class.ID.String(), "cohort": "ONE_BEHIND"}))
	require.Equal(t, "ENROLLED", enrol(r, pupil))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM suspension WHERE student_id = $1 AND ended_on = '2027-05-10'`, pupil))
	require.Equal(t, class.ID.String(), r.Text(`SELECT class_id::text FROM student WHERE id = $1 AND entry_year = 2025`, pupil))
}

// A dropout comes back, after the first day of the absence that was reported.
func TestADropoutComesBackAfterTheAbsence(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	back := func(on string) change.Filing {
		return r.Filing(process.DropoutReturn, pupil, map[string]string{"returned_on": on})
	}
	require.Equal(t, []string{"dropout_not /student_id"}, r.RefusedFiling(back("2026-11-19")))
	rejected := r.File(process.DropoutReport, pupil, map[string]string{"absent_since": "2026-09-07"})
	sayDecide(r, rejected, change.VerbReject)
	r.ApproveAll(r.File(process.DropoutReport, pupil, map[string]string{"absent_since": "2026-10-01"}))
	for on, want := range map[string]string{"2026-10-01": "day_too_early /inputs/returned_on", "2026-11-21": "day_ahead /inputs/returned_on"} {
		require.Equal(t, []string{want}, r.RefusedFiling(back(on)), on)
	}
	one, err := r.TryFile(back("2026-10-02"))
	require.NoError(t, err)
	r.ApproveAll(one.ID)
	require.Equal(t, "ENROLLED", enrol(r, pupil))
}

// A return by mistake that a new report undid is struck with it: the first day of the old
// absence counts again.
func TestTheOldAbsenceCountsWhenItsEndIsStruck(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	r.ApproveAll(r.File(process.DropoutReport, pupil, map[string]string{"absent_since": "2026-10-01"}))
	mistake := r.File(process.DropoutReturn, pupil, map[string]string{"returned_on": "2026-10-12"})
	r.ApproveAll(mistake)
	r.At("2027-01-15")
	r.ApproveAll(r.File(process.DropoutReport, pupil, map[string]string{"absent_since": "2026-11-10"}))
	back := r.Filing(process.DropoutReturn, pupil, map[string]string{"returned_on": "2026-10-20"})
	require.Equal(t, []string{"day_too_early /inputs/returned_on"}, r.RefusedFiling(back))
	r.ApproveAll(correct(r, pupil, mistake))
	one, err := r.TryFile(back)
	require.NoError(t, err)
	r.ApproveAll(one.ID)
	require.Equal(t, "ENROLLED", enrol(r, pupil))
}

// A death that is reported after its term is noted, never refused.
func TestALateReportOfADeathIsNoted(t *testing.T) {
	r := storetest.New(t)
	pupils := r.Pupils(storetest.SchoolA, 2)
	late, early := r.File(process.Death, pupils[0], map[string]string{"event_date": "2026-09-10"}), r.File(process.Death, pupils[1], map[string]string{"event_date": "2026-11-20"})
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'FILED_LATE' AND params ? 'last_day'`, late))
	require.Zero(t, r.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'FILED_LATE'`, early))
}

// A death is filed beside the change that holds the pupil, once. The other change waits for
// it: it ends with the death, and goes on when the death was rejected.
func TestADeathGoesBeforeEveryOtherChange(t *testing.T) {
	r := storetest.New(t)
	pupils := r.Pupils(storetest.SchoolA, 2)
	for i, pupil := range pupils {
		suspension := r.File(process.Suspension, pupil, nil)
		death := r.File(process.Death, pupil, map[string]string{"event_date": "2026-11-20"})
		require.Equal(t, []string{"death_filed /student_id"}, r.RefusedFiling(r.Filing(process.Death, pupil, map[string]string{"event_date": "2026-11-20"})))
		s := r.Commit(r.HandInLast(suspension))
		require.Equal(t, []string{change.SlipRefused, "death_filed"}, []string{s.Outcome, s.OutcomeCode})
		if i == 0 {
			sayDecide(r, death, change.VerbReject)
			r.ApproveAll(suspension)
			require.Equal(t, "SUSPENDED", enrol(r, pupil))
			continue
		}
		r.ApproveAll(death)
		require.Equal(t, "DECEASED", enrol(r, pupil))
		require.Equal(t, "PREEMPTED", r.Text(`SELECT close_code FROM change WHERE id = $1`, suspension))
	}
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`))
}
