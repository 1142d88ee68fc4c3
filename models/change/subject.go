package change

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/student"
)

// checkRedo sets the ended change that a filing repeats. It must be of the same office, kind
// and subject, so that the answer reveals nothing about changes of others.
func (t *Tx) checkRedo(c *Change, f Filing) error {
	if f.RedoOf == uuid.Nil {
		return nil
	}
	unknown := refusal.New(refusal.RedoUnknown).At("/redo_of")
	old, err := t.Read(f.RedoOf)
	if errors.Is(err, refusal.New(refusal.NotFound)) {
		return unknown
	}
	if err != nil {
		return err
	}
	// A pupil given by name and number is compared later, when the record is found.
	same := old.OrgID == f.Office.ID && old.Kind == f.Kind && old.Status != StatusRunning &&
		(old.StudentID == nil || *old.StudentID == f.StudentID || f.Pupil.Complete()) && (old.RosterID == nil || *old.RosterID == f.RosterID)
	if !same {
		return unknown
	}
	c.RedoOf = &f.RedoOf
	return nil
}

// checkSubject checks that a filing names exactly the subject of its kind.
func (t *Tx) checkSubject(f Filing, policy process.Policy) error {
	if f.Named != nil {
		return nil // its Work looks at it
	}
	student, roster := f.StudentID != uuid.Nil, f.RosterID != uuid.Nil
	if named := f.Pupil != (PupilReference{}); named && (student || !status.Receives(f.Kind)) {
		return refusal.New(refusal.SubjectTwice).At("/pupil")
	}
	if status.Receives(f.Kind) && !roster {
		if f.Pupil.Complete() || student && f.RedoOf != uuid.Nil {
			return nil
		}
		return refusal.New(refusal.PupilMissing).At("/pupil")
	}
	d, known := t.Store().Processes().Define(f.Kind, org.Primary, policy)
	if known && d.Subject == process.SubjectList {
		switch {
		case student || roster:
			return refusal.New(refusal.SubjectTwice).At("/lines")
		case len(f.Lines) == 0 || len(f.Lines) > MaxLines:
			return refusal.New(refusal.ListMissing).At("/lines")
		}
		return nil
	}
	if len(f.Lines) > 0 {
		return refusal.New(refusal.ListNotHere).At("/lines")
	}
	if known && d.Subject == process.SubjectOffice {
		if student || roster {
			return refusal.New(refusal.SubjectOffice).At("/student_id").WithText("kind", d.Name.Zh, d.Name.En)
		}
		return nil
	}
	if known && d.Subject == process.SubjectPerson {
		if student || roster {
			return refusal.New(refusal.SubjectNew).At("/student_id").WithText("kind", d.Name.Zh, d.Name.En)
		}
		return nil
	}
	switch {
	case student && roster:
		return refusal.New(refusal.SubjectTwice).At("/roster_id")
	case !student && !roster:
		missing := refusal.New(refusal.SubjectMissing).At("/student_id")
		if !known {
			return refusal.Join(UnknownKind(f.Kind), missing)
		}
		return missing
	}
	if !known || roster == (d.Subject == process.SubjectRoster) {
		return nil // an unknown kind is told later
	}
	e := refusal.New(refusal.SubjectWrong).WithText("kind", d.Name.Zh, d.Name.En)
	if roster {
		return e.At("/roster_id")
	}
	return e.At("/student_id")
}

// refusalIfFiledElsewhere returns a refusal when another office must file this kind for the pupil:
// the pupil's school, or its managing bureau. It returns nil when this office is right.
func (t *Tx) refusalIfFiledElsewhere(d process.Definition, office org.OfficeRef, h *student.PupilRow) (*refusal.Error, error) {
	told := func(code refusal.Code) *refusal.Error {
		return refusal.New(code).At("/student_id").WithText("kind", d.Name.Zh, d.Name.En)
	}
	managing := org.SuperiorPath(h.SchoolPath)
	switch {
	case d.FiledBy == process.FiledBySchool && h.SchoolID == office.ID, d.FiledBy == process.FiledByBureau && office.Path == managing:
		return nil, nil //nolint:nilnil // nothing stands against it
	case d.FiledBy == process.FiledBySchool:
		return told(refusal.FiledBySchool), nil
	}
	var row struct{ Name string }
	if err := t.DB().Raw(`SELECT name FROM organisation WHERE path = ?::ltree`, managing).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("find the managing bureau of a school: %w", err)
	}
	return told(refusal.FiledByManaging).With("bureau", row.Name), nil
}

// FindRefusals returns all refusals of a change: of its inputs, its evidence and the state of
// the record. It serves the filing (starting) and the resubmission. Running is the kind
// of another change that holds the pupil.
func (t *Tx) FindRefusals(c *Change, h *student.PupilRow, papers []evidence.Ref, running process.Kind, starting bool) ([]*refusal.Error, error) {
	list := c.Definition.CheckFiled(c.Inputs)
	if starting {
		list = c.Definition.CheckInputs(c.Inputs)
	}
	list = append(list, c.Definition.CheckEvidence(evidence.Kinds(papers))...)
	missing, err := evidence.RefuseUnknown(t.Tx, papers)
	if err != nil {
		return nil, err
	}
	list = append(append(list, missing...), c.ValueRefusals...)
	facts, err := t.readFacts(c, h, false)
	if err != nil {
		return nil, err
	}
	facts.Running, facts.Starting = running, starting
	list = append(list, withoutFormRefusals(list, status.Check(h.Record, c.request(evidence.Kinds(papers)), facts))...)
	if len(list) > 0 {
		return oneRefusalPerField(list), nil // only a complete request learns whether the number is taken
	}
	taken, err := t.RefusalIfIdentityTaken(c, h)
	if taken != nil {
		list = append(list, taken)
	}
	return list, err
}

// withoutFormRefusals removes refusals of the record about an input that the form has refused
// already. Such an input is missing, not asked for or unreadable, and a second refusal
// would contradict the first.
func withoutFormRefusals(form, against []*refusal.Error) []*refusal.Error {
	return slices.DeleteFunc(against, func(e *refusal.Error) bool {
		return strings.HasPrefix(e.Field, "/inputs/") && slices.ContainsFunc(form, func(f *refusal.Error) bool { return f.Field == e.Field })
	})
}

// request returns the application in the form that package status judges.
func (c *Change) request(papers []string) status.Request {
	return status.Request{Kind: c.Kind, Inputs: c.Inputs, Evidence: papers, Values: c.Values.InClear(), Items: len(c.Values.otherItems())}
}

// RouteBetween says whether the receiving office and the pupil's school have one managing
// bureau, one province or two provinces.
func RouteBetween(office org.OfficeRef, h *student.PupilRow) process.Route {
	switch {
	case office.Province != h.Province:
		return process.CrossProvince
	case org.SuperiorPath(office.Path) == org.SuperiorPath(h.SchoolPath):
		return process.SameBureau
	}
	return process.SameProvince
}
