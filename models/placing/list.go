package placing

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// list is a list of pupils with their classes while it is judged.
type list struct {
	lines   []change.ListedPupil
	held    []*student.PupilRow // of each line; nil for a pupil of another school
	classes map[uuid.UUID]*student.NamedClass
}

// prepareList prepares a list of a school and returns all refusals at once.
func prepareList(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	l, refused, err := readList(t.Tx, f.Lines, f.Office.ID, false)
	if err != nil {
		return err
	}
	first := slices.IndexFunc(l.held, func(h *student.PupilRow) bool { return h != nil })
	if first < 0 {
		return refusal.Join(refused...)
	}
	c.Stage = l.held[first].Stage
	d, ok := t.Store().Processes().Define(f.Kind, c.Stage, policy)
	if !ok || d.Subject != process.SubjectList {
		return change.UnknownKind(f.Kind)
	}
	c.Definition, c.Prepared = d, l
	refused = append(append(refused, d.CheckInputs(c.Inputs)...), d.CheckEvidence(evidence.Kinds(f.Evidence))...)
	refused = append(refused, change.NeedlessValues(f.Kind, len(f.Values) > 0)...)
	refused = append(refused, change.StageForbids(d, c.Stage)...)
	if l.held[first].SchoolGone {
		refused = append(refused, refusal.New(refusal.SchoolClosed))
	}
	missing, err := evidence.RefuseUnknown(t.Tx, f.Evidence)
	if err != nil {
		return err
	}
	facts := status.Facts{Today: t.Today(), Filed: t.Today(), Policy: policy, Releasing: policy, Starting: true}
	_, against := l.judge(f.Kind, facts)
	refused = append(append(refused, missing...), told(against)...)
	busy, err := pupillist.RefuseBusy(t.Tx, pupillist.IDs(l.held))
	if err != nil {
		return err
	}
	refused = append(refused, busy...)
	return pupillist.Join(refused)
}

// readList reads the pupils and classes of a list, with the classes that the pupils leave.
// It returns a refusal for each line that names no pupil of the school, a pupil named
// before, or a pupil of another stage than the first. With lock it locks pupils and classes.
func readList(t *store.Tx, lines []change.ListedPupil, school uuid.UUID, lock bool) (*list, []*refusal.Error, error) {
	l := &list{lines: lines, classes: map[uuid.UUID]*student.NamedClass{}}
	students, classes := make([]uuid.UUID, len(lines)), make([]uuid.UUID, len(lines))
	for i, line := range lines {
		students[i], classes[i] = line.StudentID, line.ClassID
	}
	rows, err := student.ReadPupilRows(t, students, lock)
	if err != nil {
		return nil, nil, err
	}
	known := map[uuid.UUID]*student.PupilRow{}
	for _, h := range rows {
		known[h.ID] = h
		if h.ClassID != nil {
			classes = append(classes, *h.ClassID)
		}
	}
	if lock {
		if err := student.LockClassRows(t, classes); err != nil {
			return nil, nil, err
		}
	}
	if l.classes, err = student.ReadNamedClasses(t, classes); err != nil {
		return nil, nil, err
	}
	return l, l.name(known, school), nil
}

// name gives each line its pupil, or a refusal.
func (l *list) name(known map[uuid.UUID]*student.PupilRow, school uuid.UUID) []*refusal.Error {
	var refused []*refusal.Error
	var stage org.Stage // of the first line that names a pupil of the school
	seen := map[uuid.UUID]bool{}
	for i, line := range l.lines {
		h, code := known[line.StudentID], refusal.Code("")
		switch {
		case h == nil || h.SchoolID != school:
			code = refusal.PlacingPupil
		case seen[line.StudentID]:
			code = refusal.ListTwice
		case stage == "":
			stage = h.Stage
		case h.Stage != stage:
			code = refusal.PlacingStage
		}
		if code != "" {
			refused = append(refused, refusal.New(code).At(pupillist.Pointer(i, "/student_id")))
			h = nil
		}
		l.held = append(l.held, h)
		seen[line.StudentID] = true
	}
	return refused
}

// judge returns the record of each line after the list, and the refusals of each line. The
// seats that the pupils of the list leave are free for the others, so that two full classes
// may change pupils; then the classes fill up line by line.
func (l *list) judge(kind process.Kind, facts status.Facts) (after []status.Record, refused [][]*refusal.Error) {
	after, refused = make([]status.Record, len(l.lines)), make([][]*refusal.Error, len(l.lines))
	free := map[uuid.UUID]int{}
	for _, h := range l.held {
		if h != nil && h.HoldsSeat && h.ClassID != nil {
			free[*h.ClassID]++
		}
	}
	for i, line := range l.lines {
		h := l.held[i]
		if h == nil {
			continue // told before
		}
		facts.Class = nil
		place := l.classes[line.ClassID]
		if place != nil {
			seats := place.Class
			seats.Occupied -= free[line.ClassID]
			facts.Class = &seats
		}
		req := status.Request{Kind: kind, Inputs: map[string]string{change.ClassInput: line.ClassID.String()}}
		if list := status.Check(h.Record, req, facts); len(list) > 0 {
			refused[i] = pointed(i, list)
			continue
		}
		after[i], _ = status.Apply(h.Record, req, facts) // refuses what Check refuses
		place.Occupied++
	}
	return after, refused
}

// pointed sets the line in the pointers of refusals. A refusal that concerns the whole list
// has none.
func pointed(line int, list []*refusal.Error) []*refusal.Error {
	for _, e := range list {
		switch e.Field {
		case "/student_id":
			_ = e.At(pupillist.Pointer(line, "/student_id"))
		case "/inputs/" + change.ClassInput:
			_ = e.At(pupillist.Pointer(line, "/"+change.ClassInput))
		}
	}
	return list
}

// told returns the refusals of all lines in their order; one that concerns the whole list
// is returned once.
func told(refused [][]*refusal.Error) []*refusal.Error {
	var all []*refusal.Error
	said := map[refusal.Code]bool{}
	for _, e := range slices.Concat(refused...) {
		if !strings.HasPrefix(e.Field, "/lines/") {
			if said[e.Code] {
				continue
			}
			said[e.Code] = true
		}
		all = append(all, e)
	}
	return all
}
