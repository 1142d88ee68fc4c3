package change_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// A change that was sent back to its applicant is handed in again with another form and
// other papers. What changed is kept, and every step is asked again.
func TestASentBackChangeIsHandedInAgain(t *testing.T) {
	c := newCounty(t)
	registrar, leader, reviewer := c.Who(storetest.SchoolA, org.SchoolRegistrar), c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.Bureau, org.BureauReviewer)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	require.Equal(t, []string{"not_sent_back "}, c.refused(registrar, about(id, change.VerbResubmit)))
	c.says(leader, c.on(id, change.VerbApprove))
	c.says(reviewer, c.back(id, 0, false))
	p := c.Position(id)
	require.Equal(t, []any{0, 2, "APPLICANT"}, []any{p.Step, p.Round, p.Stage})
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(id, "SENT_BACK"))

	old := uuid.MustParse(c.Text(`SELECT evidence_id::text FROM change_evidence WHERE change_id = $1`, id))
	fresh, foreign := c.Paper(storetest.SchoolA, "GUARDIAN_APPLICATION"), c.Paper(storetest.SchoolB, "GUARDIAN_APPLICATION")
	again := about(id, change.VerbResubmit)
	again.Body.Form, again.Body.Inputs = true, map[string]string{"reason": "父母工作调动"}
	again.Body.Out, again.Body.Evidence = []uuid.UUID{old}, []evidence.Ref{fresh}
	require.Equal(t, []string{"not_filer "}, c.refused(reviewer, again))
	require.Equal(t, []string{"not_your_step "}, c.refused(leader, again))
	wrong := again
	wrong.Body.Inputs = map[string]string{"reason": " "}
	wrong.Body.Evidence = []evidence.Ref{foreign, {ID: old, Kind: "GUARDIAN_APPLICATION"}}
	wrong.Body.Out = []uuid.UUID{old, uuid.New()}
	require.ElementsMatch(t, []string{"required /inputs/reason", "evidence_not_here /withdrawn_evidence/1", "evidence_unknown /evidence/0", "evidence_taken_out /evidence/1"}, c.refused(registrar, wrong))
	valued := again
	valued.Body.Valued = true
	require.Equal(t, []string{"input_unknown /values"}, c.refused(registrar, valued))

	c.says(registrar, again)
	require.Equal(t, "LEADER_REVIEW", c.Position(id).Stage)
	require.Equal(t, "父母工作调动", c.Text(`SELECT inputs ->> 'reason' FROM change WHERE id = $1`, id))
	require.Equal(t, 2, c.Count(`SELECT out_round FROM change_evidence WHERE change_id = $1 AND evidence_id = $2`, id, old))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change_revision WHERE change_id = $1 AND round = 2 AND step_no = 0 AND before -> 'inputs' ->> 'reason' = '示例'
		AND after -> 'inputs' ->> 'reason' = '父母工作调动' AND jsonb_array_length(before -> 'papers') = 1 AND jsonb_array_length(after -> 'papers') = 1`, id))
	c.says(leader, c.back(id, 0, true))
	back := about(id, change.VerbResubmit)
	back.Body.Evidence = []evidence.Ref{{ID: old, Kind: "GUARDIAN_APPLICATION"}, {ID: fresh.ID, Kind: "OTHER"}}
	require.ElementsMatch(t, []string{"evidence_taken_out /evidence/0", "evidence_unknown /evidence/1", "evidence_twice /evidence/1"}, c.refused(registrar, back))
	c.says(registrar, about(id, change.VerbResubmit))
	require.Equal(t, leader.ID.String()+" RETURNED", c.holder(c.task(id)), "straight back")
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change_revision WHERE change_id = $1`, id), "nothing was changed this time")
	c.ApproveAll(id)
	require.Equal(t, "EFFECTIVE", c.status(id))
}

// A change comes straight back to the seat of whom a signer was added to: the decision was
// never the signer's.
func TestAChangeSentBackBySignerReturnsToTheSeat(t *testing.T) {
	c := newCounty(t)
	leader, principal := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	w := c.to(id, change.VerbAddSigner, principal)
	w.Body.Before = true
	c.says(leader, w)
	c.says(principal, c.back(id, 0, true))
	c.says(c.Who(storetest.SchoolA, org.SchoolRegistrar), about(id, change.VerbResubmit))
	require.Equal(t, leader.ID.String()+" RETURNED", c.holder(c.task(id)))
}

// The population database is asked at an automatic step. When it is silent, the step waits
// and is tried again after a growing pause; when it says no, the change ends with its code.
func TestAnIdentityIsCheckedAutomatically(t *testing.T) {
	c := newCounty(t)
	pupil, other := c.Pupil(storetest.SchoolA), c.Pupil(storetest.SchoolA)
	number := c.document()
	id := c.keyed(pupil, number)
	asked := func(id uuid.UUID) (e *change.AutomaticStep) {
		c.worker(func(tx *change.Tx) (err error) { e, err = tx.ReadAutomaticStep(id); return err })
		return e
	}
	e := asked(id)
	require.Equal(t, process.ActIdentity, e.Act)
	require.Equal(t, number["id_number"], e.Number.Reveal())
	require.Equal(t, c.Text(`SELECT name FROM student WHERE id = $1`, pupil), e.Name)
	for range 2 {
		c.worker(func(tx *change.Tx) error { return tx.NoteNoAnswer(id, e) })
	}
	require.Nil(t, asked(id), "it is tried again later")
	require.Equal(t, 2, c.Count(`SELECT attempts FROM step WHERE change_id = $1 AND problem = 'IDENTITY_NO_ANSWER' AND next_attempt_at = $2`, id, c.Now().Add(60*second)))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(id, "NO_ANSWER"), "told once")
	require.Equal(t, 60*second, c.Position(id).Wait)
	c.Advance(60 * second)
	e = asked(id)
	stale := *e
	stale.Round++
	c.worker(func(tx *change.Tx) error { return tx.SettleAutomaticStep(id, &stale, nil) })
	require.Equal(t, process.ActIdentity, c.Position(id).Automatic, "of another round: nothing happens")
	c.worker(func(tx *change.Tx) error { return tx.SettleAutomaticStep(id, e, nil) })
	require.Equal(t, "LEADER_REVIEW", c.Position(id).Stage)
	c.worker(func(tx *change.Tx) error { return tx.NoteNoAnswer(id, e) })
	require.Zero(t, c.Count(`SELECT attempts FROM step WHERE change_id = $1 AND status = 'OPEN'`, id), "the step has moved on")
	c.ApproveAll(id)
	require.Equal(t, number["id_number"], c.Secret(pupil, "id_number"))

	no := c.keyed(other, c.document())
	e = asked(no)
	c.worker(func(tx *change.Tx) error { return tx.SettleAutomaticStep(no, e, refusal.New(refusal.IdentityNotFound)) })
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'REFUSED' AND close_code = 'identity_not_found' AND closed_by IS NULL`, no))
	require.Equal(t, []string{"FILED", "FAILED"}, c.events(no))
	c.worker(func(tx *change.Tx) error {
		require.Equal(t, []string{"change_closed "}, told(t, tx.RefusalIfEnded(no)))
		return nil
	})
}

// The key items of a sent-back change are handed in again, sealed: the slot of the old
// number becomes free, that of the new one is taken.
func TestKeyItemsAreHandedInAgain(t *testing.T) {
	c := newCounty(t)
	pupil, rival := c.Pupil(storetest.SchoolA), c.Pupil(storetest.SchoolA)
	first, second := c.document(), c.document()
	id := c.keyed(pupil, first)
	c.Perform(id)
	c.says(c.Who(storetest.SchoolA, org.SchoolLeader), c.back(id, 0, false))
	registrar := c.Who(storetest.SchoolA, org.SchoolRegistrar)
	again := about(id, change.VerbResubmit)
	again.Values = map[string]string{"name": c.Text(`SELECT name FROM student WHERE id = $1`, pupil)}
	require.Equal(t, []string{"key_data_unchanged /values"}, c.refused(registrar, again))
	again.Values = second
	c.says(registrar, again)
	require.Zero(t, c.Count(`SELECT count(*) FROM slip WHERE change_id = $1 AND body::text LIKE '%' || $2 || '%'`, id, second["id_number"]), "no slip holds the number in the clear")
	c.keyed(rival, first) // the first number is free again
	_, err := c.TryFile(func() change.Filing {
		f := c.Filing(process.KeyDataChange, c.Pupil(storetest.SchoolA), map[string]string{"reason": "更正"})
		f.Values = second
		return f
	}())
	require.Equal(t, []string{"identity_taken /values/id_number"}, told(t, err))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change_revision WHERE change_id = $1 AND after -> 'values' ? 'id_number'`, id))
	c.ApproveAll(id)
	require.Equal(t, second["id_number"], c.Secret(pupil, "id_number"))
}
