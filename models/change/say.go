package change

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
)

// withdrawChange (撤回) ends the change on request of the office that filed it.
func (t *Tx) withdrawChange(c *Change, s *Slip) error {
	holds, err := t.accountHolds(s.AccountID, c.OrgID, c.Definition.FiledBy.Role())
	if err != nil {
		return err
	}
	if !holds {
		return refusal.New(refusal.NotFiler)
	}
	if err := t.recordSlip(c, s, nil, nil); err != nil {
		return err
	}
	return t.endChange(c, endedBy(s), StatusWithdrawn)
}

// supervise (督办) orders the office that must act to do so. It decides nothing.
func (t *Tx) supervise(c *Change, s *Slip) error {
	step, err := t.readOpenStep(c.ID)
	if err != nil {
		return err
	}
	if err := t.refuseUnlessSuperior(s, step.OfficePath); err != nil {
		return err
	}
	if err := t.refusalIfWaiting(c, step); err != nil {
		return err
	}
	if err := t.recordSlip(c, s, nil, nil); err != nil {
		return err
	}
	if err := t.markCounted(s); err != nil {
		return err
	}
	return t.NotifyRole(c.ID, string(VerbSupervise), step.No, step.Round, step.OfficeID, step.OfficePath, step.Role)
}

// closeBySuperior ends the change, so that no office can hold a pupil's slot for ever.
// Only a bureau above every side may do it.
func (t *Tx) closeBySuperior(c *Change, s *Slip) error {
	var paths []string
	err := t.DB().Raw(`SELECT org_path::text FROM change_party WHERE change_id = ?`, c.ID).Scan(&paths).Error
	if err != nil {
		return fmt.Errorf("read the sides of a change: %w", err)
	}
	if err := t.refuseUnlessSuperior(s, paths...); err != nil {
		return err
	}
	if err := t.recordSlip(c, s, nil, nil); err != nil {
		return err
	}
	return t.endChange(c, endedBy(s), StatusClosed)
}

// refuseUnlessSuperior refuses a slip unless its author heads a bureau strictly above every path.
func (t *Tx) refuseUnlessSuperior(s *Slip, paths ...string) error {
	for _, path := range paths {
		var above bool
		err := t.DB().Raw(`SELECT account_holds(?, o.id, 'BUREAU_HEAD') AND o.path @> ?::ltree AND o.path <> ?::ltree FROM organisation o WHERE o.id = ?`,
			s.AccountID, path, path, s.OfficeID).Scan(&above).Error
		if err != nil {
			return fmt.Errorf("check the right of a superior: %w", err)
		}
		if !above {
			return refusal.New(refusal.NotSuperior)
		}
	}
	return nil
}

// verbComment is the line of the timeline that holds a remark.
const verbComment = "COMMENT"

// Comment writes a remark into the timeline. The same key with the same text writes it
// once; the same key with another text is refused.
func (t *Tx) Comment(change, office uuid.UUID, text, key string) error {
	c, err := t.Read(change)
	if err != nil {
		return err
	}
	var earlier []bool // true: the same remark
	err = t.DB().Raw(`SELECT change_id = ? AND opinion = ? FROM change_event WHERE verb = '`+verbComment+`' AND account_id = ? AND params ->> 'key' = ?`,
		change, text, t.Scope().Account, key).Scan(&earlier).Error
	if err != nil {
		return fmt.Errorf("find an earlier remark: %w", err)
	}
	if len(earlier) > 0 && !earlier[0] {
		return refusal.New(refusal.KeyReused)
	}
	return t.WriteEvent(Event{
		Change: c.ID, Verb: verbComment, Step: c.StepNo, Round: c.Round, Account: t.Scope().Account, Office: office,
		opinion: text, Params: map[string]string{"key": key},
	})
}

// Behalf says that an operator of the service hands a slip in for another person, and
// why. The timeline shows it to the parties.
type Behalf struct {
	Operator string // account of the operating system, or the name given
	Reason   string
}

// recordOperator writes the operator into the timeline and the audit trail, in the transaction
// of the slip.
func (t *Tx) recordOperator(slip uuid.UUID, w NewSlip) error {
	if w.Behalf == nil {
		return nil
	}
	err := t.WriteEvent(Event{
		Change: w.ChangeID, Verb: "OPERATOR", Step: w.Step, Round: w.Round, Account: t.Scope().Account, Office: w.OfficeID,
		opinion: w.Behalf.Reason, Params: map[string]string{"operator": w.Behalf.Operator, "slip": slip.String()},
	})
	if err != nil {
		return err
	}
	return t.Audit("case.decide", "change", w.ChangeID.String(),
		map[string]string{"operator": w.Behalf.Operator, "verb": string(w.Verb), "slip": slip.String()})
}
