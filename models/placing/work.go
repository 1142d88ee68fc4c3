package placing

import (
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/casepage"
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

// noticePlaced tells the class teachers and the heads of the year groups of a school that
// pupils have come to another class.
const noticePlaced = "CLASS_PLACED"

// ListWork is the Work of both kinds of lists that give pupils classes of their own school
// (分班, 调班).
type ListWork struct{}

// Prepare judges every line and returns all refusals at once.
func (ListWork) Prepare(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	return prepareList(t, c, f, policy)
}

// Hold writes the lines and takes the slot of each pupil.
func (ListWork) Hold(t *change.Tx, c *change.Change) error { return insertLines(t.Tx, c) }

// Recheck judges form and papers. The last decision judges the pupils.
func (ListWork) Recheck(_ *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	return slices.Concat(c.Definition.CheckFiled(c.Inputs), c.Definition.CheckEvidence(evidence.Kinds(papers)), change.NeedlessValues(c.Kind, s.Body.HasValues())), nil
}

// Act judges the whole list under its locks. Where a pupil cannot be placed, the lines say
// why, and the list ends.
func (ListWork) Act(t *change.Tx, c *change.Change, _ process.Act) (*refusal.Error, error) {
	l, _, refused, err := lockList(t.Tx, c)
	if err != nil {
		return nil, err
	}
	var first *refusal.Error
	for i, list := range refused {
		if len(list) == 0 {
			continue
		}
		if first == nil {
			first = list[0]
		}
		if err := table().StrikeOne(t.Tx, c.ID, l.lines[i].StudentID, list[0]); err != nil {
			return nil, err
		}
	}
	return first, nil
}

// Apply places every pupil of the list, or refuses the decision: a list is in force as a
// whole.
func (ListWork) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	l, after, refused, err := lockList(t.Tx, c)
	if err != nil {
		return err
	}
	if all := told(refused); len(all) > 0 {
		return change.NoteNotApplied(s, pupillist.Join(all))
	}
	for i, h := range l.held {
		// The seats were judged for the list as a whole, so the order of its lines may fill a
		// class for a moment that another line is about to leave.
		w := &student.RecordWrite{Was: h, After: after[i], ChangeID: c.ID, Kind: c.Kind, AccountID: c.FiledBy, On: t.Today(), Overfull: true}
		if err := student.WriteRecord(t.Tx, w); err != nil {
			return change.NoteNotApplied(s, err)
		}
	}
	table().Settle(t.Tx, c.ID, lineMoved)
	for _, role := range []org.Role{org.ClassTeacher, org.GradeHead} {
		if err := t.NotifyRole(c.ID, noticePlaced, c.StepNo, c.Round, c.OrgID, c.OrgPath, string(role)); err != nil {
			return err
		}
	}
	return t.EndEffective(c, s, t.Today())
}

// lockList locks the pupils of a list and all classes that lose or gain a seat, and judges
// every line. Business that has priority bars a line, too.
func lockList(t *store.Tx, c *change.Change) (*list, []status.Record, [][]*refusal.Error, error) {
	lines, err := table().Classes(t, c.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	l, _, err := readList(t, lines, c.OrgID, true)
	if err != nil {
		return nil, nil, nil, err
	}
	facts := status.Facts{Today: t.Today(), Filed: calendar.DateOf(c.FiledAt), Policy: c.Definition.Policy, Releasing: c.Definition.Policy, Final: true}
	after, refused := l.judge(c.Kind, facts)
	barred, err := pupillist.Barred(t, pupillist.IDs(l.held))
	if err != nil {
		return nil, nil, nil, err
	}
	for i, line := range lines {
		if e := barred[line.StudentID]; e != nil {
			refused[i] = append([]*refusal.Error{e.At(pupillist.Pointer(i, "/student_id"))}, refused[i]...)
		}
		if l.held[i] == nil { // deleted, or at another school by now
			refused[i] = []*refusal.Error{refusal.New(refusal.PlacingPupil).At(pupillist.Pointer(i, "/student_id"))}
		}
	}
	return l, after, refused, nil
}

// Strike takes no pupil out: a school that wants another list files another one.
func (ListWork) Strike(_ *change.Tx, _ *change.Change, s *change.Slip) (left bool, err error) {
	if len(s.Body.Strike) > 0 {
		return true, refusal.New(refusal.PlacingStrike).At("/strike")
	}
	return true, nil
}

// EndLine takes one pupil out of the list, because other business has priority, and ends
// the list when no pupil is left.
func (ListWork) EndLine(t *change.Tx, c *change.Change, pupil uuid.UUID, code string) error {
	waiting, err := table().Waiting(t.Tx, c.ID)
	if err != nil {
		return err
	}
	if err := table().StrikeOne(t.Tx, c.ID, pupil, change.RefusalOfEnding(code)); err != nil {
		return err
	}
	t.Later("free the slot of a line", store.AnyRows, `DELETE FROM slot WHERE change_id = ? AND key = ?`, c.ID, student.StudentSlot(pupil))
	if len(waiting) > 1 {
		return t.Audit("change.line_ended", "change", c.ID.String(), map[string]string{"code": code})
	}
	return t.EndBySystem(c.ID, code) // no line is left
}

// Page shows the lines.
func (ListWork) Page(t *store.Tx, p *casepage.Page) error {
	lines, err := readLines(t, p.ID)
	p.Own = Page{Lines: lines}
	return err
}
