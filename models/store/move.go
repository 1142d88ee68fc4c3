package store

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
)

// pathFor returns the path of the school to which a change moves a record. For a list it
// is read once.
func (t *Tx) pathFor(c *Change, to uuid.UUID) (string, error) {
	if c.receiving.ID == to {
		return c.receiving.Path, nil
	}
	return t.pathOf(to)
}

func (t *Tx) pathOf(office uuid.UUID) (string, error) {
	var row struct{ Path string }
	if err := t.db.Raw(`SELECT path::text AS path FROM organisation WHERE id = ?`, office).Take(&row).Error; err != nil {
		return "", fmt.Errorf("find an office: %w", err)
	}
	return row.Path, nil
}

// backup keeps the old school's view of the pupil from before the change (电子备份);
// numbers are masked.
func (t *Tx) backup(c *Change, h *held, to string, on calendar.Date) error {
	record, err := t.recordOf(h.ID)
	if err != nil {
		return err
	}
	delete(record.Details, auxSealed) // a copy of a ciphertext is not for showing
	text, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("keep a backup of a record: %w", err)
	}
	t.later("keep a backup of a record", 1, `INSERT INTO departure (id, change_id, student_id, school_id, org_path, left_on, to_school_id, name, number_masked, record, recorded_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		newID(), c.ID, h.ID, h.SchoolID, h.OrgPath, on, to, h.Name, h.NumberMasked, string(text), t.now)
	return nil
}

// openHandover begins to track the paper file, which must arrive within the
// months of the receiving province's policy (hard rule 3).
func (t *Tx) openHandover(c *Change, h *held, to uuid.UUID) {
	due := calendar.DateOf(t.now.AddDate(0, c.Definition.Policy.HandoverMonths, 0))
	t.later("open a hand-over", 1, `INSERT INTO handover (id, change_id, student_id, from_school, to_school, opened_at, due_on)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, newID(), c.ID, h.ID, h.SchoolID, to, t.now, due)
}
