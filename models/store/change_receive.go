package store

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// stranger is a pupil of another office with the columns of student_to_receive.
type stranger struct {
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

// stranger finds the pupil that a claim names; nil when there is none.
func (t *Tx) stranger(c Claim) (*stranger, error) {
	var number []byte
	if c.numbered() {
		number = t.store.numberHash(c.Number)
	}
	var documents [][]byte
	if ident.NumberKey(c.IDNumber) != "" {
		documents = t.store.numberKeys(c.IDNumber)
	}
	var list []*stranger
	err := t.db.Raw(`SELECT * FROM student_to_receive(?::text[], ?, ?::bytea[])`, textArray(nameKeys(c.Name)), number, hashArray(documents)).Scan(&list).Error
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

// strange returns the record of a pupil of another office, with only the facts this
// office may know.
func (t *Tx) strange(s *stranger) (*held, error) {
	h := &held{
		ID: s.ID, SchoolID: s.SchoolID, Stage: s.Stage, EntryYear: s.EntryYear, EnrolStatus: s.EnrolStatus,
		Name: s.Name, IDType: s.IDType, IDMasked: s.IDMasked, NumberMasked: s.NumberMasked,
	}
	var school struct {
		Name, Code, Path, Province string
		Gone                       bool
	}
	err := t.db.Raw(`SELECT name, code, path::text AS path, province_code AS province, closed_at IS NOT NULL AS gone FROM organisation WHERE id = ?`,
		s.SchoolID).Take(&school).Error
	if err != nil {
		return nil, fmt.Errorf("read the school of a pupil: %w", err)
	}
	h.SchoolName, h.SchoolCode, h.SchoolPath, h.Province, h.SchoolGone = school.Name, school.Code, school.Path, school.Province, school.Gone
	h.record = status.Record{Enrol: s.EnrolStatus, Standing: s.EnrolStatus.Standing(), Stage: s.Stage, EntryYear: s.EntryYear,
		SchoolID: s.SchoolID.String(), Punished: s.Punished}
	if s.Problems {
		h.record.Problems = []string{"UNNAMED"} // another office does not learn which ones
	}
	return h, nil
}

// prepareReceived prepares a change that the receiving school files for a pupil of
// another school: a transfer, or a return to school.
func (t *Tx) prepareReceived(c *Change, f Filing, policy process.Policy) error {
	h, err := t.pupilToReceive(c, f)
	if err != nil {
		return err
	}
	c.StudentID, c.Stage, c.Subject = &h.ID, h.Stage, seenSubject(h)
	c.releasing = Office{ID: h.SchoolID, Path: h.SchoolPath, Province: h.Province}
	releasing, err := t.policyOf(h.Province)
	if err != nil {
		return err
	}
	route := routeBetween(f.Office, h)
	d, ok := t.store.processes.DefineRoute(f.Kind, h.Stage, route, policy, releasing)
	if !ok {
		d, ok = t.store.processes.Define(f.Kind, h.Stage, policy)
	}
	if !ok || d.Subject != process.SubjectStudent {
		return unknownKind(f.Kind)
	}
	c.Definition, c.wrong = d, needlessValues(f.Kind, len(f.Values) > 0)
	list := stageForbids(d, h.Stage)
	if to, err := t.schoolFor(f.Office.ID); err != nil || to.Closed {
		return errors.Join(err, refusal.New(refusal.SchoolClosed))
	}
	if route == process.CrossProvince && f.RedoOf == uuid.Nil && !f.Pupil.numbered() {
		list = append(list, refusal.New(refusal.TransferNumberRequired).At("/pupil/student_number"))
	}
	running, err := t.runningKind(h.ID)
	if err != nil {
		return err
	}
	own, err := t.ownClaim(h.ID, h.SchoolID, f.Office.ID, running)
	if err != nil {
		return err
	}
	if own != nil {
		return own
	}
	if h.SchoolID == f.Office.ID {
		ahead, err := t.ahead(c.Kind, h.ID)
		if err != nil {
			return err
		}
		if ahead != nil {
			return ahead.At("/pupil")
		}
	}
	against, err := t.against(c, h, f.Evidence, running, true)
	if err != nil {
		return err
	}
	return refusal.Join(append(list, against...)...)
}

// ownClaim returns a refusal with the case number when the school's own change already
// holds the pupil of another school. It returns nil in all other cases.
func (t *Tx) ownClaim(student, school, by uuid.UUID, running process.Kind) (*refusal.Error, error) {
	if running == "" || school == by {
		return nil, nil //nolint:nilnil // nothing of its own
	}
	_, holder, err := t.slotHolder(studentSlot(student))
	if err != nil || holder == nil || holder.OrgID != by {
		return nil, err
	}
	return inProgress(holder).At("/pupil"), nil
}

// pupilToReceive finds the pupil of a filing: by name and number, or by the school's own
// ended change that this filing repeats.
func (t *Tx) pupilToReceive(c *Change, f Filing) (*held, error) {
	claim := f.Pupil
	if !claim.complete() {
		return t.pupilOfRedo(c, f)
	}
	s, err := t.stranger(claim)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, status.DataWrong.Refusal("", status.School{}, "")
	}
	if err := t.redoesFor(c, s.ID); err != nil {
		return nil, err
	}
	if claim.numbered() {
		c.foundBy = t.store.numberHash(claim.Number)
	}
	return t.strange(s)
}

// redoesFor refuses a filing that names one pupil and repeats an ended change of another.
func (t *Tx) redoesFor(c *Change, student uuid.UUID) error {
	if c.RedoOf == nil {
		return nil
	}
	old, err := t.Change(*c.RedoOf)
	if err != nil {
		return err
	}
	if old.StudentID == nil || *old.StudentID != student {
		return refusal.New(refusal.RedoUnknown).At("/redo_of")
	}
	return nil
}

func (t *Tx) pupilOfRedo(c *Change, f Filing) (*held, error) {
	var s stranger
	err := t.db.Raw(`SELECT * FROM student_of_redo(?)`, f.RedoOf).Take(&s).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, status.DataWrong.Refusal("", status.School{}, "")
	}
	if err != nil {
		return nil, fmt.Errorf("find the pupil of an ended change: %w", err)
	}
	var old struct{ FoundBy []byte }
	if err := t.db.Raw(`SELECT found_by FROM change WHERE id = ?`, f.RedoOf).Take(&old).Error; err != nil {
		return nil, fmt.Errorf("find the pupil of an ended change: %w", err)
	}
	c.foundBy = old.FoundBy
	return t.strange(&s)
}
