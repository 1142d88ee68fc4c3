package change

import (
	"fmt"
	"slices"

	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// resubmit takes the corrected form, key items and papers of a change that lies with its
// applicant. It judges everything as a filing does, returns all refusals at once, and
// then lets the chain go on. The differences are kept for the reviewers.
func (t *Tx) resubmit(c *Change, s *Slip) error {
	k, err := t.taskToResubmit(c, s)
	if err != nil {
		return err
	}
	was, err := t.readRevisionState(c)
	if err != nil {
		return err
	}
	var list []*refusal.Error
	if s.Body.hasForm() {
		form := trimmedInputs(s.Body.Inputs)
		list = c.Definition.CheckLater(form)
		c.Inputs = c.Definition.Corrected(c.Inputs, form)
	}
	papers, wrong, err := t.papersAfterResubmission(c, s)
	if err != nil {
		return err
	}
	against, err := t.FindWork(c.Kind).Recheck(t, c, s, papers)
	if err != nil {
		return err
	}
	if err := refusal.Join(withoutRepeats(slices.Concat(list, wrong, against))...); err != nil {
		return err
	}
	evidence.TakeOut(t.Tx, c.ID, c.Round, s.Body.Out)
	evidence.Attach(t.Tx, c.ID, s.Body.Evidence, c.Round)
	if err := t.writeRevision(c, s, 0, was); err != nil {
		return err
	}
	t.Later("hand in again", 1, `UPDATE task SET status = ? WHERE id = ?`, TaskDecided, k.ID)
	if err := t.recordSlip(c, s, k, nil); err != nil {
		return err
	}
	return t.openNextStep(c, s)
}

// taskToResubmit returns the task of the applicant. The error says why the change cannot be
// handed in again now, or not by this account.
func (t *Tx) taskToResubmit(c *Change, s *Slip) (*TaskForAccount, error) {
	if s.OfficeID != c.OrgID {
		return nil, refusal.New(refusal.NotFiler)
	}
	if c.StepNo != 0 {
		return nil, refusal.New(refusal.NotSentBack)
	}
	k, err := t.readApplicantTask(c, s.AccountID)
	if err != nil {
		return nil, err
	}
	if err := t.RefusalToDecide(k); err != nil {
		return nil, err
	}
	return k, nil
}

// papersAfterResubmission returns the evidence of a change after a resubmission, new papers first, so
// that a refusal can point at the place in the request. It also returns refusals for
// papers that are no files of the office, that are attached already as another kind, or
// that cannot be taken out.
func (t *Tx) papersAfterResubmission(c *Change, s *Slip) (papers []evidence.Ref, wrong []*refusal.Error, err error) {
	kept, err := evidence.Attached(t.Tx, c.ID)
	if err != nil {
		return nil, nil, err
	}
	for i, id := range s.Body.Out {
		at := slices.IndexFunc(kept, func(e evidence.Ref) bool { return e.ID == id })
		if at < 0 {
			wrong = append(wrong, refusal.New(refusal.EvidenceNotHere).At(fmt.Sprintf("/withdrawn_evidence/%d", i)))
			continue
		}
		kept = slices.Delete(kept, at, at+1)
	}
	usable, err := evidence.Usable(t.Tx, c.ID, c.OrgPath, s.Body.Evidence)
	if err != nil {
		return nil, nil, err
	}
	for i, e := range s.Body.Evidence {
		pointer := fmt.Sprintf("/evidence/%d", i)
		at := slices.IndexFunc(kept, func(k evidence.Ref) bool { return k.ID == e.ID })
		switch {
		case usable[e.ID] == evidence.Foreign:
			wrong = append(wrong, refusal.New(refusal.EvidenceUnknown).At(pointer))
		case usable[e.ID] == evidence.TakenOut || slices.Contains(s.Body.Out, e.ID):
			wrong = append(wrong, refusal.New(refusal.EvidenceOut).At(pointer))
		case at >= 0 && kept[at].Kind != e.Kind:
			wrong = append(wrong, refusal.New(refusal.EvidenceTwice).At(pointer))
		}
		if at >= 0 {
			kept = slices.Delete(kept, at, at+1)
		}
	}
	return append(slices.Clone(s.Body.Evidence), kept...), wrong, nil
}

// NeedlessValues refuses key items for a kind that writes none.
func NeedlessValues(kind process.Kind, given bool) []*refusal.Error {
	if !given || status.WritesItems(kind) {
		return nil
	}
	return []*refusal.Error{refusal.New(refusal.InputUnknown).At("/values").With("field", "values")}
}

// superfluousParts returns a refusal for each part of a decision that its verdict does not use: a
// form or papers with a no, or a step to return to with a yes.
func (s *Slip) superfluousParts() []*refusal.Error {
	var list []*refusal.Error
	if s.Verb != VerbApprove && len(s.Body.Inputs) > 0 {
		list = append(list, refusal.New(refusal.InputUnknown).At("/inputs").With("field", "inputs"))
	}
	if s.Verb != VerbApprove && len(s.Body.Evidence) > 0 {
		list = append(list, refusal.New(refusal.EvidenceUnknown).At("/evidence"))
	}
	if s.Verb != VerbSendBack && s.Body.SendBackTo != 0 {
		list = append(list, refusal.New(refusal.InputUnknown).At("/send_back_to").With("field", "send_back_to"))
	}
	if s.Verb != VerbSendBack && s.Body.ToMe {
		list = append(list, refusal.New(refusal.InputUnknown).At("/returns").With("field", "returns"))
	}
	return list
}

// withoutRepeats removes a refusal that repeats the code and the place of an earlier one.
func withoutRepeats(list []*refusal.Error) []*refusal.Error {
	type told struct {
		code  refusal.Code
		field string
	}
	said := map[told]bool{}
	return slices.DeleteFunc(list, func(e *refusal.Error) bool {
		again := said[told{e.Code, e.Field}] && e.Field != "/evidence" // several kinds of evidence may be missing
		said[told{e.Code, e.Field}] = true
		return again
	})
}
