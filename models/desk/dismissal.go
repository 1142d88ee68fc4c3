package desk

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
)

// Dismiss removes an ended case from the list of the office that filed it (KT73). Other
// offices still see it, it can be asked for, and it stays in the audit trail. A second
// call changes nothing.
func Dismiss(t *change.Tx, id uuid.UUID, office org.OfficeRef) error {
	c, err := t.Read(id)
	if err != nil {
		return err
	}
	if c.OrgID != office.ID {
		return refusal.New(refusal.NotFiler)
	}
	if c.Status == change.StatusRunning || c.Status == change.StatusEffective {
		return refusal.New(refusal.DismissalOpen)
	}
	n, err := t.Exec(`INSERT INTO change_dismissal (change_id, org_path, dismissed_by, dismissed_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.ID, office.Path, t.Scope().Account, t.Now())
	if err != nil {
		return fmt.Errorf("take a case off a list: %w", err)
	}
	if n == 0 {
		return nil
	}
	return t.Audit("change.dismiss", "change", c.ID.String(), map[string]string{"case_no": c.CaseNo})
}
