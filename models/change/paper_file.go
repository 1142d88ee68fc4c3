package change

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// receivingPath returns the path of the school to which a change moves a record. For a list it
// is read once.
func (t *Tx) receivingPath(c *Change, to uuid.UUID) (string, error) {
	if c.Receiving.ID == to {
		return c.Receiving.Path, nil
	}
	return t.readOfficePath(to)
}

func (t *Tx) readOfficePath(office uuid.UUID) (string, error) {
	var row struct{ Path string }
	if err := t.DB().Raw(`SELECT path::text AS path FROM organisation WHERE id = ?`, office).Take(&row).Error; err != nil {
		return "", fmt.Errorf("find an office: %w", err)
	}
	return row.Path, nil
}

// keepBackup keeps the old school's view of the pupil from before the change (电子备份);
// numbers are masked.
func (t *Tx) keepBackup(c *Change, h *student.PupilRow, to string, on calendar.Date) error {
	record, err := student.ReadRecord(t.Tx, h.ID)
	if err != nil {
		return err
	}
	delete(record.Details, student.AuxSealed) // a copy of a ciphertext is not for showing
	text, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("keep a backup of a record: %w", err)
	}
	t.Later("keep a backup of a record", 1, `INSERT INTO departure (id, change_id, student_id, school_id, org_path, left_on, to_school_id, name, number_masked, record, recorded_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		store.NewID(), c.ID, h.ID, h.SchoolID, h.OrgPath, on, to, h.Name, h.NumberMasked, string(text), t.Now())
	return nil
}

// openPaperFile begins to track the paper file, which must arrive within the
// months of the receiving province's policy (hard rule 3).
func (t *Tx) openPaperFile(c *Change, h *student.PupilRow, to uuid.UUID) {
	due := calendar.DateOf(t.Now().AddDate(0, c.Definition.Policy.HandoverMonths, 0))
	t.Later("open a hand-over", 1, `INSERT INTO handover (id, change_id, student_id, from_school, to_school, opened_at, due_on)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, store.NewID(), c.ID, h.ID, h.SchoolID, to, t.Now(), due)
}
