package graduation

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// What became of a line.
const (
	Listed = "LISTED"    // waits for the decisions
	Struck = "STRUCK"    // taken out, by a person or by the system
	InPool = "GRADUATED" // in force with its conclusion
)

// eventLinesStruck is the line of the timeline, and the notice to the school, that says that
// pupils were taken out of a list.
const eventLinesStruck = "LINES_STRUCK"

// maxReasonLength is the length of a reason in characters, as of any opinion.
const maxReasonLength = 500

// listedLines reads the lines of a list that were not struck.
func listedLines(t *store.Tx, changeID uuid.UUID) ([]Line, error) {
	var list []Line
	err := t.DB().Raw(`SELECT student_id, conclusion FROM graduation_line WHERE change_id = ? AND verdict = ? ORDER BY line_no`, changeID, Listed).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read a graduation: %w", err)
	}
	return list, nil
}

// strikeFromList strikes pupils from a list together with an approval: they are free for
// other business at once, and their lines stay visible with the reason. Left reports
// whether a pupil remains.
func strikeFromList(t *change.Tx, c *change.Change, s *change.Slip) (left bool, err error) {
	if len(s.Body.Strike) == 0 {
		return true, nil
	}
	listed, err := listedLines(t.Tx, c.ID)
	if err != nil {
		return false, err
	}
	open := map[uuid.UUID]bool{}
	for _, line := range listed {
		open[line.StudentID] = true
	}
	var list []*refusal.Error
	for i, k := range s.Body.Strike {
		at := fmt.Sprintf("/strike/%d", i)
		reason := strings.TrimSpace(k.Reason)
		switch {
		case !open[k.StudentID]:
			list = append(list, refusal.New(refusal.LineUnknown).At(at+"/student_id"))
		case reason == "":
			list = append(list, refusal.New(refusal.OpinionRequired).At(at+"/reason"))
		case utf8.RuneCountInString(reason) > maxReasonLength:
			list = append(list, refusal.New(refusal.TooLong).At(at+"/reason").WithText("field", "剔除原因", "Reason").With("max", fmt.Sprint(maxReasonLength)))
		}
		delete(open, k.StudentID) // once
		t.Later("strike a line", 1, `UPDATE graduation_line SET verdict = ?, reason = ?, settled_by = ?, settled_at = ? WHERE change_id = ? AND student_id = ?`,
			Struck, reason, s.AccountID, t.Now(), c.ID, k.StudentID)
	}
	if len(list) > 0 {
		return false, refusal.Join(list[:min(len(list), maxFaults)]...)
	}
	return len(open) > 0, freeStruckPupils(t, c, len(s.Body.Strike), s)
}

// freeStruckPupils frees the slots of struck pupils and says in the timeline and to the
// school how many were struck. It names no pupil: the list itself does.
func freeStruckPupils(t *change.Tx, c *change.Change, n int, s *change.Slip) error {
	t.Later("free the slots of a graduation", store.AnyRows, `DELETE FROM slot WHERE change_id = ? AND key IN (
		SELECT 'student/' || student_id FROM graduation_line WHERE change_id = ? AND verdict = ?)`, c.ID, c.ID, Struck)
	e := change.Event{Change: c.ID, Verb: eventLinesStruck, Step: c.StepNo, Round: c.Round, Params: map[string]string{"count": fmt.Sprint(n)}}
	if s != nil {
		e.Account, e.Office = s.AccountID, s.OfficeID
	}
	if err := t.WriteEvent(e); err != nil {
		return err
	}
	return t.NotifyFiler(c, eventLinesStruck)
}

// graduateList lets every pupil of a list graduate who can now, in the transaction of the
// last decision. A pupil who cannot is struck with the code of the refusal, and the others
// graduate: the list is never lost for one line (P85). Every line is judged under the locks
// before anything of it is written.
func graduateList(t *change.Tx, c *change.Change, s *change.Slip, on calendar.Date) error {
	lines, held, err := lockList(t.Tx, c)
	if err != nil {
		return err
	}
	barred, err := refusalsByPupil(t.Tx, lines)
	if err != nil {
		return err
	}
	facts := status.Facts{Today: t.Today(), Filed: calendar.DateOf(c.FiledAt), Policy: c.Definition.Policy, Releasing: c.Definition.Policy, Final: true}
	struck := 0
	for _, line := range lines {
		why, after := barred[line.StudentID], status.Record{}
		if why == nil {
			after, why = judgeLine(c, line, held[line.StudentID], facts)
		}
		if why != nil {
			struck++
			if err := strikeLine(t.Tx, c, line.StudentID, why); err != nil {
				return err
			}
			continue
		}
		if err := t.SaveRecord(c, held[line.StudentID], after, on); err != nil {
			return err
		}
	}
	t.Later("settle a graduation", store.AnyRows, `UPDATE graduation_line SET verdict = ?, settled_at = ? WHERE change_id = ? AND verdict = ?`, InPool, t.Now(), c.ID, Listed)
	if struck > 0 {
		if err := freeStruckPupils(t, c, struck, nil); err != nil {
			return err
		}
	}
	if struck == len(lines) {
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
func lockList(t *store.Tx, c *change.Change) (lines []Line, held map[uuid.UUID]*student.PupilRow, err error) {
	if lines, err = listedLines(t, c.ID); err != nil {
		return nil, nil, err
	}
	ids := make([]uuid.UUID, len(lines))
	for i, line := range lines {
		ids[i] = line.StudentID
	}
	rows, err := student.ReadPupilRows(t, ids, true)
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
	return lines, held, student.LockClassRows(t, classes)
}

// refusalsByPupil returns, by pupil, the refusal for business that has priority over the
// list: a death, before an arbitration.
func refusalsByPupil(t *store.Tx, lines []Line) (map[uuid.UUID]*refusal.Error, error) {
	owner, keys := map[string]uuid.UUID{}, []string{}
	for _, line := range lines {
		for _, key := range []string{student.DeathSlot(line.StudentID), student.ArbitrationSlot(line.StudentID)} {
			owner[key] = line.StudentID
			keys = append(keys, key)
		}
	}
	var taken []string
	if err := t.DB().Raw(`SELECT key FROM slot WHERE key = ANY (CAST(? AS text[])) ORDER BY key`, student.TextArray(keys)).Scan(&taken).Error; err != nil {
		return nil, fmt.Errorf("look for business that goes before: %w", err)
	}
	barred := map[uuid.UUID]*refusal.Error{}
	for _, key := range taken { // a death overwrites an arbitration
		code := refusal.ArbitrationRunning
		if strings.HasPrefix(key, "death/") {
			code = refusal.DeathFiled
		}
		barred[owner[key]] = refusal.New(code)
	}
	return barred, nil
}

// strikeLine takes a pupil out of a list in the name of the system, with the code.
func strikeLine(t *store.Tx, c *change.Change, pupil uuid.UUID, why *refusal.Error) error {
	params, err := json.Marshal(store.OrEmpty(why.Params))
	if err != nil {
		return fmt.Errorf("strike a line: %w", err)
	}
	t.Later("strike a line", 1, `UPDATE graduation_line SET verdict = ?, code = ?, params = ?, settled_at = ? WHERE change_id = ? AND student_id = ?`,
		Struck, string(why.Code), string(params), t.Now(), c.ID, pupil)
	return nil
}
