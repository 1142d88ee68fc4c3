package pupillist

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// EventStruck is the line of the timeline, and the notice to the filer, that says that
// pupils were taken out of a list.
const EventStruck = "LINES_STRUCK"

// maxReason is the length of a reason in characters, as of any opinion.
const maxReason = 500

// RefuseStrikes returns what stands against the strikes of a slip: a pupil whose line does
// not wait or who is named twice, and a reason that is missing or too long. Waiting holds
// the pupils whose lines wait; the struck ones are taken out of it.
func RefuseStrikes(s *change.Slip, waiting map[uuid.UUID]bool) error {
	var list []*refusal.Error
	for i, k := range s.Body.Strike {
		at, reason := fmt.Sprintf("/strike/%d", i), strings.TrimSpace(k.Reason)
		switch {
		case !waiting[k.StudentID]:
			list = append(list, refusal.New(refusal.LineUnknown).At(at+"/student_id"))
		case reason == "":
			list = append(list, refusal.New(refusal.OpinionRequired).At(at+"/reason"))
		case utf8.RuneCountInString(reason) > maxReason:
			list = append(list, refusal.New(refusal.TooLong).At(at+"/reason").WithText("field", "剔除原因", "Reason").With("max", fmt.Sprint(maxReason)))
		}
		delete(waiting, k.StudentID)
	}
	return Join(list)
}

// Strike strikes pupils from a list together with an approval: they are free for other
// business at once, and their lines stay visible with the reason. Left reports whether a
// pupil remains.
func (l Lines) Strike(t *change.Tx, c *change.Change, s *change.Slip) (left bool, err error) {
	if len(s.Body.Strike) == 0 {
		return true, nil
	}
	pupils, err := l.Waiting(t.Tx, c.ID)
	if err != nil {
		return false, err
	}
	waiting := make(map[uuid.UUID]bool, len(pupils))
	for _, id := range pupils {
		waiting[id] = true
	}
	if err := RefuseStrikes(s, waiting); err != nil {
		return false, err
	}
	for _, k := range s.Body.Strike {
		t.Later("strike a line", 1, `UPDATE `+l.Table+` SET verdict = ?, reason = ?, settled_by = ?, settled_at = ? WHERE change_id = ? AND student_id = ?`,
			Struck, strings.TrimSpace(k.Reason), s.AccountID, t.Now(), c.ID, k.StudentID)
	}
	return len(waiting) > 0, l.FreeStruck(t, c, len(s.Body.Strike), s)
}

// StrikeOne takes a pupil out of a list in the name of the system, with the code of a
// refusal (worker).
func (l Lines) StrikeOne(t *store.Tx, changeID, pupil uuid.UUID, why *refusal.Error) error {
	params, err := json.Marshal(store.OrEmpty(why.Params))
	if err != nil {
		return fmt.Errorf("strike a line: %w", err)
	}
	t.Later("strike a line", 1, `UPDATE `+l.Table+` SET verdict = ?, code = ?, params = ?, settled_at = ? WHERE change_id = ? AND student_id = ?`,
		Struck, string(why.Code), string(params), t.Now(), changeID, pupil)
	return nil
}

// FreeStruck frees the slots of struck pupils, and says how many were struck. The slip is
// nil when the system struck them.
func (l Lines) FreeStruck(t *change.Tx, c *change.Change, n int, s *change.Slip) error {
	t.Later("free the slots of a list", store.AnyRows, `DELETE FROM slot WHERE change_id = ? AND key IN (
		SELECT 'student/' || student_id FROM `+l.Table+` WHERE change_id = ? AND verdict = ?)`, c.ID, c.ID, Struck)
	return TellStruck(t, c, n, s)
}

// TellStruck says in the timeline and to the filer how many pupils were struck from a list.
// It names no pupil: the list itself does. The slip is nil when the system struck them.
func TellStruck(t *change.Tx, c *change.Change, n int, s *change.Slip) error {
	e := change.Event{Change: c.ID, Verb: EventStruck, Step: c.StepNo, Round: c.Round, Params: map[string]string{"count": fmt.Sprint(n)}}
	if s != nil {
		e.Account, e.Office = s.AccountID, s.OfficeID
	}
	if err := t.WriteEvent(e); err != nil {
		return err
	}
	return t.NotifyFiler(c, EventStruck)
}

// EndLine takes one pupil out of a list, because other business has priority, and ends the
// list when no pupil is left (change.Striker).
func (l Lines) EndLine(t *change.Tx, c *change.Change, pupil uuid.UUID, code string) error {
	waiting, err := l.Waiting(t.Tx, c.ID)
	if err != nil {
		return err
	}
	if err := l.StrikeOne(t.Tx, c.ID, pupil, change.RefusalOfEnding(code)); err != nil {
		return err
	}
	if err := l.FreeStruck(t, c, 1, nil); err != nil {
		return err
	}
	if len(waiting) > 1 {
		return t.Audit("change.line_ended", "change", c.ID.String(), map[string]string{"code": code})
	}
	return t.EndBySystem(c.ID, code)
}
