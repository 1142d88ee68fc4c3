package store

import (
	"fmt"

	"github.com/xueji/xueji/models/refusal"
)

// withdraw (撤回) ends the change on request of the office that filed it.
func (t *Tx) withdraw(c *Change, s *Slip) error {
	holds, err := t.holds(s.AccountID, c.OrgID, c.Definition.FiledBy.Role())
	if err != nil {
		return err
	}
	if !holds {
		return refusal.New(refusal.NotFiler)
	}
	if err := t.said(c, s, nil, nil); err != nil {
		return err
	}
	return t.end(c, by(s), Taken)
}

// supervise (督办) orders the office that must act to do so. It decides nothing.
func (t *Tx) supervise(c *Change, s *Slip) error {
	step, err := t.openedStep(c.ID)
	if err != nil {
		return err
	}
	if err := t.superiorOf(s, step.OfficePath); err != nil {
		return err
	}
	if err := t.waitsForDay(c, step); err != nil {
		return err
	}
	if err := t.said(c, s, nil, nil); err != nil {
		return err
	}
	if err := t.counted(s); err != nil {
		return err
	}
	return t.notify(c.ID, string(Supervise), step.No, step.Round, step.OfficeID, step.OfficePath, step.Role)
}

// closeBySuperior ends the change, so that no office can hold a pupil's slot for ever.
// Only a bureau above every side may do it.
func (t *Tx) closeBySuperior(c *Change, s *Slip) error {
	var paths []string
	err := t.db.Raw(`SELECT org_path::text FROM change_party WHERE change_id = ?`, c.ID).Scan(&paths).Error
	if err != nil {
		return fmt.Errorf("read the sides of a change: %w", err)
	}
	if err := t.superiorOf(s, paths...); err != nil {
		return err
	}
	if err := t.said(c, s, nil, nil); err != nil {
		return err
	}
	return t.end(c, by(s), Closed)
}

// superiorOf refuses a slip unless its author heads a bureau strictly above every path.
func (t *Tx) superiorOf(s *Slip, paths ...string) error {
	for _, path := range paths {
		var above bool
		err := t.db.Raw(`SELECT account_holds(?, o.id, 'BUREAU_HEAD') AND o.path @> ?::ltree AND o.path <> ?::ltree FROM organisation o WHERE o.id = ?`,
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
