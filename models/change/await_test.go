package change_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// A change that is approved for a later day waits for it, holds its pupil, and is in force
// as of that day, also when the worker comes late.
func TestAnApprovedChangeWaitsForItsDay(t *testing.T) {
	c := newCounty(t)
	pupil := c.Pupil(storetest.SchoolA)
	id := c.ahead(pupil, "2026-12-10")
	p := c.Position(id)
	require.Equal(t, []any{"2026-12-10", process.ActAwaitDay, process.Act(""), false}, []any{p.EffectiveOn.String(), p.Automatic, p.Act, p.OnHold})
	require.Equal(t, "ENROLLED", c.enrolment(pupil))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(id, "APPROVED_AHEAD"))
	slip := c.Text(`SELECT id::text FROM slip WHERE change_id = $1 ORDER BY created_at DESC LIMIT 1`, id)
	c.MustIn(c.App, storetest.Bureau, func(tx *change.Tx) error {
		s, err := tx.ReadSlip(uuid.MustParse(slip))
		require.Equal(t, "2026-12-10", s.EffectiveOn.String(), "the last approval says when")
		return err
	})
	require.Equal(t, []string{"waits_for_day "}, c.refused(c.Who(storetest.City, org.BureauHead), about(id, change.VerbSupervise)))
	_, err := c.TryFile(c.Filing(process.OtherLeaving, pupil, map[string]string{"reason": "随迁"}))
	require.Contains(t, told(t, err), "change_ahead /student_id")
	_, err = c.TryFile(c.Filing(process.Reinstatement, pupil, map[string]string{}))
	require.Equal(t, []string{"not_begun /student_id"}, told(t, err), "what would undo it says to withdraw")

	beside := c.keyed(pupil, map[string]string{"name": "样例改"}) // takes nothing from it
	_, err = c.TryFile(func() change.Filing {
		f := c.Filing(process.KeyDataChange, pupil, map[string]string{"reason": "再改"})
		f.Values = map[string]string{"name": "样例再改"}
		return f
	}())
	require.Contains(t, told(t, err), "change_in_progress /student_id", "a third one finds no slot")
	c.ApproveAll(beside)
	require.Equal(t, "样例改", c.Text(`SELECT name FROM student WHERE id = $1`, pupil))

	c.worker(func(tx *change.Tx) error { return tx.SendDueReminders(id) })
	c.At("2026-12-14")
	require.Equal(t, process.ActAwaitDay, c.Position(id).Act)
	c.Perform(id)
	require.Equal(t, "SUSPENDED", c.enrolment(pupil))
	require.Equal(t, "2026-12-10", c.Text(`SELECT effective_on::text FROM student_history WHERE change_id = $1`, id))
	require.Equal(t, []string{"FILED", "APPROVE", "APPROVE", "APPROVED_AHEAD", "PASSED"}, c.events(id))
}

// The applicant withdraws until the day, and the change was never in force.
func TestAnApprovedChangeIsWithdrawnBeforeItsDay(t *testing.T) {
	c := newCounty(t)
	pupil := c.Pupil(storetest.SchoolA)
	id := c.ahead(pupil, "2026-12-10")
	c.says(c.Who(storetest.SchoolA, org.SchoolRegistrar), about(id, change.VerbWithdraw))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'WITHDRAWN' AND effective_on IS NULL`, id))
	c.leaving(pupil)
}

// On its day a change is on hold while a death is being reported. It goes on when the
// report is withdrawn.
func TestAChangeIsOnHoldWhileADeathIsReported(t *testing.T) {
	c := newCounty(t)
	pupil := c.Pupil(storetest.SchoolA)
	id := c.ahead(pupil, "2026-12-10")
	death := c.File(process.Death, pupil, map[string]string{"event_date": "2026-11-20"})
	c.At("2026-12-10")
	for range 2 { // the line is written once
		c.Perform(id)
		require.True(t, c.Position(id).OnHold)
		require.Equal(t, process.Act(""), c.Position(id).Act)
		c.Advance(24 * hour)
	}
	require.Equal(t, []string{"death_filed"}, c.Texts(`SELECT params ->> 'refusal' FROM change_event WHERE change_id = $1 AND verb = 'ON_HOLD'`, id))
	c.Perform(id)
	c.says(c.Who(storetest.SchoolA, org.SchoolRegistrar), about(death, change.VerbWithdraw))
	require.Equal(t, process.ActAwaitDay, c.Position(id).Act, "the end of the report wakes it")
	c.Perform(id)
	require.Equal(t, "SUSPENDED", c.enrolment(pupil))
	require.Equal(t, "2026-12-10", c.Text(`SELECT effective_on::text FROM student_history WHERE change_id = $1`, id), "as of its day")
}

// When the record cannot take the change on its day, the office that decided last decides
// again. That is no refusal.
func TestADayThatFailsReopensTheLastDecision(t *testing.T) {
	c := newCounty(t)
	pupil := c.Pupil(storetest.SchoolA)
	id := c.ahead(pupil, "2026-12-10")
	c.Legacy(`UPDATE student SET enrol_status = 'MISSING', on_campus = false, holds_seat = false WHERE id = $1`, pupil) // a fault outside of the register: no other change is filed meanwhile
	c.At("2026-12-10")
	c.Perform(id)
	p := c.Position(id)
	require.Equal(t, []any{"BUREAU_APPROVAL", 2, change.StatusRunning}, []any{p.Stage, p.Round, p.Status})
	require.Equal(t, change.ObstacleNotApplied, c.Text(`SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, id))
	require.Equal(t, []string{storetest.Bureau + " BUREAU_REVIEWER", storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(id, change.EventNotApplied))
	require.Zero(t, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND effective_on IS NOT NULL`, id))
	c.says(c.Who(storetest.Bureau, org.BureauReviewer), c.on(id, change.VerbReject))
	require.Equal(t, "REFUSED", c.status(id))
}

// A reported death goes before every running change. In force, it ends them; nothing else
// is filed meanwhile.
func TestADeathGoesBeforeOtherBusiness(t *testing.T) {
	c := newCounty(t)
	pupil, bystander := c.Pupil(storetest.SchoolA), c.leaving(c.Pupil(storetest.SchoolA))
	running := c.leaving(pupil)
	death := c.File(process.Death, pupil, map[string]string{"event_date": "2026-11-20"})
	_, err := c.TryFile(c.Filing(process.Death, pupil, map[string]string{"event_date": "2026-11-20"}))
	require.Contains(t, told(t, err), "death_filed /student_id", "one report is enough")
	_, err = c.TryFile(c.transfer(process.Transfer, pupil, storetest.SchoolB))
	require.NotEmpty(t, told(t, err))
	last := c.HandInLast(running)
	require.Equal(t, []string{"death_filed "}, c.uncounted(last), "it cannot take effect now")
	c.ApproveAll(death)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'CLOSED' AND close_code = 'PREEMPTED' AND closed_by IS NULL`, running))
	require.Equal(t, "preempted", c.Text(`SELECT params ->> 'refusal' FROM change_event WHERE change_id = $1 AND verb = 'PREEMPTED'`, running))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(running, "ENDED_PREEMPTED"))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM outbox WHERE change_id = $1`, running), "its workflow is told")
	require.Equal(t, "RUNNING", c.status(bystander))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM slot`), "that of the bystander")
	c.worker(func(tx *change.Tx) error { return tx.EndBySystem(running, change.EndedByDeath) })
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'PREEMPTED'`, running), "once")
}

// A death takes its pupil out of a list, and ends the list when no pupil is left.
func TestADeathTakesOnePupilOutOfAList(t *testing.T) {
	c := newCounty(t)
	id, pupils := c.waitingList(2)
	for i, pupil := range pupils {
		c.ApproveAll(c.File(process.Death, pupil, map[string]string{"event_date": "2026-11-20"}))
		require.Equal(t, 1-i, c.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, id))
		require.Equal(t, 1-i, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'RUNNING'`, id))
	}
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM change_line WHERE verdict = 'STRUCK' AND code = 'preempted'`))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'CLOSED' AND close_code = 'PREEMPTED'`, id))
}

// An arbitration keeps the contested transfer from taking effect. It is decided for the
// school that asked, and ends the other claim.
func TestAnArbitrationEndsTheOtherClaim(t *testing.T) {
	c := newCounty(t)
	pupil := c.Pupil(storetest.FarSchool)
	claimed := c.files(c.transfer(process.Transfer, pupil, storetest.SchoolB))
	id := c.files(c.transfer(process.Arbitration, pupil, storetest.SchoolA))
	_, err := c.TryFile(c.transfer(process.Arbitration, pupil, storetest.SchoolA))
	require.NotEmpty(t, told(t, err))
	last := c.HandInLast(claimed)
	require.Equal(t, []string{"arbitration_running "}, c.uncounted(last))
	c.Approve(id) // the leader of the school that asks
	statement := c.on(id, change.VerbApprove)
	registrar := c.Who(storetest.SchoolB, org.SchoolRegistrar)
	require.Equal(t, []string{"required /inputs/position"}, c.refused(registrar, statement))
	reject := c.on(id, change.VerbReject)
	require.Equal(t, []string{"statement_only "}, c.refused(registrar, reject), "it states, and decides nothing")
	statement.Body.Inputs = map[string]string{"position": "MAINTAIN"}
	waiver, foreign := c.Paper(storetest.SchoolB, "OTHER_PROOF"), c.Paper(storetest.SchoolA, "OTHER_PROOF")
	statement.Body.Evidence = append(statement.Body.Evidence, waiver, foreign)
	require.Equal(t, []string{"evidence_unknown /evidence/1"}, c.refused(registrar, statement))
	statement.Body.Evidence = statement.Body.Evidence[:1]
	c.says(registrar, statement)
	require.Equal(t, "MAINTAIN", c.Text(`SELECT inputs ->> 'position' FROM change WHERE id = $1`, id))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change_revision WHERE change_id = $1 AND step_no = 2`, id), "what the step filled in is kept")
	judge := c.on(id, change.VerbApprove)
	judge.Opinion = ""
	reviewer := c.Who(storetest.Bureau, org.BureauReviewer)
	require.Equal(t, storetest.Bureau, c.Text(`SELECT office_path::text FROM step WHERE change_id = $1 AND status = 'OPEN'`, id), "the lowest bureau above both claims")
	require.Equal(t, []string{"opinion_required /opinion"}, c.refused(reviewer, judge))
	judge.Opinion = "实际就读"
	c.says(reviewer, judge)
	require.Equal(t, "EFFECTIVE", c.status(id))
	require.Equal(t, "ARBITRATED", c.Text(`SELECT close_code FROM change WHERE id = $1`, claimed))
}

// The approval of a correction tells its person what came of it.
func TestACorrectionTellsItsAftermath(t *testing.T) {
	c := newCounty(t)
	pupil := c.Pupil(storetest.SchoolA)
	running := c.leaving(pupil)
	death := c.File(process.Death, pupil, map[string]string{"event_date": "2026-11-20"})
	c.ApproveAll(death)
	id := c.File(process.ChangeCorrection, pupil, map[string]string{"case_no": c.Text(`SELECT case_no FROM change WHERE id = $1`, death), "reason": "误办"})
	last := c.HandInLast(id)
	require.True(t, last.Tells, "its result has more to say than its outcome")
	c.Commit(last)
	require.Equal(t, "EFFECTIVE", c.status(id))
	require.Equal(t, "ENROLLED", c.enrolment(pupil))
	require.Equal(t, "CLOSED", c.status(running), "what was ended is filed again")
	c.worker(func(tx *change.Tx) error {
		s, err := tx.ReadSlip(last.ID)
		require.NotEmpty(t, s.Aftermath())
		return err
	})
	require.Empty(t, (&change.Slip{}).Aftermath())
}

// Each ending by the system has its own reason.
func TestEndingsBySystemAreExplained(t *testing.T) {
	for code, want := range map[string]refusal.Code{
		change.EndedByDeath: refusal.Preempted, change.EndedByArbitration: refusal.Arbitrated, change.EndedByClearing: refusal.Cleared, change.EndedWithoutClaim: refusal.Moot,
	} {
		require.Equal(t, want, change.RefusalOfEnding(code).Code)
	}
}
