package change_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// Each step is approved by its own people; the last approval changes the record, frees the
// pupil and tells the school.
func TestAChangeIsApprovedStepByStep(t *testing.T) {
	c := newCounty(t)
	leader, reviewer := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.Bureau, org.BureauReviewer)
	pupil := c.Pupil(storetest.SchoolA)
	id := c.leaving(pupil)
	first := c.on(id, change.VerbApprove)
	require.Equal(t, []string{"not_your_step "}, c.refused(reviewer, first))
	c.says(leader, first)
	require.Equal(t, []string{"already_decided "}, c.refused(leader, first))
	require.Equal(t, "BUREAU_APPROVAL", c.Position(id).Stage)
	require.Equal(t, []string{"not_your_step "}, c.refused(leader, c.on(id, change.VerbApprove)))
	last := c.on(id, change.VerbApprove)
	slip := c.says(reviewer, last)
	again := c.Commit(slip)
	require.Equal(t, change.SlipCounted, again.Outcome, "a second commit returns the first result")

	require.Equal(t, "EFFECTIVE", c.status(id))
	require.Equal(t, "OTHER_LEFT", c.Text(`SELECT enrol_status FROM student WHERE id = $1`, pupil))
	require.Equal(t, []string{"FILED", "APPROVE", "APPROVE"}, c.events(id))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM decision WHERE change_id = $1 AND verdict = 'APPROVE' AND opinion = '意见'`, id))
	require.Zero(t, c.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, id))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(id, "ENDED_EFFECTIVE"))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND closed_by = $2 AND close_code = 'APPROVE' AND effective_on = '2026-11-20'`, id, reviewer.ID))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM step WHERE change_id = $1 AND status = 'DONE' AND closed_at IS NOT NULL`, id))
	require.Equal(t, []string{"already_decided "}, c.refused(reviewer, last))
	require.Equal(t, []string{"change_closed "}, c.refused(c.Who(storetest.SchoolA, org.SchoolRegistrar), about(id, change.VerbWithdraw)))
	c.worker(func(tx *change.Tx) error {
		require.Equal(t, []string{"change_closed "}, told(t, tx.RefusalIfEnded(id)))
		_, err := tx.CommitSlip(id, uuid.New())
		require.Equal(t, []string{"not_found "}, told(t, err))
		return nil
	})
}

// A verdict brings what it needs and nothing else.
func TestADecisionIsRefusedWithItsReasons(t *testing.T) {
	c := newCounty(t)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	other := c.leaving(c.Pupil(storetest.SchoolA))
	for name, row := range map[string]struct {
		slip func() change.NewSlip
		want []string
	}{
		"a rejection without an opinion": {func() change.NewSlip { w := c.on(id, change.VerbReject); w.Opinion = ""; return w }, []string{"opinion_required /opinion"}},
		"back to the own step":           {func() change.NewSlip { return c.back(id, 1, false) }, []string{"no_such_step /send_back_to"}},
		"back to before the beginning":   {func() change.NewSlip { return c.back(id, -1, false) }, []string{"no_such_step /send_back_to"}},
		"a rejection with a form": {func() change.NewSlip {
			w := c.on(id, change.VerbReject)
			w.Body.Inputs, w.Body.Evidence = map[string]string{"a": "b"}, c.Filing(process.OtherLeaving, c.PupilOf(id), nil).Evidence
			return w
		}, []string{"input_unknown /inputs", "evidence_unknown /evidence"}},
		"an approval that sends back": {func() change.NewSlip {
			w := c.back(id, 1, true)
			w.Verb = change.VerbApprove
			return w
		}, []string{"input_unknown /send_back_to", "input_unknown /returns"}},
		"an approval with a form nobody asks for": {func() change.NewSlip {
			w := c.on(id, change.VerbApprove)
			w.Body.Inputs = map[string]string{"reason": "别的"}
			return w
		}, []string{"input_unknown /inputs/reason"}},
		"an approval with papers": {func() change.NewSlip {
			w := c.on(id, change.VerbApprove)
			w.Body.Evidence = c.Filing(process.OtherLeaving, c.PupilOf(id), nil).Evidence
			return w
		}, []string{"evidence_unknown /evidence"}},
		"a line struck where none is": {func() change.NewSlip {
			w := c.on(id, change.VerbApprove)
			w.Body.Strike = []change.Strike{{StudentID: c.PupilOf(id), Reason: "随迁"}}
			return w
		}, []string{"strike_not_here /strike"}},
		"the task of another change": {func() change.NewSlip { w := c.on(id, change.VerbApprove); w.TaskID = c.task(other); return w }, []string{"not_found /task_id"}},
		"an unknown verb":            {func() change.NewSlip { return about(id, "BOGUS") }, []string{"invalid_input /verdict"}},
	} {
		require.Equal(t, row.want, c.refused(leader, row.slip()), name)
	}
	require.Equal(t, "RUNNING", c.status(id))
	require.Zero(t, c.Count(`SELECT count(*) FROM decision WHERE change_id = $1`, id), "nothing was counted")
	require.Equal(t, []string{"FILED"}, c.events(id))
}

// A rejection ends the change and leaves the record as it was.
func TestARejectionEndsTheChange(t *testing.T) {
	c := newCounty(t)
	pupil := c.Pupil(storetest.SchoolA)
	id := c.leaving(pupil)
	c.says(c.Who(storetest.SchoolA, org.SchoolLeader), c.on(id, change.VerbReject))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'REFUSED' AND close_code = 'REJECT' AND effective_on IS NULL`, id))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM student WHERE id = $1 AND enrol_status = 'ENROLLED' AND version = 1`, pupil))
	require.Zero(t, c.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, id))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(id, "ENDED_REFUSED"))
}

// bureauRenames files a change of a pupil's name by the bureau, and does the automatic step of
// it. It returns the change, which waits for a second person of the bureau.
func (c *county) bureauRenames() uuid.UUID {
	c.T().Helper()
	c.Policy(storetest.Province, `{"bureau_files": ["KEY_DATA_CHANGE"]}`)
	f := c.Filing(process.KeyDataChange, c.Pupil(storetest.SchoolA), map[string]string{"reason": "更名"})
	f.Office, f.Values = c.Office(storetest.Bureau), map[string]string{"name": "样例改"}
	f.Evidence[0] = c.Paper(storetest.Bureau, "IDENTITY_PROOF")
	id := c.files(f)
	c.Perform(id)
	return id
}

// Who hands a change in does not review it, though the role would fit.
func TestWhoFilesDoesNotReview(t *testing.T) {
	c := newCounty(t)
	id := c.bureauRenames()
	require.Equal(t, change.ObstacleNobody, c.Text(`SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, id), "there is one reviewer, and that one filed")
	require.Equal(t, []string{storetest.Bureau + " BUREAU_HEAD", storetest.Bureau + " BUREAU_SYSADMIN"}, c.heard(id, change.ObstacleNobody))
	require.Equal(t, []string{"own_filing "}, c.refused(c.Who(storetest.Bureau, org.BureauReviewer), c.on(id, change.VerbApprove)))
	second, _ := c.Hire(storetest.Bureau, org.BureauReviewer)
	c.worker(func(tx *change.Tx) error { return tx.RefreshObstacles() })
	require.Empty(t, c.Text(`SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, id))
	c.says(second, c.on(id, change.VerbApprove))
	require.Equal(t, "EFFECTIVE", c.status(id))
}

// Nor does the person who hands it in again: a step that only the two could decide says so
// when it opens.
func TestWhoHandsInAgainDoesNotReview(t *testing.T) {
	c := newCounty(t)
	second, _ := c.Hire(storetest.Bureau, org.BureauReviewer)
	id := c.bureauRenames()
	require.Empty(t, c.Text(`SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, id))
	c.says(second, c.on(id, change.VerbSendBack))
	at := c.Position(id)
	c.says(second, change.NewSlip{ChangeID: id, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round,
		Body: change.SlipBody{Form: true, Inputs: map[string]string{"reason": "更正"}}})
	c.Perform(id)
	require.Equal(t, change.ObstacleNobody, c.Text(`SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, id), "one filed, one handed in again")
	require.Equal(t, []string{"own_filing "}, c.refused(second, c.on(id, change.VerbApprove)))
}

// Where a province wants another person at every step, nobody approves two of them.
func TestOnePersonDoesNotApproveTwoSteps(t *testing.T) {
	c := newCounty(t)
	c.Policy(storetest.Province, `{"same_person": "FORBID", "chains": {"OTHER_LEAVING": {"*": [`+step("ONE", "SCHOOL", "SCHOOL_LEADER", "")+`, `+step("TWO", "SCHOOL", "SCHOOL_LEADER", "")+`]}}}`)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	c.says(leader, c.on(id, change.VerbApprove))
	require.Equal(t, []string{"same_person "}, c.refused(leader, c.on(id, change.VerbApprove)))
	require.Equal(t, change.ObstacleNobody, c.Text(`SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, id))
	other, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	c.says(other, c.on(id, change.VerbApprove))
	require.Equal(t, "EFFECTIVE", c.status(id))
}

// Two people decide one task at the same time: the first one counts, the second one learns
// who was faster. Slips about other matters of the step wait in vain, too.
func TestTheFasterOfTwoDecidesTheTask(t *testing.T) {
	c := newCounty(t)
	second, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	leader, registrar := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.SchoolRegistrar)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	one, err := c.handsIn(leader, c.on(id, change.VerbApprove))
	require.NoError(t, err)
	two, err := c.handsIn(second, c.on(id, change.VerbReject))
	require.NoError(t, err)
	claim, err := c.handsIn(second, c.on(id, change.VerbClaim))
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{one.ID, two.ID, claim.ID}, c.Position(id).Slips, "oldest first")
	require.Equal(t, change.SlipCounted, c.Commit(one).Outcome)
	require.Equal(t, []string{"already_decided "}, c.uncounted(two))
	require.Equal(t, []string{"already_decided "}, c.uncounted(claim))
	require.Empty(t, c.Position(id).Slips)

	withdrawal, err := c.handsIn(registrar, about(id, change.VerbWithdraw))
	require.NoError(t, err)
	approval, err := c.handsIn(c.Who(storetest.Bureau, org.BureauReviewer), c.on(id, change.VerbApprove))
	require.NoError(t, err)
	require.Equal(t, change.SlipCounted, c.Commit(withdrawal).Outcome)
	require.Equal(t, []string{"change_closed "}, c.uncounted(approval))
	require.Equal(t, "WITHDRAWN", c.status(id))
}

// A slip is handed in once for a key.
func TestASlipIsHandedInOnce(t *testing.T) {
	c := newCounty(t)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	w := c.on(id, change.VerbApprove)
	w.Key = "approve-0001"
	one, err := c.handsIn(leader, w)
	require.NoError(t, err)
	two, err := c.handsIn(leader, w)
	require.NoError(t, err)
	require.Equal(t, one.ID, two.ID)
	require.Equal(t, change.SlipCounted, c.Commit(one).Outcome)
	late, err := c.handsIn(leader, w)
	require.NoError(t, err, "also when the task is decided")
	require.Equal(t, change.SlipCounted, late.Outcome)
	w.Hash = []byte("another body")
	require.Equal(t, []string{"idempotency_key_reused "}, c.refused(leader, w))
	w.ChangeID = c.leaving(c.Pupil(storetest.SchoolA))
	w.TaskID = c.task(w.ChangeID)
	require.Equal(t, []string{"idempotency_key_reused "}, c.refused(leader, w))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM slip WHERE change_id = $1`, id))
}

// The record cannot take a change any more: the last approval is refused with the reason,
// everybody learns why, and the step stays open.
func TestTheLastApprovalIsRefusedWhenTheRecordCannotTakeTheChange(t *testing.T) {
	c := newCounty(t)
	pupil, mover := c.Pupil(storetest.SchoolB), c.Pupil(storetest.SchoolB)
	class := c.NewClass(storetest.SchoolA, 2024, 1)
	into := func(pupil uuid.UUID) uuid.UUID {
		f := c.transfer(process.Transfer, pupil, storetest.SchoolA)
		f.Inputs["class_id"] = class.ID.String()
		return c.files(f)
	}
	first, second := into(pupil), into(mover)
	c.ApproveAll(first)
	last := c.HandInLast(second)
	require.Equal(t, []string{"class_full /inputs/class_id"}, c.uncounted(last))
	require.Equal(t, "RUNNING", c.status(second))
	require.Equal(t, change.ObstacleNotApplied, c.Text(`SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, second))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(second, change.EventNotApplied))
	require.Equal(t, "class_full", c.Text(`SELECT params ->> 'refusal' FROM change_event WHERE change_id = $1 AND verb = 'NOT_APPLIED'`, second))
	c.Resize(class.ID, 2)
	c.ApproveAll(second)
	require.Equal(t, 2, c.Count(`SELECT occupied FROM school_class WHERE id = $1`, class.ID))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM departure d JOIN handover h USING (change_id, student_id) WHERE d.to_school_id = $1`, c.ID(storetest.SchoolA)))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR", storetest.SchoolB + " SCHOOL_REGISTRAR"}, c.heard(second, "ENDED_EFFECTIVE"))
}
