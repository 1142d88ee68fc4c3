package graduation

import (
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// MaxLines is the highest number of pupils of one list.
const MaxLines = 2000

// stageInput and yearInput name stage and year of graduation in the form of the change.
const (
	stageInput = "stage"
	yearInput  = "year"
)

// List holds what a school files: the pupils of its graduating grade of one stage with their
// conclusions. It is the Named of a change.Filing.
type List struct {
	Stage org.Stage
	Year  int
	// Everybody takes every pupil of the grade who can graduate, with the conclusion 毕业;
	// then Lines is empty.
	Everybody bool
	Lines     []Line
}

// Line is one pupil of a list with the conclusion.
type Line struct {
	StudentID  uuid.UUID
	Conclusion status.Enrol
}

// prepared is a list while it is filed.
type prepared struct {
	year  int
	lines []Line
	held  []*student.PupilRow // of each line; nil where the line names no pupil
}

// YearOf returns the year in which the school year of a day ends, and with it the
// graduation.
func YearOf(p process.Policy, on calendar.Date) int { return p.SchoolYearOn(on) + 1 }

// prepareList judges a filed list and returns all refusals at once, each at its line.
func prepareList(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	l, ok := f.Named.(List)
	if !ok {
		return refusal.New(refusal.GraduationList).At("/lines")
	}
	policy, err := office.PolicyOf(t.Tx, f.Office.ID, policy)
	if err != nil {
		return err
	}
	c.Stage = l.Stage
	c.Inputs[stageInput], c.Inputs[yearInput] = string(l.Stage), strconv.Itoa(l.Year)
	d, known := t.Store().Processes().Define(f.Kind, c.Stage, policy)
	if !known || d.Subject != process.SubjectList {
		return change.UnknownKind(f.Kind)
	}
	c.Definition = d
	list := formRefusals(c, f, d)
	missing, err := evidence.RefuseUnknown(t.Tx, f.Evidence)
	if err != nil {
		return err
	}
	if list = append(list, missing...); len(list) > 0 {
		return refusal.Join(list...)
	}
	if year := YearOf(policy, t.Today()); l.Year != year {
		return refusal.New(refusal.GraduationYear).At("/year").With("year", strconv.Itoa(year))
	}
	p, list, err := readPupils(t.Tx, f.Office, l, policy)
	if err != nil {
		return err
	}
	against, err := p.refusals(t, policy)
	if err != nil {
		return err
	}
	c.Prepared = p
	list = append(list, against...)
	return pupillist.Join(list)
}

// formRefusals returns what stands against the form and the papers of a filing.
func formRefusals(c *change.Change, f change.Filing, d process.Definition) []*refusal.Error {
	list := append(d.CheckInputs(c.Inputs), d.CheckEvidence(evidence.Kinds(f.Evidence))...)
	list = append(list, change.NeedlessValues(f.Kind, len(f.Values) > 0)...)
	return append(list, change.StageForbids(d, c.Stage)...)
}

// readPupils reads the pupils of a list. It returns a refusal for each line that names no
// pupil of the school and stage, or a pupil named before. A list of everybody holds those
// who can graduate; its preview says why the others cannot.
func readPupils(t *store.Tx, office org.OfficeRef, l List, policy process.Policy) (*prepared, []*refusal.Error, error) {
	p := &prepared{year: l.Year}
	switch {
	case l.Everybody && len(l.Lines) > 0, !l.Everybody && len(l.Lines) == 0, len(l.Lines) > MaxLines:
		return p, []*refusal.Error{refusal.New(refusal.GraduationList).At("/lines")}, nil
	case l.Everybody:
		return readEverybody(t, office, l, policy)
	}
	ids := make([]uuid.UUID, len(l.Lines))
	for i, line := range l.Lines {
		ids[i] = line.StudentID
	}
	rows, err := student.ReadPupilRows(t, ids, false)
	if err != nil {
		return nil, nil, err
	}
	known, seen := map[uuid.UUID]*student.PupilRow{}, map[uuid.UUID]bool{}
	for _, h := range rows {
		known[h.ID] = h
	}
	p.lines, p.held = l.Lines, make([]*student.PupilRow, len(l.Lines))
	var list []*refusal.Error
	for i, line := range l.Lines {
		h := known[line.StudentID]
		switch {
		case h == nil || h.SchoolID != office.ID:
			list = append(list, refusal.New(refusal.GraduationPupil).At(pupillist.Pointer(i, "/student_id")))
		case seen[h.ID]:
			list = append(list, refusal.New(refusal.ListTwice).At(pupillist.Pointer(i, "/student_id")))
		case h.Stage != l.Stage:
			list = append(list, refusal.New(refusal.ListStage).At(pupillist.Pointer(i, "/student_id")))
		default:
			p.held[i], seen[h.ID] = h, true
		}
	}
	return p, list, nil
}

// readEverybody reads the pupils of the graduating grade who can graduate.
func readEverybody(t *store.Tx, office org.OfficeRef, l List, policy process.Policy) (*prepared, []*refusal.Error, error) {
	all, err := candidates(t, office.ID, l.Stage, policy, uuid.Nil, MaxLines+1)
	if err != nil {
		return nil, nil, err
	}
	p := &prepared{year: l.Year}
	for _, one := range all {
		if len(one.Refusals) == 0 {
			p.lines, p.held = append(p.lines, Line{StudentID: one.Pupil.ID, Conclusion: status.Graduated}), append(p.held, one.Pupil)
		}
	}
	switch {
	case len(all) > MaxLines:
		return p, []*refusal.Error{refusal.New(refusal.GraduationList).At("/everybody")}, nil
	case len(p.lines) == 0:
		return p, whyNone(all), nil
	}
	return p, nil, nil
}

// whyNone returns why no pupil of a grade can graduate: the one refusal of the whole grade, such
// as the season, or that each pupil has a reason.
func whyNone(all []Candidate) []*refusal.Error {
	for _, one := range all {
		for _, e := range one.Refusals {
			if e.Field == "" {
				return []*refusal.Error{e}
			}
		}
	}
	return []*refusal.Error{refusal.New(refusal.GraduationNobody).At("/everybody")}
}

// refusals returns what stands against each line. A refusal that concerns the whole list is
// returned once.
func (p *prepared) refusals(t *change.Tx, policy process.Policy) ([]*refusal.Error, error) {
	facts := status.Facts{Today: t.Today(), Filed: t.Today(), Policy: policy, Starting: true}
	var list []*refusal.Error
	said := map[refusal.Code]bool{}
	for i, h := range p.held {
		if h == nil {
			continue // told before
		}
		if h.SchoolGone && !said[refusal.SchoolClosed] {
			said[refusal.SchoolClosed] = true
			list = append(list, refusal.New(refusal.SchoolClosed))
		}
		for _, e := range status.Check(h.Record, requestOf(p.lines[i].Conclusion), facts) {
			switch {
			case e.Field != "":
				list = append(list, e.At(pupillist.Pointer(i, e.Field)))
			case !said[e.Code]:
				said[e.Code] = true
				list = append(list, e)
			}
		}
	}
	busy, err := pupillist.RefuseBusy(t.Tx, pupillist.IDs(p.held))
	return append(list, busy...), err
}

// requestOf returns the graduation of one pupil in the form that package status judges.
func requestOf(conclusion status.Enrol) status.Request {
	return status.Request{Kind: process.Graduation, Inputs: map[string]string{status.ConclusionInput: string(conclusion)}}
}
