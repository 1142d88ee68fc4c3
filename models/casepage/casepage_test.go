package casepage_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// page is the page of a change as a person sees it.
func page(c *storetest.County, p storetest.Person, id uuid.UUID) (seen *casepage.Page) {
	c.T().Helper()
	require.NoError(c.T(), c.As(p, func(tx *change.Tx) (err error) {
		seen, err = casepage.Read(tx, id)
		return err
	}))
	return seen
}

// says hands a slip about the first open task in and has it counted.
func says(c *storetest.County, p storetest.Person, id uuid.UUID, verb change.Verb, body change.SlipBody) {
	c.T().Helper()
	at := c.Position(id)
	s := c.Say(p, change.NewSlip{ChangeID: id, TaskID: at.Tasks[0], Step: at.Step, Round: at.Round, Verb: verb, Opinion: "意见", Body: body})
	require.Equal(c.T(), change.SlipCounted, s.Outcome, "%s: %s", verb, s.OutcomeCode)
}

// may is what a person may do with the open task of a change.
func may(c *storetest.County, p storetest.Person, id uuid.UUID) []change.Verb {
	c.T().Helper()
	for _, k := range page(c, p, id).Tasks {
		if k.Status == change.StepOpen {
			return k.May
		}
	}
	return nil
}

// A step that hears a side, or that only registers, can neither refuse nor send back. The
// page offers exactly the verbs that the register takes there.
func TestAllowedVerbsLeaveOutWhatTheStepRefuses(t *testing.T) {
	d := process.Definition{Steps: []process.Step{{}, {Statement: true}, {Register: true}}}
	for no, want := range map[int][]change.Verb{
		0: {change.VerbResubmit},
		1: {change.VerbApprove, change.VerbReject, change.VerbSendBack, change.VerbClaim, change.VerbTransfer, change.VerbDelegate, change.VerbAddSigner},
		2: {change.VerbApprove, change.VerbClaim, change.VerbTransfer, change.VerbDelegate, change.VerbAddSigner},
		3: {change.VerbApprove, change.VerbClaim, change.VerbTransfer, change.VerbDelegate, change.VerbAddSigner},
	} {
		require.Equal(t, want, casepage.AllowedVerbs(d, &change.TaskForAccount{StepNo: no}), "step %d", no)
	}
}

// Both schools of a transfer see the same page: the pupil as at the filing, the sides, the
// class, the steps, the timeline, the papers, and in the end the paper file.
func TestThePageOfATransferIsTheSameForBothSchools(t *testing.T) {
	c := storetest.New(t)
	pupil := c.Pupil(storetest.SchoolB)
	f := change.Filing{Kind: process.Transfer, Pupil: c.ClaimOf(pupil), Inputs: map[string]string{"class_id": c.Class(storetest.SchoolA, "2024101").ID.String(), "reason": "搬家"},
		Office: c.Office(storetest.SchoolA), Key: uuid.NewString(), Evidence: []evidence.Ref{c.Paper(storetest.SchoolA, "GUARDIAN_APPLICATION"), c.Paper(storetest.SchoolA, "RESIDENCE_PROOF")}}
	filed, err := c.TryFile(f)
	require.NoError(t, err)
	for _, path := range []string{storetest.SchoolA, storetest.SchoolB} {
		p := page(c, c.Who(path, org.SchoolRegistrar), filed.ID)
		require.Equal(t, c.Text(`SELECT name FROM student WHERE id = $1`, pupil), p.StudentName)
		require.Equal(t, "南明区示例小学", p.OrgName)
		require.Equal(t, "2024101", p.Class.Code)
		require.Equal(t, []string{"IN 2152000123", "OUT 2152000456"}, []string{string(p.Sides[0].Side) + " " + p.Sides[0].Code, string(p.Sides[1].Side) + " " + p.Sides[1].Code})
		require.Len(t, p.Evidence, 2)
		require.Equal(t, []any{"GUARDIAN_APPLICATION", 1, "证明.pdf"}, []any{p.Evidence[0].Kind, p.Evidence[0].Round, p.Evidence[0].FileName})
		require.Empty(t, p.Evidence[0].Elsewhere)
		require.Equal(t, []any{1, "RECEIVING_REVIEW", storetest.SchoolA, org.SchoolLeader}, []any{p.Open.No, p.Open.Name, p.Open.OfficePath, p.Open.Role})
		require.Equal(t, p.Tasks[0].ID, p.Open.TaskID)
		require.Len(t, p.Timeline, 1)
		require.Equal(t, []string{"FILED", "测试", "南明区示例小学"}, []string{p.Timeline[0].Verb, p.Timeline[0].Actor, p.Timeline[0].OfficeName})
		require.Empty(t, p.Tasks[0].May, "neither registrar decides")
	}
	require.Contains(t, may(c, c.Who(storetest.SchoolA, org.SchoolLeader), filed.ID), change.VerbApprove)
	require.Empty(t, may(c, c.Who(storetest.SchoolB, org.SchoolLeader), filed.ID))
	require.ErrorIs(t, c.As(c.Who(storetest.FarSchool, org.SchoolRegistrar), func(tx *change.Tx) error { _, err := casepage.Read(tx, filed.ID); return err }), refusal.New(refusal.NotFound))

	c.ApproveAll(filed.ID)
	p := page(c, c.Who(storetest.SchoolB, org.SchoolRegistrar), filed.ID)
	require.Nil(t, p.Open)
	require.Equal(t, p.Subject.Name, p.StudentName, "the record has gone, the name of the filing stays")
	require.Equal(t, []string{"APPROVE", "测试", "DECIDED"}, []string{string(p.Tasks[0].Verdict), p.Tasks[0].DecidedBy, p.Tasks[0].Status})
	own, ok := p.Own.(transfer.MovePage)
	require.True(t, ok)
	require.NotNil(t, own.Handover)
	require.Len(t, p.Steps, 3)
}

// The page says what the reader may do with the open task, and why not.
func TestThePageOffersWhatTheReaderMayDo(t *testing.T) {
	c := storetest.New(t)
	one, principal := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	two, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	id := c.File(process.OtherLeaving, c.Pupil(storetest.SchoolA), nil)
	all := []change.Verb{change.VerbApprove, change.VerbReject, change.VerbSendBack, change.VerbClaim, change.VerbTransfer, change.VerbDelegate, change.VerbAddSigner}
	require.Equal(t, all, may(c, one, id))
	require.Nil(t, may(c, principal, id))
	says(c, one, id, change.VerbClaim, change.SlipBody{})
	require.Contains(t, may(c, one, id), change.VerbRelease)
	held := page(c, two, id).Tasks[0]
	require.Equal(t, refusal.TaskHeld, held.Why.Code)
	require.Equal(t, []string{"测试", "CLAIMED"}, []string{held.Holder, held.HeldAs})
	require.Empty(t, held.May)
	says(c, one, id, change.VerbDelegate, change.SlipBody{To: []uuid.UUID{principal.ID}})
	require.Equal(t, []change.Verb{change.VerbAnswer}, may(c, principal, id))
	require.Equal(t, []change.Verb{change.VerbRelease}, may(c, one, id))
	says(c, principal, id, change.VerbAnswer, change.SlipBody{Advice: change.VerbApprove})
	entry := page(c, one, id).Timeline
	require.Equal(t, []string{"ANSWER", "测试"}, []string{entry[len(entry)-1].Verb, entry[len(entry)-1].To})
	require.NotContains(t, entry[len(entry)-1].Params, "to")

	says(c, one, id, change.VerbAddSigner, change.SlipBody{To: []uuid.UUID{principal.ID}, Before: true})
	require.Equal(t, []change.Verb{change.VerbRemoveSigner}, may(c, one, id))
	require.Contains(t, may(c, principal, id), change.VerbApprove)
	says(c, principal, id, change.VerbApprove, change.SlipBody{})
	c.Dismiss(one)
	require.Equal(t, []change.Verb{change.VerbClaim}, may(c, two, id), "whose holder is gone")
	c.MustIn(c.Worker, "", func(tx *change.Tx) error { return tx.RefreshObstacles() })
	stuck := page(c, two, id)
	require.Equal(t, change.ObstacleNobody, stuck.Open.Problem)
	says(c, two, id, change.VerbClaim, change.SlipBody{})
	require.Empty(t, page(c, two, id).Open.Problem)
	says(c, two, id, change.VerbSendBack, change.SlipBody{})
	require.Equal(t, []change.Verb{change.VerbResubmit}, may(c, c.Who(storetest.SchoolA, org.SchoolRegistrar), id))
}

// A step whose only person signed it elsewhere may be passed on, though not decided.
func TestWhoMayNotDecideMayPassOn(t *testing.T) {
	c := storetest.New(t)
	c.Policy(storetest.Province, `{"chains": {"OTHER_LEAVING": {"*": [{"name": "TOGETHER", "label": {"zh": "会签", "en": "Together"}, "side": "FILER", "level": "SCHOOL", "role": "SCHOOL_LEADER", "term": "10wd",
		"sign": {"mode": "ALL", "seats": [{"role": "SCHOOL_LEADER"}, {"role": "SCHOOL_LEADER"}]}}]}}}`)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	id := c.File(process.OtherLeaving, c.Pupil(storetest.SchoolA), nil)
	says(c, leader, id, change.VerbApprove, change.SlipBody{})
	for _, k := range page(c, leader, id).Tasks {
		if k.Status == change.StepOpen {
			require.Equal(t, refusal.SignedHere, k.Why.Code)
			require.Equal(t, []change.Verb{change.VerbTransfer}, k.May)
		}
	}
}

// Who judges a change learns that a paper is attached to a case of another pupil; who
// handed it in learns only of cases in the own sight.
func TestAPaperInAnotherCaseIsShown(t *testing.T) {
	c := storetest.New(t)
	one, two := c.Filing(process.OtherLeaving, c.Pupil(storetest.SchoolA), map[string]string{"reason": "随迁"}), c.Filing(process.OtherLeaving, c.Pupil(storetest.SchoolA), map[string]string{"reason": "随迁"})
	two.Evidence = one.Evidence
	first, err := c.TryFile(one)
	require.NoError(t, err)
	second, err := c.TryFile(two)
	require.NoError(t, err)
	for _, role := range []org.Role{org.SchoolLeader, org.SchoolRegistrar} {
		p := page(c, c.Who(storetest.SchoolA, role), second.ID)
		require.Equal(t, []casepage.CaseRef{{ID: first.ID, CaseNo: first.CaseNo}}, p.Evidence[0].Elsewhere, role)
	}
}

// What a resubmission changed stands on the page, with who did it.
func TestRevisionsStandOnThePage(t *testing.T) {
	c := storetest.New(t)
	registrar := c.Who(storetest.SchoolA, org.SchoolRegistrar)
	id := c.File(process.OtherLeaving, c.Pupil(storetest.SchoolA), nil)
	says(c, c.Who(storetest.SchoolA, org.SchoolLeader), id, change.VerbSendBack, change.SlipBody{})
	s := c.Say(registrar, change.NewSlip{ChangeID: id, Verb: change.VerbResubmit, Step: -1, Body: change.SlipBody{Form: true, Inputs: map[string]string{"reason": "别的原因"}}})
	require.Equal(t, change.SlipCounted, s.Outcome)
	list := page(c, registrar, id).Revisions
	require.Len(t, list, 1)
	require.Equal(t, []any{2, 0, "测试", "南明区示例小学", "示例", "别的原因"}, []any{list[0].Round, list[0].StepNo, list[0].Actor, list[0].Office, list[0].Before.Inputs["reason"], list[0].After.Inputs["reason"]})
}

// reveal asks for a number of a change in full.
func reveal(c *storetest.County, p storetest.Person, id uuid.UUID, a casepage.RevealRequest) (seen *casepage.RevealedNumber, err error) {
	err = c.As(p, func(tx *change.Tx) (err error) {
		seen, err = casepage.RevealNumber(tx, id, a)
		return err
	})
	return seen, err
}

// The numbers of a change are masked on its page. In full they are for those who must
// compare them with the papers, while they must, and each look is audited.
func TestANumberIsRevealedToThoseWhoJudgeIt(t *testing.T) {
	c := storetest.New(t)
	pupil, fresh := c.Pupil(storetest.SchoolA), c.Items(storetest.SchoolA, 2024)
	f := c.Filing(process.KeyDataChange, pupil, map[string]string{"reason": "更正"})
	f.Values = map[string]string{"id_number": fresh["id_number"], "birth_date": fresh["birth_date"], "sex": fresh["sex"]}
	filed, err := c.TryFile(f)
	require.NoError(t, err)
	id, number := filed.ID, casepage.RevealRequest{Field: student.SecretIDNumber, Reason: student.RevealVerify}
	registrar, leader, principal := c.Who(storetest.SchoolA, org.SchoolRegistrar), c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	for _, v := range page(c, leader, id).Values {
		require.Equal(t, v.Field == "id_number", v.Masked, v.Field)
		require.NotEqual(t, fresh["id_number"], v.After)
	}
	want := &casepage.RevealedNumber{Before: c.Secret(pupil, student.SecretIDNumber), After: fresh["id_number"]}
	seen, err := reveal(c, registrar, id, number)
	require.NoError(t, err)
	require.Equal(t, want, seen, "who handed it in")
	_, err = reveal(c, leader, id, number)
	require.ErrorIs(t, err, refusal.New(refusal.RevealNotYourStep), "not yet")
	c.Perform(id)
	seen, err = reveal(c, leader, id, number)
	require.NoError(t, err)
	require.Equal(t, want, seen, "who decides the open step")
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'change.reveal' AND detail ? 'task' AND detail ->> 'field' = 'id_number'`))
	_, err = reveal(c, principal, id, number)
	require.ErrorIs(t, err, refusal.New(refusal.RevealNotYourStep))
	says(c, leader, id, change.VerbDelegate, change.SlipBody{To: []uuid.UUID{principal.ID}})
	for _, p := range []storetest.Person{principal, leader} { // the adviser, and who asked for advice
		_, err = reveal(c, p, id, number)
		require.NoError(t, err)
	}
	for field, code := range map[casepage.RevealRequest]refusal.Code{
		{Field: student.SecretIDNumber, Reason: "不说"}:                         refusal.InvalidInput,
		{Field: "aux_student_number", Reason: student.RevealVerify}:           refusal.RevealNothing,
		{Field: student.SecretIDNumber, Reason: student.RevealVerify, Row: 1}: refusal.RevealNothing,
	} {
		_, err = reveal(c, registrar, id, field)
		require.ErrorIs(t, err, refusal.New(code))
	}
	_, err = reveal(c, c.Who(storetest.SchoolB, org.SchoolLeader), id, number)
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	says(c, principal, id, change.VerbAnswer, change.SlipBody{Advice: change.VerbApprove})
	says(c, leader, id, change.VerbApprove, change.SlipBody{})
	_, err = reveal(c, leader, id, number)
	require.ErrorIs(t, err, refusal.New(refusal.RevealNotYourStep), "the step is decided")
	c.ApproveAll(id)
	_, err = reveal(c, registrar, id, number)
	require.ErrorIs(t, err, refusal.New(refusal.ChangeClosed))
}

// The page of a roster names no pupil, and a number is one of a row.
func TestThePageOfARoster(t *testing.T) {
	c := storetest.New(t)
	pupil := c.Items(storetest.SchoolA, 2024)
	up := c.Upload(storetest.SchoolA, c.Written(pupil), "one")
	filed, err := c.FileRoster(up)
	require.NoError(t, err)
	p := page(c, c.Who(storetest.SchoolA, org.SchoolLeader), filed.ID)
	require.Empty(t, p.StudentName)
	require.Nil(t, p.Class)
	require.Zero(t, p.LeftOut)
	row := c.Count(`SELECT row_no FROM roster_row WHERE roster_id = $1`, up.ID)
	seen, err := reveal(c, c.Who(storetest.SchoolA, org.SchoolLeader), filed.ID, casepage.RevealRequest{Field: student.SecretIDNumber, Row: row, Reason: student.RevealVerify})
	require.NoError(t, err)
	require.Equal(t, &casepage.RevealedNumber{After: pupil["id_number"]}, seen)
	_, err = reveal(c, c.Who(storetest.SchoolA, org.SchoolLeader), filed.ID, casepage.RevealRequest{Field: student.SecretIDNumber, Row: row + 7, Reason: student.RevealVerify})
	require.ErrorIs(t, err, refusal.New(refusal.RevealNothing))
}

// The page says what the reader may say about the change as a whole: the filer reminds and
// withdraws, who decided last takes back, and only a bureau above every side closes.
func TestThePageOffersWhatTheReaderMaySayAboutTheWhole(t *testing.T) {
	c := storetest.New(t)
	registrar, leader := c.Who(storetest.SchoolA, org.SchoolRegistrar), c.Who(storetest.SchoolA, org.SchoolLeader)
	bureau, city := c.Who(storetest.Bureau, org.BureauHead), c.Who(storetest.City, org.BureauHead)
	id := c.File(process.Suspension, c.Pupil(storetest.SchoolA), nil)
	require.Equal(t, []change.Verb{change.VerbRemind, change.VerbWithdraw}, page(c, registrar, id).May)
	require.Empty(t, page(c, leader, id).May)
	require.Equal(t, []change.Verb{change.VerbSupervise, change.VerbClose}, page(c, bureau, id).May, "the school is late")
	says(c, leader, id, change.VerbApprove, change.SlipBody{})
	require.Equal(t, []change.Verb{change.VerbTakeBack}, page(c, leader, id).May)
	require.Equal(t, []change.Verb{change.VerbClose}, page(c, bureau, id).May, "no bureau hurries itself")
	require.Equal(t, []change.Verb{change.VerbSupervise, change.VerbClose}, page(c, city, id).May)
	says(c, c.Who(storetest.Bureau, org.BureauReviewer), id, change.VerbSendBack, change.SlipBody{})
	require.Empty(t, page(c, leader, id).May, "the bureau has decided on the basis of it")
	require.Equal(t, []change.Verb{change.VerbWithdraw}, page(c, registrar, id).May, "who reminds itself")
	c.Say(registrar, change.NewSlip{ChangeID: id, Verb: change.VerbWithdraw})
	for _, who := range []storetest.Person{registrar, leader, bureau, city} {
		require.Empty(t, page(c, who, id).May, "it has ended")
	}
}
