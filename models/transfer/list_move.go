package transfer

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// moveList moves every pupil of a list who can move now, each as a transfer does, in the
// transaction of the last decision. A pupil who cannot move is struck with the refusal's
// code. Every line is judged under the locks before anything of it is written, so no line
// spoils another.
func moveList(t *change.Tx, c *change.Change, s *change.Slip, on calendar.Date) error {
	l, facts, err := lockList(t.Tx, c)
	if err != nil {
		return err
	}
	barred, err := pupillist.Barred(t.Tx, pupillist.IDs(l.held))
	if err != nil {
		return err
	}
	struck := map[uuid.UUID]*refusal.Error{}
	for i, line := range l.lines {
		h := l.held[i]
		if h == nil { // deleted: nothing is left to move
			struck[line.StudentID] = refusal.New(refusal.ListPupil)
			continue
		}
		if why := barred[line.StudentID]; why != nil {
			struck[line.StudentID] = why
			continue
		}
		after, refused := l.applyLine(c.Kind, line, h, facts)
		if len(refused) > 0 {
			struck[line.StudentID] = refused[0]
			continue
		}
		if err := t.SaveRecord(c, h, after, on); err != nil {
			return err
		}
	}
	if err := settleLines(t, c, struck); err != nil {
		return err
	}
	if len(struck) == len(l.lines) {
		return t.EndEmptyList(c, s)
	}
	return t.EndEffective(c, s, on)
}

// lockList locks the pupils of a list and all classes that lose or gain a seat.
func lockList(t *store.Tx, c *change.Change) (*pupilList, status.Facts, error) {
	facts := status.Facts{Today: t.Today(), Filed: calendar.DateOf(c.FiledAt), Final: true}
	l := &pupilList{}
	var err error
	if l.lines, err = lines().Classes(t, c.ID); err != nil {
		return nil, facts, err
	}
	students, classes := make([]uuid.UUID, len(l.lines)), make([]uuid.UUID, len(l.lines))
	for i, line := range l.lines {
		students[i], classes[i] = line.StudentID, line.ClassID
	}
	all, err := student.ReadPupilRows(t, students, true)
	if err != nil {
		return nil, facts, err
	}
	known, seats := map[uuid.UUID]*student.PupilRow{}, classes
	for _, h := range all {
		known[h.ID] = h
		if h.ClassID != nil {
			seats = append(seats, *h.ClassID)
		}
	}
	for _, line := range l.lines {
		l.held = append(l.held, known[line.StudentID])
	}
	if err := student.LockClassRows(t, seats); err != nil {
		return nil, facts, err
	}
	if l.classes, err = student.ReadNamedClasses(t, classes); err != nil {
		return nil, facts, err
	}
	if facts.To, err = receivingSchool(t, c); err != nil {
		return nil, facts, err
	}
	var out struct{ OrgID uuid.UUID }
	if err := t.DB().Raw(`SELECT org_id FROM change_party WHERE change_id = ? AND side = ?`, c.ID, process.SideOut).Take(&out).Error; err != nil {
		return nil, facts, fmt.Errorf("read the releasing school of a list: %w", err)
	}
	if facts.From, err = student.ReadSchool(t, out.OrgID); err != nil {
		return nil, facts, err
	}
	return l, facts, judgeBySchools(t, &facts, c.Definition.Policy, out.OrgID, c.Receiving.ID)
}

// settleLines strikes the pupils who cannot move, with the code, and marks all other
// lines as moved.
func settleLines(t *change.Tx, c *change.Change, struck map[uuid.UUID]*refusal.Error) error {
	for student, why := range struck {
		if err := lines().StrikeOne(t.Tx, c.ID, student, why); err != nil {
			return err
		}
	}
	lines().Settle(t.Tx, c.ID, LineMoved)
	if len(struck) == 0 {
		return nil
	}
	return lines().FreeStruck(t, c, len(struck), nil)
}
