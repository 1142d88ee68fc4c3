package graduation

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// RollbackKind returns the Work of a roll-back (毕业生回退, KT62): the pupil is enrolled again
// by the rules of package status, and the line of the graduation says which change undid it.
func RollbackKind() change.RecordWork {
	return change.RecordWork{After: func(t *store.Tx, c *change.Change, h *student.PupilRow) error {
		last, err := lastGraduation(t, h)
		if err != nil || last == 0 {
			return err
		}
		voidCertificate(t, c, h, last)
		undoLine(t, c, h, last)
		return nil
	}}
}

// lastGraduation returns the year of the last graduation of a pupil from the stage of the
// record, and 0 of a record that was loaded as that of a graduate. A pupil may have graduated from the
// stage before, at a school of another province (KT22): that graduation stands.
func lastGraduation(t *store.Tx, h *student.PupilRow) (year int, err error) {
	err = t.DB().Raw(`SELECT coalesce(max(year), 0) FROM graduation_line WHERE student_id = ? AND stage = ? AND verdict = ? AND undone_at IS NULL`,
		h.ID, h.Stage, InPool).Scan(&year).Error
	if err != nil {
		return 0, fmt.Errorf("look for the graduation of a pupil: %w", err)
	}
	return year, nil
}

// voidCertificate voids the valid certificate of a graduation that the pupil has not finished
// after all (worker); the case number says why.
func voidCertificate(t *store.Tx, c *change.Change, h *student.PupilRow, year int) {
	t.Later("void a certificate", store.AnyRows, `UPDATE certificate SET state = ?, ended_at = ?, reason = ? WHERE student_id = ? AND stage = ? AND year = ? AND state IN (?, ?)`,
		Voided, t.Now(), c.CaseNo, h.ID, h.Stage, year, Written, Issued)
}

// undoLine marks the graduation of a pupil in a year as undone (worker).
func undoLine(t *store.Tx, c *change.Change, h *student.PupilRow, year int) {
	t.Later("undo a graduation", 1, `UPDATE graduation_line SET undone_at = ?, undone_by = ? WHERE student_id = ? AND stage = ? AND year = ? AND verdict = ? AND undone_at IS NULL`,
		t.Now(), c.ID, h.ID, h.Stage, year, InPool)
}

// StrikeLine marks the graduation of one pupil as a mistake that a correction struck (异动纠错,
// worker); the other pupils of the list have graduated.
func StrikeLine(t *store.Tx, list, pupil, correction uuid.UUID) {
	t.Later("strike a line of a graduation", 1, `UPDATE graduation_line SET struck_at = ?, struck_by = ? WHERE change_id = ? AND student_id = ? AND struck_at IS NULL`,
		t.Now(), correction, list, pupil)
}
