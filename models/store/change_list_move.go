package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// linesStruck is the line of the timeline, and the notice to the bureau, that says that
// pupils were taken out of a list.
const linesStruck = "LINES_STRUCK"

// strikeFromList strikes pupils from a list together with an approval: they are free for
// other business at once, and their lines stay visible with the reason. Left reports
// whether a pupil remains.
func (t *Tx) strikeFromList(c *Change, s *Slip) (left bool, err error) {
	strikes := s.Body.Strike
	if len(strikes) == 0 {
		return true, nil
	}
	listed, err := t.listedLines(c.ID)
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
		case utf8.RuneCountInString(reason) > mostReason:
			list = append(list, refusal.New(refusal.TooLong).At(at+"/reason").WithText("field", "剔除原因", "Reason").With("max", fmt.Sprint(mostReason)))
		}
		delete(open, k.StudentID) // once
		t.later("strike a line", 1, `UPDATE change_line SET verdict = ?, reason = ?, settled_by = ?, settled_at = ? WHERE change_id = ? AND student_id = ?`,
			lineStruck, reason, s.AccountID, t.now, c.ID, k.StudentID)
	}
	if len(list) > 0 {
		return false, refusal.Join(list[:min(len(list), mostFaults)]...)
	}
	return len(open) > 0, t.tellStruck(c, len(strikes), s)
}

// mostReason is the length of a reason in characters, as of any opinion.
const mostReason = 500

// tellStruck frees the slots of struck pupils and says in the timeline and to the bureau
// how many were struck. It names no pupil: the list itself does.
func (t *Tx) tellStruck(c *Change, n int, s *Slip) error {
	t.later("free the slots of a list", anyRows, `DELETE FROM slot WHERE change_id = ? AND key IN (
		SELECT 'student/' || student_id FROM change_line WHERE change_id = ? AND verdict = ?)`, c.ID, c.ID, lineStruck)
	e := event{change: c.ID, verb: linesStruck, step: c.StepNo, round: c.Round, params: map[string]string{"count": fmt.Sprint(n)}}
	if s != nil {
		e.account, e.office = s.AccountID, s.OfficeID
	}
	if err := t.write(e); err != nil {
		return err
	}
	return t.notifyFiler(c, linesStruck)
}

// listedLines reads the lines of a list that were not struck.
func (t *Tx) listedLines(change uuid.UUID) ([]Line, error) {
	var list []Line
	err := t.db.Raw(`SELECT student_id, class_id FROM change_line WHERE change_id = ? AND verdict = ? ORDER BY line_no`, change, lineListed).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read a list: %w", err)
	}
	return list, nil
}

// moveList moves every pupil of a list who can move now, each as a transfer does, in the
// transaction of the last decision. A pupil who cannot move is struck with the refusal's
// code. Every line is judged under the locks before anything of it is written, so no line
// spoils another.
func (t *Tx) moveList(c *Change, s *Slip, on calendar.Date) error {
	l, facts, err := t.lockList(c)
	if err != nil {
		return err
	}
	barred, err := t.barredLines(l)
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
		after, refused := h.record, barred[line.StudentID]
		if len(refused) == 0 {
			after, refused = l.judge(c.Kind, line, h, facts)
		}
		if len(refused) > 0 {
			struck[line.StudentID] = refused[0]
			continue
		}
		if err := t.saveRecord(c, h, after, on); err != nil {
			return err
		}
	}
	if err := t.settleLines(c, struck); err != nil {
		return err
	}
	if len(struck) == len(l.lines) {
		return t.endStruck(c, s)
	}
	return t.endEffective(c, s, on)
}

// lockList locks the pupils of a list and all classes that lose or gain a seat.
func (t *Tx) lockList(c *Change) (*listed, status.Facts, error) {
	facts := status.Facts{Today: t.today(), Filed: calendar.DateOf(c.FiledAt), Policy: c.Definition.Policy, Releasing: c.Definition.Policy, Final: true}
	l := &listed{}
	var err error
	if l.lines, err = t.listedLines(c.ID); err != nil {
		return nil, facts, err
	}
	students, classes := make([]uuid.UUID, len(l.lines)), make([]uuid.UUID, len(l.lines))
	for i, line := range l.lines {
		students[i], classes[i] = line.StudentID, line.ClassID
	}
	all, err := t.heldAmong(students, true)
	if err != nil {
		return nil, facts, err
	}
	known, seats := map[uuid.UUID]*held{}, classes
	for _, h := range all {
		known[h.ID] = h
		if h.ClassID != nil {
			seats = append(seats, *h.ClassID)
		}
	}
	for _, line := range l.lines {
		l.held = append(l.held, known[line.StudentID])
	}
	if err := t.holdClasses(seats); err != nil {
		return nil, facts, err
	}
	if l.classes, err = t.placesAmong(classes); err != nil {
		return nil, facts, err
	}
	if facts.To, err = t.receivingSchool(c); err != nil {
		return nil, facts, err
	}
	var out struct{ OrgID uuid.UUID }
	if err := t.db.Raw(`SELECT org_id FROM change_party WHERE change_id = ? AND side = 'OUT'`, c.ID).Take(&out).Error; err != nil {
		return nil, facts, fmt.Errorf("read the releasing school of a list: %w", err)
	}
	facts.From, err = t.schoolFor(out.OrgID)
	return l, facts, err
}

// barredLines returns, by pupil, a refusal for business that has priority over the list:
// a death or an arbitration.
func (t *Tx) barredLines(l *listed) (map[uuid.UUID][]*refusal.Error, error) {
	var deaths, arbitrations []string
	owner := map[string]uuid.UUID{}
	for _, line := range l.lines {
		death, arbitration := deathSlot(line.StudentID), arbitrationSlot(line.StudentID)
		deaths, arbitrations = append(deaths, death), append(arbitrations, arbitration)
		owner[death], owner[arbitration] = line.StudentID, line.StudentID
	}
	var keys []string
	if err := t.db.Raw(`SELECT key FROM slot WHERE key IN ? OR key IN ? ORDER BY key DESC`, deaths, arbitrations).Scan(&keys).Error; err != nil {
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
func (t *Tx) settleLines(c *Change, struck map[uuid.UUID]*refusal.Error) error {
	for student, why := range struck {
		if err := t.strikeLine(c, student, why); err != nil {
			return err
		}
	}
	t.later("settle a list", anyRows, `UPDATE change_line SET verdict = ?, settled_at = ? WHERE change_id = ? AND verdict = ?`, lineMoved, t.now, c.ID, lineListed)
	if len(struck) == 0 {
		return nil
	}
	return t.tellStruck(c, len(struck), nil)
}

// strikeLine takes a pupil out of a list in the name of the system, with the code.
func (t *Tx) strikeLine(c *Change, student uuid.UUID, why *refusal.Error) error {
	params, err := json.Marshal(orEmpty(why.Params))
	if err != nil {
		return fmt.Errorf("strike a line: %w", err)
	}
	t.later("strike a line", 1, `UPDATE change_line SET verdict = ?, code = ?, params = ?, settled_at = ? WHERE change_id = ? AND student_id = ?`,
		lineStruck, string(why.Code), string(params), t.now, c.ID, student)
	return nil
}
