package kinds

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// admissionArbitration is the Work of an arbitration of two admissions (招生仲裁, KT23). No
// change holds the graduate's slot for it: both claims go on, and only their retrieval
// waits.
type admissionArbitration struct{ change.RecordWork }

func admissionArbitrationKind() change.Work {
	return admissionArbitration{change.RecordWork{
		Facts: func(t *store.Tx, c *change.Change, _ *student.PupilRow, f *status.Facts, _ bool) error {
			if c.CaseNo == "" { // being filed
				f.Contested = c.About != nil
				return nil
			}
			d, err := enrolment.ReadDispute(t, *c.StudentID, c.OrgID)
			f.Contested = d != nil
			return err
		},
		Slot: func(t *change.Tx, c *change.Change) error {
			t.TakeSlot(c, student.ArbitrationSlot(*c.StudentID), func() error { return refusal.New(refusal.AdmissionArbitrationFiled).At("/pupil") })
			return nil
		},
		Ending: endRefusedAdmission,
	}}
}

// Prepare finds the graduate and the admission of the other school.
func (admissionArbitration) Prepare(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	h, err := transfer.FindPupilToReceive(t, c, f)
	if err != nil {
		return err
	}
	c.StudentID, c.Stage, c.Subject = &h.ID, h.Stage, change.PupilSubject(h)
	d, ok := t.Store().Processes().Define(f.Kind, h.Stage, policy)
	if !ok {
		return change.UnknownKind(f.Kind)
	}
	c.Definition, c.ValueRefusals = d, change.NeedlessValues(f.Kind, len(f.Values) > 0)
	if to, err := student.ReadSchool(t.Tx, f.Office.ID); err != nil || to.Closed {
		return errors.Join(err, refusal.New(refusal.SchoolClosed))
	}
	var other []contestedChange
	err = t.DB().Raw(`SELECT change_id, org_id, org_path, province FROM admission_dispute(?, ?)`, h.ID, f.Office.ID).Scan(&other).Error
	if err != nil {
		return fmt.Errorf("look for the admission of another school: %w", err)
	}
	if len(other) > 0 {
		c.About = &other[0].ChangeID
		c.Releasing = org.OfficeRef{ID: other[0].OrgID, Path: other[0].OrgPath, Province: other[0].Province}
	}
	against, err := t.FindRefusals(c, h, f.Evidence, "", true)
	if err != nil {
		return err
	}
	return refusal.Join(against...)
}

// Apply ends the claim of the other school. When one of the two admissions has ended
// meanwhile, nothing is left to decide.
func (admissionArbitration) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	d, err := enrolment.LockDispute(t, *c.StudentID, c.OrgID)
	if err != nil {
		return err
	}
	if d == nil {
		return change.NoteNotApplied(s, refusal.New(refusal.Moot))
	}
	if err := enrolment.EndLost(t, d.Other.ChangeID, *c.StudentID); err != nil {
		return err
	}
	return t.EndEffective(c, s, t.Today())
}

// endRefusedAdmission ends the claim of the school that asked when the bureau above both
// decided against it: one admission goes, whatever the decision (KT23).
func endRefusedAdmission(t *change.Tx, c *change.Change, as string) error {
	if as != change.StatusRefused || !c.Definition.Last(c.StepNo) {
		return nil
	}
	d, err := enrolment.LockDispute(t, *c.StudentID, c.OrgID)
	if err != nil || d == nil {
		return err
	}
	return enrolment.EndLost(t, d.Own.ChangeID, *c.StudentID)
}

// TellEnd tells the other school which of the two admissions stands.
func (admissionArbitration) TellEnd(t *change.Tx, c *change.Change, as string) (told bool, err error) {
	if as != change.StatusEffective {
		return false, nil
	}
	if err := t.NotifyFiler(c, "ENDED_"+as); err != nil {
		return false, err
	}
	t.NotifyOthers(c, noticeAdmissionLost)
	return true, nil
}

// noticeAdmissionLost is the notice to the school whose admission was ended.
const noticeAdmissionLost = "ADMISSION_LOST"

// SettledDisputes returns running arbitrations of admissions of which one has ended (worker).
func SettledDisputes(t *change.Tx, most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := t.DB().Raw(`SELECT a.id FROM change a WHERE a.kind = @kind AND a.status = @running AND (SELECT count(DISTINCT x.school_id) FROM admission x
			WHERE x.student_id = a.student_id AND x.state IN ('ADMITTED', 'RETRIEVED') AND (x.school_id = a.org_id OR x.change_id = a.about)) < 2 ORDER BY a.id LIMIT @most`,
		map[string]any{"kind": process.AdmissionArbitration, "running": change.StatusRunning, "most": most}).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for arbitrations without a dispute: %w", err)
	}
	return ids, nil
}

// UntoldClaims returns changes of enrolment whose school is still to be told of its claims
// (worker).
func UntoldClaims(t *change.Tx, most int) ([]uuid.UUID, error) { return enrolment.Untold(t.Tx, most) }
