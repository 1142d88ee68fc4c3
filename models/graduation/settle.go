package graduation

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// InPool is the verdict of a line that is in force with its conclusion.
const InPool = "GRADUATED"

// lines returns the table of the lines of graduations.
func lines() pupillist.Lines {
	return pupillist.Lines{Table: "graduation_line", Held: "graduation_lines_held"}
}

// listedLines reads the lines of a list that were not struck.
func listedLines(t *store.Tx, changeID uuid.UUID) ([]Line, error) {
	var list []Line
	err := t.DB().Raw(`SELECT student_id, conclusion FROM graduation_line WHERE change_id = ? AND verdict = ? ORDER BY line_no`, changeID, pupillist.Listed).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read a graduation: %w", err)
	}
	return list, nil
}

// graduateList lets every pupil of a list graduate who can now, in the transaction of the
// last decision. A pupil who cannot is struck with the code of the refusal, and the others
// graduate: the list is never lost for one line (P85). Every line is judged under the locks
// before anything of it is written.
func graduateList(t *change.Tx, c *change.Change, s *change.Slip, on calendar.Date) error {
	listed, held, err := lockList(t.Tx, c)
	if err != nil {
		return err
	}
	barred, err := pupillist.Barred(t.Tx, pupilsOf(listed))
	if err != nil {
		return err
	}
	facts := status.Facts{Today: t.Today(), Filed: calendar.DateOf(c.FiledAt), Policy: c.Definition.Policy, Releasing: c.Definition.Policy, Final: true}
	struck := 0
	for _, line := range listed {
		why, after := barred[line.StudentID], status.Record{}
		if why == nil {
			after, why = judgeLine(c, line, held[line.StudentID], facts)
		}
		if why != nil {
			struck++
			if err := lines().StrikeOne(t.Tx, c.ID, line.StudentID, why); err != nil {
				return err
			}
			continue
		}
		if err := t.SaveRecord(c, held[line.StudentID], after, on); err != nil {
			return err
		}
	}
	lines().Settle(t.Tx, c.ID, InPool)
	if struck > 0 {
		if err := lines().FreeStruck(t, c, struck, nil); err != nil {
			return err
		}
	}
	if struck == len(listed) {
		return t.EndEmptyList(c, s)
	}
	return t.EndEffective(c, s, on)
}

// judgeLine returns the record after its line, or the first refusal that stands against it.
// A pupil who went to another school meanwhile is no pupil of the list any more.
func judgeLine(c *change.Change, line Line, h *student.PupilRow, facts status.Facts) (status.Record, *refusal.Error) {
	if h == nil || h.SchoolID != c.OrgID || h.Stage != c.Stage {
		return status.Record{}, refusal.New(refusal.GraduationPupil)
	}
	if refused := status.Check(h.Record, requestOf(line.Conclusion), facts); len(refused) > 0 {
		return h.Record, refused[0]
	}
	after, _ := status.Apply(h.Record, requestOf(line.Conclusion), facts) // refuses what Check refuses
	return after, nil
}

// lockList locks the pupils of a list in the order of their IDs, and then their classes.
func lockList(t *store.Tx, c *change.Change) (listed []Line, held map[uuid.UUID]*student.PupilRow, err error) {
	if listed, err = listedLines(t, c.ID); err != nil {
		return nil, nil, err
	}
	rows, err := student.ReadPupilRows(t, pupilsOf(listed), true)
	if err != nil {
		return nil, nil, err
	}
	held = map[uuid.UUID]*student.PupilRow{}
	var classes []uuid.UUID
	for _, h := range rows {
		held[h.ID] = h
		if h.ClassID != nil {
			classes = append(classes, *h.ClassID)
		}
	}
	return listed, held, student.LockClassRows(t, classes)
}

// pupilsOf returns the pupils of lines.
func pupilsOf(list []Line) []uuid.UUID {
	ids := make([]uuid.UUID, len(list))
	for i, line := range list {
		ids[i] = line.StudentID
	}
	return ids
}
