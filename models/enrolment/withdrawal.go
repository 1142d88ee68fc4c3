package enrolment

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// WithdrawalKind returns the Work of the withdrawal of a file (退档, KT27): the record of a
// pupil who was taken by mistake (P44) goes back to the school of graduation.
func WithdrawalKind() change.RecordWork {
	return change.RecordWork{
		Particulars: func(t *change.Tx, c *change.Change, h *student.PupilRow, _ process.Policy) error {
			a, err := finalClaim(t.Tx, h)
			if a == nil || err != nil {
				return err // the rules of the kind say so
			}
			c.Receiving, err = officeOf(t.Tx, a.FromSchool)
			return err
		},
		Facts: func(t *store.Tx, _ *change.Change, h *student.PupilRow, f *status.Facts, _ bool) (err error) {
			f.Admission, err = admissionOf(t, h, f.Policy.EnrolmentWithdrawalMonths)
			return err
		},
		Before: lockFinal,
		After:  endFinal,
	}
}

// finalClaim reads the enrolment that brought a record to its school, nil when none did.
func finalClaim(t *store.Tx, h *student.PupilRow) (*Claim, error) {
	list, err := readClaims(t, `WHERE a.student_id = ? AND a.school_id = ? AND a.state = ? AND a.stage = ? ORDER BY a.settled_at DESC LIMIT 1`, h.ID, h.SchoolID, Final, h.Stage)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// admissionOf returns the enrolment of a record as the rules look at it.
func admissionOf(t *store.Tx, h *student.PupilRow, months int) (*status.Admission, error) {
	a, err := finalClaim(t, h)
	if a == nil || err != nil {
		return nil, err
	}
	since := a.GraduatedOn
	if since.IsZero() {
		since = calendar.DateOf(*a.SettledAt)
	}
	rests, err := restsOn(t, a)
	return &status.Admission{SchoolID: a.FromSchool.String(), Stage: a.FromStage, EntryYear: a.FromEntryYear,
		LastDay: calendar.DateOf(since.Start().AddDate(0, months, 0)), Rests: rests}, err
}

// restsOn reports whether the record has changed its status or school since an enrolment.
// A class, a corrected item or a tidied name is no such change.
func restsOn(t *store.Tx, a *Claim) (rests bool, err error) {
	err = t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM student_history h WHERE h.student_id = ? AND h.recorded_at > ? AND h.struck_at IS NULL AND h.change_id IS DISTINCT FROM ?
		AND (h.before ->> 'enrol_status' IS DISTINCT FROM h.after ->> 'enrol_status' OR h.before ->> 'school_id' IS DISTINCT FROM h.after ->> 'school_id'
			OR h.before ->> 'stage' IS DISTINCT FROM h.after ->> 'stage' OR h.before ->> 'entry_year' IS DISTINCT FROM h.after ->> 'entry_year'))`,
		a.StudentID, a.SettledAt, a.ChangeID).Scan(&rests).Error
	if err != nil {
		return false, fmt.Errorf("look at what rests on an enrolment: %w", err)
	}
	return rests, nil
}

// lockFinal locks the claim that a withdrawal ends before the record is locked, as an
// enrolment locks claims before records.
func lockFinal(t *change.Tx, c *change.Change) error {
	var locked []int
	err := t.DB().Raw(`SELECT line_no FROM admission WHERE student_id = ? AND state = ? ORDER BY change_id FOR UPDATE`, *c.StudentID, Final).Scan(&locked).Error
	if err != nil {
		return fmt.Errorf("lock an enrolment: %w", err)
	}
	return nil
}

// endFinal ends the claim of a file that was given back, and gives its place back.
func endFinal(t *store.Tx, _ *change.Change, h *student.PupilRow) error {
	a, err := finalClaim(t, h) // h is the record before the withdrawal
	if err != nil {
		return err
	}
	t.Later("end a claim", 1, `UPDATE admission SET state = ?, placed = false, code = ?, settled_at = ? WHERE change_id = ? AND line_no = ?`,
		Ended, string(refusal.EnrolFileReturned), t.Now(), a.ChangeID, a.LineNo)
	if !a.Placed {
		return nil
	}
	return office.FreePlaces(t, a.SchoolID, a.Stage, a.PlanYear, 1)
}

// officeOf reads an office as a side of a change.
func officeOf(t *store.Tx, id uuid.UUID) (o org.OfficeRef, err error) {
	err = t.DB().Raw(`SELECT id, path::text AS path, province_code AS province FROM organisation WHERE id = ?`, id).Take(&o).Error
	if err != nil {
		return o, fmt.Errorf("read an office: %w", err)
	}
	return o, nil
}
