package graduation

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// RollbackKind returns the Work of a roll-back (毕业生回退, KT62): the pupil is enrolled again
// by the rules of package status, and the line of the graduation says which change undid it.
func RollbackKind() change.RecordWork {
	return change.RecordWork{After: func(t *store.Tx, c *change.Change, h *student.PupilRow) error {
		voidCertificate(t, c, h)
		return undoLine(t, c, h)
	}}
}

// voidCertificate voids the valid certificate of a stage that the pupil has not finished
// after all (worker); the case number says why.
func voidCertificate(t *store.Tx, c *change.Change, h *student.PupilRow) {
	t.Later("void a certificate", store.AnyRows, `UPDATE certificate SET state = ?, ended_at = ?, reason = ? WHERE student_id = ? AND stage = ? AND state IN (?, ?)`,
		Voided, t.Now(), c.CaseNo, h.ID, h.Stage, Written, Issued)
}

// undoLine marks the graduation of a pupil as undone (worker). A record that was loaded as
// that of a graduate has no line.
func undoLine(t *store.Tx, c *change.Change, h *student.PupilRow) error {
	t.Later("undo a graduation", store.AnyRows, `UPDATE graduation_line SET undone_at = ?, undone_by = ? WHERE student_id = ? AND stage = ? AND verdict = ? AND undone_at IS NULL`,
		t.Now(), c.ID, h.ID, h.Stage, InPool)
	return nil
}

// StrikeLine marks the graduation of one pupil as a mistake that a correction struck (异动纠错,
// worker); the other pupils of the list have graduated.
func StrikeLine(t *store.Tx, list, pupil, correction uuid.UUID) {
	t.Later("strike a line of a graduation", 1, `UPDATE graduation_line SET struck_at = ?, struck_by = ? WHERE change_id = ? AND student_id = ? AND struck_at IS NULL`,
		t.Now(), correction, list, pupil)
}
