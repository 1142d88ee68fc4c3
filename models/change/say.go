package change

import (
	"fmt"

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
