package kinds_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// claim is a pupil of school A whom school B receives and a third school claims as well.
type claim struct {
	*storetest.County

	pupil       uuid.UUID
	third       string
	transfer    uuid.UUID
	arbitration uuid.UUID
}

func newClaim(t *testing.T) *claim {
	t.Helper()
	c := &claim{County: storetest.New(t)}
	c.third = c.NewSchool(storetest.Bureau, "2152000999", office.NewGrade{Stage: org.Primary, EntryYear: 2024, Classes: 1, Capacity: 55})
	c.pupil = c.Pupil(storetest.SchoolA)
	c.transfer = c.Received(process.Transfer, storetest.SchoolB, c.pupil, c.NewClass(storetest.SchoolB, 2024, 40).ID)
	return c
}

func (c *claim) ask() change.Filing {
	return c.Receiving(process.Arbitration, c.third, c.pupil, uuid.Nil)
}

// asked files the arbitration and takes it to its last decision: the other school has
// said that it maintains its claim.
func (c *claim) asked(t *testing.T) {
	t.Helper()
	one, err := c.TryFile(c.ask())
	require.NoError(t, err)
	c.arbitration = one.ID
	c.Approve(c.arbitration)
	at := c.Position(c.arbitration)
	s := c.Say(c.Who(storetest.SchoolB, org.SchoolRegistrar), change.NewSlip{ChangeID: c.arbitration, TaskID: at.Tasks[0], Step: at.Step, Round: at.Round, Verb: change.VerbApprove,
		Opinion: "坚持接收", Body: change.SlipBody{Inputs: map[string]string{"position": "MAINTAIN"}}})
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
}

// An arbitration that is upheld ends the other school's transfer. The winner is told, the
// loser as well, and the pupil is free for the winner's own transfer.
func TestAnUpheldArbitrationEndsTheOtherClaim(t *testing.T) {
	c := newClaim(t)
	c.asked(t)
	s := c.Commit(c.HandInLast(c.transfer))
	require.Equal(t, []string{change.SlipRefused, "arbitration_running"}, []string{s.Outcome, s.OutcomeCode}, "the contested transfer waits")
	c.ApproveAll(c.arbitration)
	require.Equal(t, change.StatusEffective, c.Position(c.arbitration).Status)
	require.Equal(t, change.EndedByArbitration, c.Text(`SELECT close_code FROM change WHERE id = $1`, c.transfer))
	require.Zero(t, c.Count(`SELECT count(*) FROM slot`))
	require.Equal(t, []string{"ARBITRATION_WON " + c.third},
		c.Texts(`SELECT kind || ' ' || org_path::text FROM notice WHERE change_id = $1 AND kind = 'ARBITRATION_WON'`, c.arbitration))
	require.Equal(t, []string{"ARBITRATION_LOST " + storetest.SchoolB},
		c.Texts(`SELECT DISTINCT kind || ' ' || org_path::text FROM notice WHERE change_id = $1 AND kind = 'ARBITRATION_LOST' AND org_path = $2::text::ltree`, c.arbitration, storetest.SchoolB))
	require.Zero(t, c.Count(`SELECT count(*) FROM student_history WHERE change_id = $1`, c.arbitration), "the record stays where it was")
	c.ApproveAll(c.Received(process.Transfer, c.third, c.pupil, c.NewClass(c.third, 2024, 40).ID))
	require.Equal(t, c.third, c.Text(`SELECT org_path::text FROM student WHERE id = $1`, c.pupil))
}

// An arbitration that is rejected lets the transfer go on.
func TestARejectedArbitrationLetsTheTransferGoOn(t *testing.T) {
	c := newClaim(t)
	c.asked(t)
	sayDecide(c.County, c.arbitration, change.VerbReject)
	require.Equal(t, change.StatusRefused, c.Position(c.arbitration).Status)
	c.ApproveAll(c.transfer)
	require.Equal(t, storetest.SchoolB, c.Text(`SELECT org_path::text FROM student WHERE id = $1`, c.pupil))
}

// Where the other school has given up, there is nothing to decide: the last decision is
// refused, and the upkeep ends the arbitration.
func TestAnArbitrationWithoutAClaimEnds(t *testing.T) {
	c := newClaim(t)
	c.asked(t)
	without := func() (ids []uuid.UUID) {
		c.MustIn(c.Worker, "", func(tx *change.Tx) (err error) {
			ids, err = kinds.ArbitrationsWithoutClaim(tx, 10)
			return err
		})
		return ids
	}
	require.Empty(t, without())
	last := c.HandInLast(c.arbitration)
	withdraw(c.County, storetest.SchoolB, c.transfer)
	s := c.Commit(last)
	require.Equal(t, []string{change.SlipRefused, "moot"}, []string{s.Outcome, s.OutcomeCode})
	require.Equal(t, []uuid.UUID{c.arbitration}, without())
	c.MustIn(c.Worker, "", func(tx *change.Tx) error { return kinds.EndArbitrationWithoutClaim(tx, c.arbitration) })
	require.True(t, c.Position(c.arbitration).Closed())
	require.Empty(t, without())
	require.Zero(t, c.Count(`SELECT count(*) FROM slot`))
}

// What was sent back is judged beside the transfer that still runs.
func TestAnArbitrationIsHandedInAgain(t *testing.T) {
	c := newClaim(t)
	one, err := c.TryFile(c.ask())
	require.NoError(t, err)
	resubmit := func() *change.Slip {
		at := c.Position(one.ID)
		return c.Say(c.Who(c.third, org.SchoolRegistrar), change.NewSlip{ChangeID: one.ID, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round,
			Body: change.SlipBody{Form: true, Inputs: map[string]string{"reason": "补充证明"}}})
	}
	sayDecide(c.County, one.ID, change.VerbSendBack)
	s := resubmit()
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	sayDecide(c.County, one.ID, change.VerbSendBack)
	withdraw(c.County, storetest.SchoolB, c.transfer)
	require.Equal(t, "arbitration_nothing", resubmit().OutcomeCode)
}

// Only a claim of another school is contested, and once.
func TestOnlyAnotherSchoolsClaimIsContested(t *testing.T) {
	c := newClaim(t)
	require.Equal(t, []string{"arbitration_own_claim /pupil"}, c.County.RefusedFiling(c.Receiving(process.Arbitration, storetest.SchoolB, c.pupil, uuid.Nil)))
	one, err := c.TryFile(c.ask())
	require.NoError(t, err)
	require.Equal(t, []string{"arbitration_filed /pupil"}, c.County.RefusedFiling(c.ask()))
	withdraw(c.County, c.third, one.ID)
	f := c.ask()
	f.Values = map[string]string{"name": "样例"}
	require.Equal(t, []string{"input_unknown /values"}, c.County.RefusedFiling(f))
	f = c.ask()
	f.Pupil.Name = "样例别人"
	require.Equal(t, []string{"transfer_data_wrong /pupil"}, c.County.RefusedFiling(f))
	withdraw(c.County, storetest.SchoolB, c.transfer)
	require.Equal(t, []string{"arbitration_nothing /pupil"}, c.County.RefusedFiling(c.ask()))
	c.File(process.Suspension, c.pupil, nil)
	require.Equal(t, []string{"transfer_business_running /pupil"}, c.County.RefusedFiling(c.ask()), "no claim of another school")
	c.File(process.Death, c.pupil, map[string]string{"event_date": "2026-11-20"})
	require.Contains(t, c.County.RefusedFiling(c.ask())[0], "death_filed")
}
