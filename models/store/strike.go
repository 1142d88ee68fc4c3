package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// strike takes back everything that the mistaken change of a correction did (worker): its
// lines of the history and those of the change that undid it, the suspension, the backup
// and paper file of a move, the line of a list. Struck rows stay readable for bureaus and
// in the audit trail. A struck death gives the record its former state back. What a
// strike cannot take back is named to the people who must act.
func (t *Tx) strike(c *Change, h *held, on calendar.Date) error {
	lines, err := t.pastOf(*c.About, h.ID)
	if err != nil || len(lines) == 0 {
		return err
	}
	kind := lines[0].Kind
	u := undoing(kind, lines)
	for _, p := range u.taken {
		if err := t.strikeCase(c, h, p); err != nil {
			return err
		}
	}
	if err := t.strikePaperFiles(c, h, u.taken); err != nil {
		return err
	}
	if err := t.joinSuspensions(c, h, u); err != nil {
		return err
	}
	if !status.Restores(kind) {
		return t.noteResidue(c, h, u.taken, on)
	}
	if err := t.restore(c, h, lines[0].before, on); err != nil {
		return err
	}
	return t.tellEnded(c, h)
}

// strikeCase strikes one change, or of a list only the pupil's line, and tells the
// schools that were sides of it.
func (t *Tx) strikeCase(c *Change, h *held, p past) error {
	struck, err := t.Change(p.ChangeID)
	if err != nil {
		return err
	}
	args := []any{t.now, c.ID, struck.ID, h.ID}
	if struck.Definition.Subject == process.SubjectList {
		t.later("strike a line", 1, `UPDATE change_line SET struck_at = ?, struck_by = ? WHERE change_id = ? AND student_id = ? AND struck_at IS NULL`, args...)
	} else {
		t.later("strike a change", 1, `UPDATE change SET struck_at = ?, struck_by = ? WHERE id = ? AND student_id = ? AND struck_at IS NULL`, args...)
	}
	t.strikeHistory(struck.ID, h.ID, c.ID, anyRows)
	t.later("strike a backup", anyRows, `UPDATE departure SET struck_at = ?, struck_by = ? WHERE change_id = ? AND student_id = ? AND struck_at IS NULL`, args...)
	t.later("strike a suspension", anyRows, `UPDATE suspension SET struck_at = ? WHERE change_id = ? AND student_id = ?`, t.now, struck.ID, h.ID)
	if err := t.tellCase(c, struck); err != nil {
		return err
	}
	return t.Audit("change.struck", "change", struck.ID.String(), map[string]string{"correction": c.ID.String(), "kind": string(struck.Kind)})
}

// noticeStruck tells a school that one of its cases was struck.
const noticeStruck = "CASE_STRUCK"

// tellCase writes into both timelines which correction struck which change, and leaves a
// notice for every school that was a side.
func (t *Tx) tellCase(c *Change, struck *Change) error {
	name := struck.Definition.Name
	err := t.came(c, CaseStruck, map[string]string{"case": struck.CaseNo, "kind": name.Zh, "kind_en": name.En})
	if err != nil {
		return err
	}
	err = t.write(event{change: struck.ID, verb: StruckBy, step: struck.StepNo, round: struck.Round, params: map[string]string{"case": c.CaseNo}})
	if err != nil {
		return err
	}
	t.later("leave a notice", anyRows, `INSERT INTO notice (id, org_id, org_path, role, change_id, kind, step_no, round, occasion, created_at)
		SELECT gen_random_uuid(), p.org_id, p.org_path, CASE o.kind WHEN 'SCHOOL' THEN ? ELSE ? END, p.change_id, ?, 0, 0, ?, ?
		FROM (SELECT DISTINCT change_id, org_id, org_path FROM change_party WHERE change_id = ?) p JOIN organisation o ON o.id = p.org_id ON CONFLICT DO NOTHING`,
		org.SchoolRegistrar, org.BureauReviewer, noticeStruck, c.ID.String(), t.now, struck.ID)
	return nil
}

// strikePaperFiles stops tracking paper files that were never sent. A sent file has left
// its school, whatever the register says: it is tracked until it is back, and the school
// that must send it is named.
func (t *Tx) strikePaperFiles(c *Change, h *held, taken []past) error {
	changes := make([]uuid.UUID, len(taken))
	for i, p := range taken {
		changes[i] = p.ChangeID
	}
	var files []Handover
	err := t.db.Raw(`SELECT `+handoverColumns+handoverTables+` WHERE h.student_id = ? AND h.change_id IN ? ORDER BY h.opened_at, h.id FOR UPDATE OF h`, h.ID, changes).Scan(&files).Error
	if err != nil {
		return fmt.Errorf("read the paper files of a struck change: %w", err)
	}
	travelled := false
	for _, f := range files {
		if !travelled && f.State() == HandoverToSend {
			t.later("strike a paper file", 1, `UPDATE handover SET struck_at = ?, struck_by = ?, version = version + 1 WHERE id = ? AND struck_at IS NULL`, t.now, c.ID, f.ID)
			continue
		}
		travelled = true
		if f.State() == HandoverReceived {
			continue
		}
		l := leaving{what: LeavesPaperToSend, change: f.ChangeID, params: map[string]string{"from": f.FromName, "into": f.ToName, "due": f.DueOn.String(), "school": f.FromName}}
		if f.State() == HandoverSent {
			l.what, l.params["school"] = LeavesPaperUnderway, f.ToName
		}
		if err := t.leaves(c, l); err != nil {
			return err
		}
	}
	return nil
}

// joinSuspensions continues the suspension that a mistaken change had ended. Where a new
// suspension undid the mistake, the new one continued the old one: its end and its
// extensions are taken over into the old one.
func (t *Tx) joinSuspensions(c *Change, h *held, u reversal) error {
	var since struct {
		EndedOn    calendar.Date
		EndedBy    *uuid.UUID
		UntilDate  calendar.Date
		Extended   int
		ExtendedBy *uuid.UUID
	}
	if u.by == process.Suspension {
		opposite := u.taken[len(u.taken)-1].ChangeID
		err := t.db.Raw(`SELECT ended_on, ended_by, until_date, extended, extended_by FROM suspension WHERE change_id = ? AND student_id = ?`, opposite, h.ID).Take(&since).Error
		if err != nil {
			return orMissing(err, "read the suspension that undid a mistake")
		}
		t.later("end a struck suspension", anyRows, `UPDATE suspension SET ended_on = from_date, ended_by = ? WHERE change_id = ? AND student_id = ? AND ended_on IS NULL`, c.ID, opposite, h.ID)
	}
	t.later("let a suspension run on", anyRows, `UPDATE suspension SET ended_on = ?, ended_by = ? WHERE student_id = ? AND ended_by = ?`, since.EndedOn, since.EndedBy, h.ID, *c.About)
	if since.Extended == 0 {
		return nil
	}
	t.later("extend a suspension", anyRows, `UPDATE suspension SET until_date = ?, extended = extended + ?, extended_by = ?, reminded_30 = NULL, reminded_15 = NULL, expired_at = NULL
		WHERE id = (SELECT id FROM suspension WHERE student_id = ? AND struck_at IS NULL ORDER BY from_date DESC, id DESC LIMIT 1)`,
		since.UntilDate, since.Extended, since.ExtendedBy, h.ID)
	return nil
}

// restore gives a record the state that it had before a change that should not have
// happened, with its class and seat, even in a class that is full or closed by now. It
// lets the register look for doubles again. The line of the history about the restoration
// is struck too: for the school nothing happened.
func (t *Tx) restore(c *Change, h *held, before RecordFacets, on calendar.Date) error {
	after := h.record
	after.Enrol, after.EntryYear, after.ClassID, after.Dropout = before.EnrolStatus, before.EntryYear, before.ClassID, before.Dropout
	after.Standing = status.Standing{InRegister: before.InRegister, OnCampus: before.OnCampus, HoldsSeat: before.HoldsSeat && before.ClassID != ""}
	if err := t.lockClasses(h.ClassID, before.ClassID); err != nil {
		return err
	}
	if err := t.saveRecord(c, h, after, on); err != nil {
		return err
	}
	t.searchDoublesAgain(h.ID)
	t.strikeHistory(c.ID, h.ID, c.ID, 1)
	return nil
}
