package transfer

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// foreignPupil is a pupil of another office with the columns of student_to_receive.
type foreignPupil struct {
	ID           uuid.UUID
	SchoolID     uuid.UUID
	Stage        org.Stage
	EntryYear    int
	EnrolStatus  status.Enrol
	Problems     bool
	Punished     bool
	Name         string
	IDType       string
	IDMasked     string
	NumberMasked string
}

// findForeignPupil finds the pupil that a claim names; nil when there is none.
func findForeignPupil(t *store.Tx, c change.PupilReference) (*foreignPupil, error) {
	var number []byte
	if c.HasNumber() {
		number = student.NumberHash(t.Store(), c.Number)
	}
	var documents [][]byte
	if ident.NumberKey(c.IDNumber) != "" {
		documents = student.NumberKeys(t.Store(), c.IDNumber)
	}
	var list []*foreignPupil
	err := t.DB().Raw(`SELECT * FROM student_to_receive(?::text[], ?, ?::bytea[])`, student.TextArray(student.NameKeys(c.Name)), number, student.HashArray(documents)).Scan(&list).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("find a pupil of another school: %w", err)
	case len(list) == 0:
		return nil, nil //nolint:nilnil // no pupil has this name and number
	case len(list) > 1: // two countries gave one number to two people of one name
		return nil, refusal.New(refusal.TransferNumberRequired).At("/student_number")
	}
	return list[0], nil
}

// foreignRecord returns the record of a pupil of another office, with only the facts this
// office may know.
func foreignRecord(t *store.Tx, s *foreignPupil) (*student.PupilRow, error) {
	h := &student.PupilRow{
		ID: s.ID, SchoolID: s.SchoolID, Stage: s.Stage, EntryYear: s.EntryYear, EnrolStatus: s.EnrolStatus,
		Name: s.Name, IDType: s.IDType, IDMasked: s.IDMasked, NumberMasked: s.NumberMasked,
	}
	var school struct {
		Name, Code, Path, Province string
		Gone                       bool
	}
	err := t.DB().Raw(`SELECT name, code, path::text AS path, province_code AS province, closed_at IS NOT NULL AS gone FROM organisation WHERE id = ?`,
		s.SchoolID).Take(&school).Error
	if err != nil {
		return nil, fmt.Errorf("read the school of a pupil: %w", err)
	}
	h.SchoolName, h.SchoolCode, h.SchoolPath, h.Province, h.SchoolGone = school.Name, school.Code, school.Path, school.Province, school.Gone
	h.Record = status.Record{Enrol: s.EnrolStatus, Standing: s.EnrolStatus.Standing(), Stage: s.Stage, EntryYear: s.EntryYear,
		SchoolID: s.SchoolID.String(), Punished: s.Punished}
	if s.Problems {
		h.Record.Problems = []string{"UNNAMED"} // another office does not learn which ones
	}
	return h, nil
}

// prepareReceived prepares a change that the receiving school files for a pupil of
// another school: a transfer, or a return to school.
func prepareReceived(t *change.Tx, c *change.Change, f change.Filing, rules process.Policy) error {
	h, err := FindPupilToReceive(t, c, f)
	if err != nil {
		return err
	}
	c.StudentID, c.Stage, c.Subject = &h.ID, h.Stage, change.PupilSubject(h)
	c.Releasing = org.OfficeRef{ID: h.SchoolID, Path: h.SchoolPath, Province: h.Province}
	releasing, err := policy.InForce(t.Tx, h.Province)
	if err != nil {
		return err
	}
	route := change.RouteBetween(f.Office, h)
	d, ok := t.Store().Processes().DefineRoute(f.Kind, h.Stage, route, rules, releasing)
	if !ok {
		d, ok = t.Store().Processes().Define(f.Kind, h.Stage, rules)
	}
	if !ok || d.Subject != process.SubjectStudent {
		return change.UnknownKind(f.Kind)
	}
	c.Definition, c.ValueRefusals = d, change.NeedlessValues(f.Kind, len(f.Values) > 0)
	list := change.StageForbids(d, h.Stage)
	if to, err := student.ReadSchool(t.Tx, f.Office.ID); err != nil || to.Closed {
		return errors.Join(err, refusal.New(refusal.SchoolClosed))
	}
	if route == process.CrossProvince && f.RedoOf == uuid.Nil && !f.Pupil.HasNumber() {
		list = append(list, refusal.New(refusal.TransferNumberRequired).At("/pupil/student_number"))
	}
	running, err := t.RunningKind(h.ID)
	if err != nil {
		return err
	}
	own, err := refusalIfOwnChange(t, h.ID, h.SchoolID, f.Office.ID, running)
	if err != nil {
		return err
	}
	if own != nil {
		return own
	}
	if h.SchoolID == f.Office.ID {
		ahead, err := t.RefusalIfAhead(c.Kind, h.ID)
		if err != nil {
			return err
		}
		if ahead != nil {
			return ahead.At("/pupil")
		}
	}
	against, err := t.FindRefusals(c, h, f.Evidence, running, true)
	if err != nil {
		return err
	}
	return refusal.Join(append(list, against...)...)
}

// refusalIfOwnChange returns a refusal with the case number when the school's own change already
// holds the pupil of another school. It returns nil in all other cases.
func refusalIfOwnChange(t *change.Tx, studentID, school, by uuid.UUID, running process.Kind) (*refusal.Error, error) {
	if running == "" || school == by {
		return nil, nil //nolint:nilnil // nothing of its own
	}
	_, holder, err := t.SlotHolder(student.StudentSlot(studentID))
	if err != nil || holder == nil || holder.OrgID != by {
		return nil, err
	}
	return change.ChangeInProgress(holder).At("/pupil"), nil
}

// FindPupilToReceive finds the pupil of a filing: by name and number, or by the school's own
// ended change that this filing repeats.
func FindPupilToReceive(t *change.Tx, c *change.Change, f change.Filing) (*student.PupilRow, error) {
	claim := f.Pupil
	if !claim.Complete() {
		return readPupilOfRedo(t.Tx, c, f)
	}
	s, err := findForeignPupil(t.Tx, claim)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, status.DataWrong.Refusal("", status.School{}, "")
	}
	if err := checkRedoPupil(t, c, s.ID); err != nil {
		return nil, err
	}
	if claim.HasNumber() {
		c.FoundByHash = student.NumberHash(t.Store(), claim.Number)
	}
	return foreignRecord(t.Tx, s)
}

// checkRedoPupil refuses a filing that names one pupil and repeats an ended change of another.
func checkRedoPupil(t *change.Tx, c *change.Change, student uuid.UUID) error {
	if c.RedoOf == nil {
		return nil
	}
	old, err := t.Read(*c.RedoOf)
	if err != nil {
		return err
	}
	if old.StudentID == nil || *old.StudentID != student {
		return refusal.New(refusal.RedoUnknown).At("/redo_of")
	}
	return nil
}

func readPupilOfRedo(t *store.Tx, c *change.Change, f change.Filing) (*student.PupilRow, error) {
	var s foreignPupil
	err := t.DB().Raw(`SELECT * FROM student_of_redo(?)`, f.RedoOf).Take(&s).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, status.DataWrong.Refusal("", status.School{}, "")
	}
	if err != nil {
		return nil, fmt.Errorf("find the pupil of an ended change: %w", err)
	}
	var old struct{ FoundBy []byte }
	if err := t.DB().Raw(`SELECT found_by FROM change WHERE id = ?`, f.RedoOf).Take(&old).Error; err != nil {
		return nil, fmt.Errorf("find the pupil of an ended change: %w", err)
	}
	c.FoundByHash = old.FoundBy
	return foreignRecord(t, &s)
}
