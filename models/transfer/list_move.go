package transfer

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// eventLinesStruck is the line of the timeline, and the notice to the bureau, that says that
// pupils were taken out of a list.
const eventLinesStruck = "LINES_STRUCK"

// strikeFromList strikes pupils from a list together with an approval: they are free for
// other business at once, and their lines stay visible with the reason. Left reports
// whether a pupil remains.
func strikeFromList(t *change.Tx, c *change.Change, s *change.Slip) (left bool, err error) {
	strikes := s.Body.Strike
	if len(strikes) == 0 {
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
	for i, k := range strikes {
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
		t.Later("strike a line", 1, `UPDATE change_line SET verdict = ?, reason = ?, settled_by = ?, settled_at = ? WHERE change_id = ? AND student_id = ?`,
			lineStruck, reason, s.AccountID, t.Now(), c.ID, k.StudentID)
	}
	if len(list) > 0 {
		return false, refusal.Join(list[:min(len(list), maxFaults)]...)
	}
	return len(open) > 0, freeStruckPupils(t, c, len(strikes), s)
}

// maxReasonLength is the length of a reason in characters, as of any opinion.
const maxReasonLength = 500

// freeStruckPupils frees the slots of struck pupils and says in the timeline and to the bureau
// how many were struck. It names no pupil: the list itself does.
func freeStruckPupils(t *change.Tx, c *change.Change, n int, s *change.Slip) error {
	t.Later("free the slots of a list", store.AnyRows, `DELETE FROM slot WHERE change_id = ? AND key IN (
		SELECT 'student/' || student_id FROM change_line WHERE change_id = ? AND verdict = ?)`, c.ID, c.ID, lineStruck)
	e := change.Event{Change: c.ID, Verb: eventLinesStruck, Step: c.StepNo, Round: c.Round, Params: map[string]string{"count": fmt.Sprint(n)}}
	if s != nil {
		e.Account, e.Office = s.AccountID, s.OfficeID
	}
	if err := t.WriteEvent(e); err != nil {
		return err
	}
	return t.NotifyFiler(c, eventLinesStruck)
}

// listedLines reads the lines of a list that were not struck.
func listedLines(t *store.Tx, changeID uuid.UUID) ([]change.ListedPupil, error) {
	var list []change.ListedPupil
	err := t.DB().Raw(`SELECT student_id, class_id FROM change_line WHERE change_id = ? AND verdict = ? ORDER BY line_no`, changeID, lineListed).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read a list: %w", err)
	}
	return list, nil
}

// moveList moves every pupil of a list who can move now, each as a transfer does, in the
// transaction of the last decision. A pupil who cannot move is struck with the refusal's
// code. Every line is judged under the locks before anything of it is written, so no line
// spoils another.
func moveList(t *change.Tx, c *change.Change, s *change.Slip, on calendar.Date) error {
	l, facts, err := lockList(t.Tx, c)
	if err != nil {
		return err
	}
	barred, err := refusalsByPupil(t.Tx, l)
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
		after, refused := h.Record, barred[line.StudentID]
		if len(refused) == 0 {
			after, refused = l.applyLine(c.Kind, line, h, facts)
		}
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
	if l.lines, err = listedLines(t, c.ID); err != nil {
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
	if l.classes, err = readNamedClasses(t, classes); err != nil {
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

// refusalsByPupil returns, by pupil, a refusal for business that has priority over the list:
// a death or an arbitration.
func refusalsByPupil(t *store.Tx, l *pupilList) (map[uuid.UUID][]*refusal.Error, error) {
	var deaths, arbitrations []string
	owner := map[string]uuid.UUID{}
	for _, line := range l.lines {
		death, arbitration := student.DeathSlot(line.StudentID), student.ArbitrationSlot(line.StudentID)
		deaths, arbitrations = append(deaths, death), append(arbitrations, arbitration)
		owner[death], owner[arbitration] = line.StudentID, line.StudentID
	}
	var keys []string
	if err := t.DB().Raw(`SELECT key FROM slot WHERE key IN ? OR key IN ? ORDER BY key DESC`, deaths, arbitrations).Scan(&keys).Error; err != nil {
		return nil, fmt.Errorf("look for business that goes before: %w", err)
	}
	barred := map[uuid.UUID][]*refusal.Error{}
	for _, key := range keys {
		code := refusal.ArbitrationRunning
		if strings.HasPrefix(key, "death/") {
			code = refusal.DeathFiled
		}
		barred[owner[key]] = append(barred[owner[key]], refusal.New(code))
	}
	return barred, nil
}

// settleLines strikes the pupils who cannot move, with the code, and marks all other
// lines as moved.
func settleLines(t *change.Tx, c *change.Change, struck map[uuid.UUID]*refusal.Error) error {
	for student, why := range struck {
		if err := strikeLine(t.Tx, c, student, why); err != nil {
			return err
		}
	}
	t.Later("settle a list", store.AnyRows, `UPDATE change_line SET verdict = ?, settled_at = ? WHERE change_id = ? AND verdict = ?`, LineMoved, t.Now(), c.ID, lineListed)
	if len(struck) == 0 {
		return nil
	}
	return freeStruckPupils(t, c, len(struck), nil)
}

// strikeLine takes a pupil out of a list in the name of the system, with the code.
func strikeLine(t *store.Tx, c *change.Change, student uuid.UUID, why *refusal.Error) error {
	params, err := json.Marshal(store.OrEmpty(why.Params))
	if err != nil {
		return fmt.Errorf("strike a line: %w", err)
	}
	t.Later("strike a line", 1, `UPDATE change_line SET verdict = ?, code = ?, params = ?, settled_at = ? WHERE change_id = ? AND student_id = ?`,
		lineStruck, string(why.Code), string(params), t.Now(), c.ID, student)
	return nil
}
