package store

import (
	"fmt"

	"github.com/google/uuid"
)

// Misplaced gives running changes whose open step lies with an office that is
// no longer the right one, because the school was re-assigned to another
// managing bureau or an office on its path was.
func (t *Tx) Misplaced(most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := t.db.Raw(`SELECT s.change_id FROM step s JOIN organisation o ON o.id = s.office_id
		JOIN change_party p ON p.change_id = s.change_id AND p.side = s.side JOIN organisation f ON f.id = p.org_id
		WHERE s.status = 'OPEN' AND NOT (f.path <@ o.path) ORDER BY s.change_id LIMIT ?`, most).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for steps at the wrong office: %w", err)
	}
	return ids, nil
}

// FollowOffice hands the open step of a change to the office that is the right
// one in the tree as it stands now. The term of the step begins anew there: the
// new office could not act before. It does nothing when the step lies right.
func (t *Tx) FollowOffice(change uuid.UUID) error {
	c, err := t.lockChange(change)
	if err != nil || c.Status != Running {
		return err
	}
	s, err := t.openedStep(change)
	if err != nil {
		return err
	}
	rule, _ := c.Definition.Step(s.No)
	at, _, err := t.officeOf(c, s.No, rule)
	if err != nil || at.ID == s.OfficeID {
		return err
	}
	_, err = t.exec(`UPDATE step SET office_id = ?, office_path = ?, reminded_50 = NULL, reminded_80 = NULL, overdue_at = NULL
		WHERE change_id = ? AND status = 'OPEN'`, at.ID, at.Path, change)
	if err != nil {
		return fmt.Errorf("hand a step over: %w", err)
	}
	if _, err := t.exec(`UPDATE task SET office_id = ?, office_path = ? WHERE change_id = ? AND status = 'OPEN'`, at.ID, at.Path, change); err != nil {
		return fmt.Errorf("hand a step over: %w", err)
	}
	if err := t.setDue(change, t.now, rule.Term); err != nil {
		return err
	}
	return t.write(event{change: c.ID, verb: "OFFICE_CHANGED", step: s.No, round: s.Round, office: at.ID})
}
