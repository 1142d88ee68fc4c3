package change_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// A claimed task (签收) is its holder's alone, until the holder gives it back (退签) or can
// no longer act.
func TestATaskIsClaimedAndReleased(t *testing.T) {
	c := newCounty(t)
	one := c.Who(storetest.SchoolA, org.SchoolLeader)
	two, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	task := c.task(id)
	require.Equal(t, []string{"task_not_held "}, c.refused(one, c.on(id, change.VerbRelease)))
	c.says(one, c.on(id, change.VerbClaim))
	require.Equal(t, one.ID.String()+" CLAIMED", c.holder(task))
	c.says(one, c.on(id, change.VerbClaim)) // once more changes nothing
	for _, verb := range []change.Verb{change.VerbApprove, change.VerbClaim, change.VerbRelease} {
		require.Equal(t, []string{"task_held "}, c.refused(two, c.on(id, verb)), verb)
	}
	c.says(one, c.on(id, change.VerbRelease))
	require.Equal(t, " ", c.holder(task))
	c.says(one, c.on(id, change.VerbClaim))
	c.Dismiss(one)
	c.says(two, c.on(id, change.VerbClaim))
	require.Equal(t, two.ID.String()+" CLAIMED", c.holder(task), "whose holder is gone")
	c.says(two, c.on(id, change.VerbApprove))
	require.Equal(t, "BUREAU_APPROVAL", c.Position(id).Stage)
}

// A task goes to a colleague for good (转办), who must be able to decide it.
func TestATaskIsTransferred(t *testing.T) {
	c := newCounty(t)
	one, principal := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	two, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	for name, w := range map[string]change.NewSlip{
		"nobody": c.to(id, change.VerbTransfer), "two people": c.to(id, change.VerbTransfer, two, principal), "another role": c.to(id, change.VerbTransfer, principal),
		"another office": c.to(id, change.VerbTransfer, c.Who(storetest.SchoolB, org.SchoolLeader)),
	} {
		require.Equal(t, []string{"cannot_take_task /to"}, c.refused(one, w), name)
	}
	c.says(one, c.to(id, change.VerbTransfer, two))
	require.Equal(t, two.ID.String()+" TRANSFERRED", c.holder(c.task(id)))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_LEADER " + two.ID.String()}, c.heard(id, "TRANSFERRED"))
	require.Equal(t, []string{"task_held "}, c.refused(one, c.to(id, change.VerbTransfer, two)))
	require.Equal(t, []string{"cannot_take_task /to"}, c.refused(two, c.to(id, change.VerbTransfer, two)), "to oneself")
	c.says(two, c.on(id, change.VerbReject))
	require.Equal(t, "REFUSED", c.status(id))
}

// A colleague is asked for advice (委派). The task comes back with the answer, or when its
// owner takes it back, and the owner decides.
func TestATaskIsDelegatedAndAnswered(t *testing.T) {
	c := newCounty(t)
	owner, principal := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	task := c.task(id)
	require.Equal(t, []string{"cannot_take_task /to"}, c.refused(owner, c.to(id, change.VerbDelegate, c.Who(storetest.SchoolA, org.SchoolSysadmin))), "the administrator judges nothing")
	require.Equal(t, []string{"cannot_take_task /to"}, c.refused(owner, c.to(id, change.VerbDelegate, c.Who(storetest.SchoolA, org.SchoolRegistrar))), "who filed gives no advice")
	c.says(owner, c.to(id, change.VerbDelegate, principal))
	require.Equal(t, principal.ID.String()+" DELEGATED", c.holder(task))
	require.Equal(t, []string{"delegate_answers "}, c.refused(principal, c.on(id, change.VerbApprove)))
	require.Equal(t, []string{"task_delegated "}, c.refused(owner, c.on(id, change.VerbApprove)))
	require.Equal(t, []string{"not_delegated "}, c.refused(owner, c.on(id, change.VerbAnswer)))
	answer := c.on(id, change.VerbAnswer)
	answer.Body.Advice = change.VerbReject
	c.says(principal, answer)
	require.Equal(t, owner.ID.String()+" CLAIMED", c.holder(task))
	require.Equal(t, "REJECT "+owner.ID.String(), c.Text(`SELECT (params ->> 'advice') || ' ' || (params ->> 'to') FROM change_event WHERE change_id = $1 AND verb = 'ANSWER'`, id))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_LEADER " + owner.ID.String()}, c.heard(id, "DELEGATION_ANSWERED"))

	c.says(owner, c.to(id, change.VerbDelegate, principal))
	c.says(owner, c.on(id, change.VerbRelease))
	require.Equal(t, owner.ID.String()+" CLAIMED", c.holder(task), "the owner took it back")
	c.says(owner, c.on(id, change.VerbApprove))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM decision WHERE change_id = $1 AND account_id = $2`, id, owner.ID))
}

// The head of an office gives away what a person holds who left (移交): a task to a
// colleague, and asked advice back to its owner.
func TestTheHeadHandsTasksOver(t *testing.T) {
	c := newCounty(t)
	gone, principal := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	next, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	over := func(from storetest.Person, to ...storetest.Person) change.NewSlip {
		w := c.to(id, change.VerbHandOver, to...)
		w.Body.From = from.ID
		return w
	}
	require.Equal(t, []string{"task_not_held "}, c.refused(principal, over(gone, next)))
	c.says(gone, c.on(id, change.VerbClaim))
	require.Equal(t, []string{"not_head "}, c.refused(next, over(gone, next)))
	require.Equal(t, []string{"not_found /task_id"}, c.refused(c.Who(storetest.SchoolB, org.Principal), over(gone, next)))
	c.Dismiss(gone)
	c.says(principal, over(gone, next))
	require.Equal(t, next.ID.String()+" HANDED_OVER", c.holder(c.task(id)))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_LEADER " + next.ID.String()}, c.heard(id, "HANDED_OVER"))

	adviser, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	third, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	c.says(next, c.to(id, change.VerbDelegate, adviser))
	c.says(principal, over(next, third)) // the owner left while advice was asked
	require.Equal(t, adviser.ID.String()+" DELEGATED", c.holder(c.task(id)))
	c.says(c.Who(storetest.Bureau, org.BureauSysadmin), over(adviser, third)) // the adviser left
	require.Equal(t, third.ID.String()+" CLAIMED", c.holder(c.task(id)))
	c.says(third, c.on(id, change.VerbApprove))
}

// Someone who acts for a colleague (代理) decides in that name, and both names are kept.
func TestAProxyDecidesForAColleague(t *testing.T) {
	c := newCounty(t)
	leader, acting := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	require.NoError(t, c.As(c.Who(storetest.SchoolA, org.SchoolSysadmin), func(tx *change.Tx) error {
		_, err := account.AddProxy(tx.Tx, account.Proxy{AccountID: leader.ID, ProxyID: acting.ID, From: tx.Now(), Until: tx.Now().Add(24 * time.Hour), Reason: "出差"}, c.Office(storetest.SchoolA))
		return err
	}))
	id := c.leaving(c.Pupil(storetest.SchoolA))
	c.says(acting, c.on(id, change.VerbApprove))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM decision d JOIN change_event e USING (change_id) WHERE d.change_id = $1 AND d.account_id = $2 AND d.for_account = $3
		AND e.verb = 'APPROVE' AND e.account_id = $2 AND e.for_account = $3`, id, acting.ID, leader.ID))
	c.Advance(24 * time.Hour)
	later := c.leaving(c.Pupil(storetest.SchoolA))
	require.Equal(t, []string{"not_your_step "}, c.refused(acting, c.on(later, change.VerbApprove)), "the time is over")
}

// Signers who are added (加签) speak before or after the one who asks. The step passes when
// all have spoken.
func TestSignersAreAdded(t *testing.T) {
	c := newCounty(t)
	leader, principal := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	second, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	own := c.task(id)
	require.Equal(t, []string{"cannot_take_task /to"}, c.refused(leader, c.to(id, change.VerbAddSigner)))
	require.Equal(t, []string{"already_signer /to"}, c.refused(leader, c.to(id, change.VerbAddSigner, principal, principal)))
	before := c.to(id, change.VerbAddSigner, principal)
	before.Body.Before = true
	c.says(leader, before)
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_LEADER " + principal.ID.String()}, c.heard(id, "SIGN_ADDED"))
	mine := c.on(id, change.VerbApprove)
	mine.TaskID = own
	require.Equal(t, []string{"task_waits "}, c.refused(leader, mine), "the colleague speaks first")
	require.NotEqual(t, own, c.task(id))
	c.says(principal, c.on(id, change.VerbApprove))
	require.Equal(t, own, c.task(id))

	after := c.to(id, change.VerbAddSigner, second)
	c.says(leader, after)
	require.Equal(t, []string{"already_signer /to"}, c.refused(leader, c.to(id, change.VerbAddSigner, second)))
	c.says(leader, mine)
	require.Equal(t, "LEADER_REVIEW", c.Position(id).Stage, "the other one is still to speak")
	signer := c.on(id, change.VerbRemoveSigner)
	require.Equal(t, []string{"not_your_signer "}, c.refused(second, signer))
	c.says(leader, signer)
	require.Equal(t, "BUREAU_APPROVAL", c.Position(id).Stage, "nobody is left to speak")
	require.Equal(t, []string{"FILED", "ADD_SIGNER", "APPROVE", "ADD_SIGNER", "APPROVE", "REMOVE_SIGNER"}, c.events(id))
	require.Equal(t, "REMOVED", c.Text(`SELECT status FROM task WHERE id = $1`, signer.TaskID))
}

// A signer who said no ends the step with a refusal; removing the last signer who is still
// to speak lets the verdicts of the others count.
func TestAnAddedSignerRefuses(t *testing.T) {
	c := newCounty(t)
	leader, principal := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	w := c.to(id, change.VerbAddSigner, principal)
	w.Body.Before = true
	c.says(leader, w)
	c.says(principal, c.on(id, change.VerbReject))
	require.Equal(t, "REFUSED", c.status(id))
	require.Equal(t, "REJECT", c.Text(`SELECT close_code FROM change WHERE id = $1`, id))
}

// No step has more seats than people can follow.
func TestSignersAreNotAddedWithoutEnd(t *testing.T) {
	c := newCounty(t)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	w := c.on(id, change.VerbAddSigner)
	for range 40 {
		w.Body.To = append(w.Body.To, uuid.New())
	}
	require.Equal(t, []string{"too_many_signers /to"}, c.refused(c.Who(storetest.SchoolA, org.SchoolLeader), w))
}

// What a kind forbids beside its decision is refused: at the steps of a correction nobody
// passes a task on.
func TestAKindForbidsInteractions(t *testing.T) {
	c := newCounty(t)
	c.Policy(storetest.Province, `{"chains": {"OTHER_LEAVING": {"*": [`+step("LEADER_REVIEW", "SCHOOL", "SCHOOL_LEADER", "")+`]}}}`)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	c.Legacy(`UPDATE change SET definition = jsonb_set(definition, '{forbids}', '["TRANSFER", "DELEGATE", "ADD_SIGNER", "TAKE_BACK", "COPY"]') WHERE id = $1`, id) // a catalogue of an earlier version
	leader, two := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	for _, w := range []change.NewSlip{c.to(id, change.VerbTransfer, two), c.to(id, change.VerbDelegate, two), c.to(id, change.VerbAddSigner, two), about(id, change.VerbTakeBack), about(id, change.VerbCopy)} {
		require.Equal(t, []string{"interaction_forbidden "}, c.refused(leader, w), w.Verb)
	}
}

// A shared step (会签) asks its seats together, in turn, or one of them, as its rule says.
func TestASharedStepFollowsItsRule(t *testing.T) {
	const places = `"seats": [{"role": "SCHOOL_LEADER"}, {"role": "PRINCIPAL"}]`
	for _, row := range []struct {
		name, sign     string
		first, second  change.Verb
		after, outcome string // when the first has spoken, and in the end
	}{
		{"all, and both agree", `{"mode": "ALL", ` + places + `}`, change.VerbApprove, change.VerbApprove, "RUNNING", "EFFECTIVE"},
		{"all, and one refuses", `{"mode": "ALL", ` + places + `}`, change.VerbReject, "", "REFUSED", "REFUSED"},
		{"any", `{"mode": "ANY", ` + places + `}`, change.VerbApprove, "", "EFFECTIVE", "EFFECTIVE"},
		{"any, and one refuses", `{"mode": "ANY", ` + places + `}`, change.VerbReject, "", "REFUSED", "REFUSED"},
		{"half", `{"mode": "RATIO", "percent": 50, ` + places + `}`, change.VerbApprove, "", "EFFECTIVE", "EFFECTIVE"},
		{"in turn", `{"mode": "SEQUENTIAL", ` + places + `}`, change.VerbApprove, change.VerbApprove, "RUNNING", "EFFECTIVE"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCounty(t)
			c.chain(process.OtherLeaving, step("TOGETHER", "SCHOOL", "SCHOOL_LEADER", `"sign": `+row.sign))
			id := c.leaving(c.Pupil(storetest.SchoolA))
			tasks := c.Position(id).Tasks
			require.Len(t, tasks, map[bool]int{false: 2, true: 1}[row.name == "in turn"])
			c.says(c.Who(storetest.SchoolA, org.SchoolLeader), c.on(id, row.first))
			require.Equal(t, row.after, c.status(id))
			if row.second != "" {
				c.says(c.Who(storetest.SchoolA, org.Principal), c.on(id, row.second))
			}
			require.Equal(t, row.outcome, c.status(id))
		})
	}
}

// Without places a shared step asks everybody who has the role when it opens, by name.
func TestASharedStepNamesEverybodyWithTheRole(t *testing.T) {
	c := newCounty(t)
	second, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	c.chain(process.OtherLeaving, step("TOGETHER", "SCHOOL", "SCHOOL_LEADER", `"sign": {"mode": "ALL"}`))
	id := c.leaving(c.Pupil(storetest.SchoolA))
	require.Len(t, c.Position(id).Tasks, 2)
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM task WHERE change_id = $1 AND held_as = 'NAMED' AND holder_id IN ($2, $3)`, id, leader.ID, second.ID))
	mine := c.on(id, change.VerbRelease)
	mine.TaskID = uuid.MustParse(c.Text(`SELECT id::text FROM task WHERE change_id = $1 AND holder_id = $2`, id, leader.ID))
	require.Equal(t, []string{"task_personal "}, c.refused(leader, mine))
	mine.Verb = change.VerbApprove
	c.says(leader, mine)
	require.Equal(t, []string{"signed_here "}, c.refused(leader, c.on(id, change.VerbApprove)), "nobody signs twice")
	c.says(second, c.on(id, change.VerbApprove))
	require.Equal(t, "EFFECTIVE", c.status(id))
}
