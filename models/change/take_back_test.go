package change_test

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

// A seat that was taken back and opened again has a higher number than the seats added to
// it. In the order of numbers their parent would not exist yet.
func TestAddedSeatsAreWrittenAfterTheirParents(t *testing.T) {
	one, two, three, four := store.NewID(), store.NewID(), store.NewID(), store.NewID()
	var got []uuid.UUID
	for _, s := range change.ParentsFirst([]change.Seat{{ID: one, ParentID: &two}, {ID: two, ParentID: &four}, {ID: three, ParentID: &one}, {ID: four}}) {
		got = append(got, s.ID)
	}
	require.Equal(t, []uuid.UUID{four, two, one, three}, got)
}

// A decision is taken back (取回) while nobody has decided on the basis of it. The step
// opens again in a new round, with its old deadline, for the same person.
func TestADecisionIsTakenBack(t *testing.T) {
	c := newCounty(t)
	leader, reviewer := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.Bureau, org.BureauReviewer)
	second, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	require.Equal(t, []string{"nothing_to_take_back "}, c.refused(leader, about(id, change.VerbTakeBack)))
	due := c.Position(id).DueAt
	c.says(leader, c.on(id, change.VerbApprove))
	c.Advance(24 * hour)
	require.Equal(t, []string{"nothing_to_take_back "}, c.refused(second, about(id, change.VerbTakeBack)), "another person decided")
	c.says(leader, about(id, change.VerbTakeBack))
	p := c.Position(id)
	require.Equal(t, []any{1, 2, "LEADER_REVIEW"}, []any{p.Step, p.Round, p.Stage})
	require.True(t, due.Equal(p.DueAt), "no new days")
	require.Equal(t, leader.ID.String()+" CLAIMED", c.holder(c.task(id)))
	require.Equal(t, []string{storetest.Bureau + " BUREAU_REVIEWER"}, c.heard(id, "TAKE_BACK"))
	require.Equal(t, "TAKEN_BACK", c.Text(`SELECT k.status FROM decision d JOIN task k ON k.id = d.task_id WHERE d.change_id = $1`, id), "the decision stays in the records")

	c.says(leader, c.on(id, change.VerbApprove))
	c.says(reviewer, c.back(id, 1, false))
	require.Equal(t, []string{"next_has_acted "}, c.refused(leader, about(id, change.VerbTakeBack)))
	c.says(reviewer, about(id, change.VerbTakeBack))
	require.Equal(t, "BUREAU_APPROVAL", c.Position(id).Stage, "a send-back is taken back, too")
	c.says(reviewer, c.on(id, change.VerbApprove))
	require.Equal(t, "EFFECTIVE", c.status(id))
	require.Equal(t, []string{"change_closed "}, c.refused(reviewer, about(id, change.VerbTakeBack)))
}

// At a shared step that is open a verdict is taken back alone; the others stay.
func TestOneVerdictOfSeveralIsTakenBack(t *testing.T) {
	c := newCounty(t)
	leader, principal := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	c.chain(process.OtherLeaving, step("TOGETHER", "SCHOOL", "SCHOOL_LEADER", `"sign": {"mode": "ALL", "seats": [{"role": "SCHOOL_LEADER"}, {"role": "PRINCIPAL"}]}`)+`, `+
		step("BUREAU_APPROVAL", "MANAGING", "BUREAU_REVIEWER", ""))
	id := c.leaving(c.Pupil(storetest.SchoolA))
	c.says(leader, c.on(id, change.VerbApprove))
	c.says(leader, about(id, change.VerbTakeBack))
	require.Equal(t, 1, c.Position(id).Round, "the step was never left")
	require.Len(t, c.Position(id).Tasks, 2)
	c.says(leader, c.seat(id, org.SchoolLeader, change.VerbApprove))
	c.says(principal, c.seat(id, org.Principal, change.VerbApprove))
	require.Equal(t, "BUREAU_APPROVAL", c.Position(id).Stage)
	c.says(principal, about(id, change.VerbTakeBack))
	require.Equal(t, []any{"TOGETHER", 2}, []any{c.Position(id).Stage, c.Position(id).Round})
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM task WHERE change_id = $1 AND round = 2 AND status = 'DECIDED' AND carried_from IS NOT NULL AND verdict = 'APPROVE'`, id), "the other verdict is carried over")
	c.says(leader, about(id, change.VerbTakeBack)) // a verdict that was carried over
	require.Len(t, c.Position(id).Tasks, 2)
}

// One of several people at the next step has decided on the basis of it: that is enough.
func TestADecisionStaysWhenOneOfSeveralHasActed(t *testing.T) {
	c := newCounty(t)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	c.chain(process.OtherLeaving, step("LEADER_REVIEW", "SCHOOL", "SCHOOL_LEADER", "")+`, `+
		step("TOGETHER", "MANAGING", "BUREAU_REVIEWER", `"sign": {"mode": "ALL", "seats": [{"role": "BUREAU_REVIEWER"}, {"role": "BUREAU_HEAD"}]}`))
	id := c.leaving(c.Pupil(storetest.SchoolA))
	c.says(leader, c.on(id, change.VerbApprove))
	c.says(c.Who(storetest.Bureau, org.BureauHead), c.seat(id, org.BureauHead, change.VerbApprove))
	require.Equal(t, []string{"next_has_acted "}, c.refused(leader, about(id, change.VerbTakeBack)))
}

// A person who has lost the role since cannot take a decision back.
func TestADecisionStaysWhenItsRightIsLost(t *testing.T) {
	c := newCounty(t)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	c.says(leader, c.on(id, change.VerbApprove))
	slip, err := c.handsIn(leader, about(id, change.VerbTakeBack))
	require.NoError(t, err)
	c.Dismiss(leader)
	require.Equal(t, []string{"not_your_step "}, c.uncounted(slip))
}

// A sent-back change that must return directly to a person does so after a decision on the
// way was taken back, too.
func TestTakingBackKeepsTheDirectReturn(t *testing.T) {
	c := newCounty(t)
	leader, reviewer := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.Bureau, org.BureauReviewer)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	c.says(leader, c.on(id, change.VerbApprove))
	c.says(reviewer, c.back(id, 1, true))
	c.says(leader, c.on(id, change.VerbApprove))
	require.Equal(t, reviewer.ID.String()+" RETURNED", c.holder(c.task(id)), "straight to who sent it back")
	c.says(leader, about(id, change.VerbTakeBack))
	c.says(leader, c.on(id, change.VerbApprove))
	require.Equal(t, reviewer.ID.String()+" RETURNED", c.holder(c.task(id)))
	c.says(reviewer, c.on(id, change.VerbApprove))
	require.Equal(t, "EFFECTIVE", c.status(id))
}

// An approval for a later day is taken back before that day, and both the day and the
// notice of it are gone.
func TestAnApprovalForALaterDayIsTakenBack(t *testing.T) {
	c := newCounty(t)
	id := c.File(process.Suspension, c.Pupil(storetest.SchoolA), map[string]string{"from_date": "2026-12-10", "until_date": "2027-06-30"})
	c.ApproveAll(id)
	require.False(t, c.Position(id).EffectiveOn.IsZero())
	c.says(c.Who(storetest.Bureau, org.BureauReviewer), about(id, change.VerbTakeBack))
	require.True(t, c.Position(id).EffectiveOn.IsZero())
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(id, "APPROVAL_TAKEN_BACK"))
	require.Zero(t, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND effective_on IS NOT NULL`, id))
	c.ApproveAll(id)
	c.At("2026-12-10")
	c.Perform(id)
	require.Equal(t, "EFFECTIVE", c.status(id))
}
