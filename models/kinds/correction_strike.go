package kinds

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// strikeMistake takes back everything that the mistaken change of a correction did (worker): its
// lines of the history and those of the change that undid it, the suspension, the backup
// and paper file of a move, the line of a list. Struck rows stay readable for bureaus and
// in the audit trail. A struck death gives the record its former state back. What a
// strike cannot take back is named to the people who must act.
func strikeMistake(t *change.Tx, c *change.Change, h *student.PupilRow, on calendar.Date) error {
	lines, err := readPastChanges(t.Tx, *c.About, h.ID)
	if err != nil || len(lines) == 0 {
		return err
	}
	kind := lines[0].Kind
	u := reversalOf(kind, lines)
	for _, p := range u.struck {
		if err := strikeCase(t, c, h, p); err != nil {
			return err
		}
	}
	if err := strikePaperFiles(t, c, h, u.struck); err != nil {
		return err
	}
	if err := joinSuspensions(t.Tx, c, h, u); err != nil {
		return err
	}
	if !status.Restores(kind) {
		return noteOtherPlace(t, c, h, u.struck, on)
	}
	if err := restoreRecord(t, c, h, lines[0].before, on); err != nil {
		return err
	}
	return nameEndedChanges(t, c, h)
}

// strikeCase strikes one change, or of a list only the pupil's line, and tells the
// schools that were sides of it.
func strikeCase(t *change.Tx, c *change.Change, h *student.PupilRow, p pastChange) error {
	struck, err := t.Read(p.ChangeID)
	if err != nil {
		return err
	}
	args := []any{t.Now(), c.ID, struck.ID, h.ID}
	switch {
	case struck.Kind == process.Graduation:
		graduation.StrikeLine(t.Tx, struck.ID, h.ID, c.ID)
	case struck.Definition.Subject == process.SubjectList:
		t.Later("strike a line", 1, `UPDATE change_line SET struck_at = ?, struck_by = ? WHERE change_id = ? AND student_id = ? AND struck_at IS NULL`, args...)
	default:
		t.Later("strike a change", 1, `UPDATE change SET struck_at = ?, struck_by = ? WHERE id = ? AND student_id = ? AND struck_at IS NULL`, args...)
	}
	student.StrikeHistory(t.Tx, struck.ID, h.ID, c.ID, store.AnyRows)
	t.Later("strike a backup", store.AnyRows, `UPDATE departure SET struck_at = ?, struck_by = ? WHERE change_id = ? AND student_id = ? AND struck_at IS NULL`, args...)
	t.Later("strike a suspension", store.AnyRows, `UPDATE suspension SET struck_at = ? WHERE change_id = ? AND student_id = ?`, t.Now(), struck.ID, h.ID)
	if err := recordStruckCase(t, c, struck); err != nil {
		return err
	}
	return t.Audit("change.struck", "change", struck.ID.String(), map[string]string{"correction": c.ID.String(), "kind": string(struck.Kind)})
}

// noticeStruck tells a school that one of its cases was struck.
const noticeStruck = "CASE_STRUCK"

// recordStruckCase writes into both timelines which correction struck which change, and leaves a
// notice for every school that was a side.
func recordStruckCase(t *change.Tx, c *change.Change, struck *change.Change) error {
	name := struck.Definition.Name
	err := writeAftermath(t, c, EventCaseStruck, map[string]string{"case": struck.CaseNo, "kind": name.Zh, "kind_en": name.En})
	if err != nil {
		return err
	}
	err = t.WriteEvent(change.Event{Change: struck.ID, Verb: EventStruckBy, Step: struck.StepNo, Round: struck.Round, Params: map[string]string{"case": c.CaseNo}})
	if err != nil {
		return err
	}
	t.Later("leave a notice", store.AnyRows, `INSERT INTO notice (id, org_id, org_path, role, change_id, kind, step_no, round, occasion, created_at)
		SELECT gen_random_uuid(), p.org_id, p.org_path, CASE o.kind WHEN ? THEN ? ELSE ? END, p.change_id, ?, 0, 0, ?, ?
		FROM (SELECT DISTINCT change_id, org_id, org_path FROM change_party WHERE change_id = ?) p JOIN organisation o ON o.id = p.org_id ON CONFLICT DO NOTHING`,
		org.School, org.SchoolRegistrar, org.BureauReviewer, noticeStruck, c.ID.String(), t.Now(), struck.ID)
	return nil
}

// strikePaperFiles stops tracking paper files that were never sent. A sent file has left
// its school, whatever the register says: it is tracked until it is back, and the school
// that must send it is named.
func strikePaperFiles(t *change.Tx, c *change.Change, h *student.PupilRow, taken []pastChange) error {
	changes := make([]uuid.UUID, len(taken))
	for i, p := range taken {
		changes[i] = p.ChangeID
	}
	var files []transfer.PaperFile
	err := t.DB().Raw(`SELECT `+transfer.PaperFileColumns+transfer.PaperFileTables+` WHERE h.student_id = ? AND h.change_id IN ? ORDER BY h.opened_at, h.id FOR UPDATE OF h`, h.ID, changes).Scan(&files).Error
	if err != nil {
		return fmt.Errorf("read the paper files of a struck change: %w", err)
	}
	travelled := false
	for _, f := range files {
		if !travelled && f.State() == transfer.PaperFileToSend {
			t.Later("strike a paper file", 1, `UPDATE handover SET struck_at = ?, struck_by = ?, version = version + 1 WHERE id = ? AND struck_at IS NULL`, t.Now(), c.ID, f.ID)
			continue
		}
		travelled = true
		if f.State() == transfer.PaperFileReceived {
			continue
		}
		l := residue{what: ResiduePaperToSend, change: f.ChangeID, params: map[string]string{"from": f.FromName, "into": f.ToName, "due": f.DueOn.String(), "school": f.FromName}}
		if f.State() == transfer.PaperFileSent {
			l.what, l.params["school"] = ResiduePaperUnderway, f.ToName
		}
		if err := writeResidue(t, c, l); err != nil {
			return err
		}
	}
	return nil
}

// joinSuspensions continues the suspension that a mistaken change had ended. Where a new
// suspension undid the mistake, the new one continued the old one: its end and its
// extensions are taken over into the old one.
func joinSuspensions(t *store.Tx, c *change.Change, h *student.PupilRow, u reversal) error {
	var since struct {
		EndedOn    calendar.Date
		EndedBy    *uuid.UUID
		UntilDate  calendar.Date
		Extended   int
		ExtendedBy *uuid.UUID
	}
	if u.undoneBy == process.Suspension {
		opposite := u.struck[len(u.struck)-1].ChangeID
		err := t.DB().Raw(`SELECT ended_on, ended_by, until_date, extended, extended_by FROM suspension WHERE change_id = ? AND student_id = ?`, opposite, h.ID).Take(&since).Error
		if err != nil {
			return store.OrMissing(err, "read the suspension that undid a mistake")
		}
		t.Later("end a struck suspension", store.AnyRows, `UPDATE suspension SET ended_on = from_date, ended_by = ? WHERE change_id = ? AND student_id = ? AND ended_on IS NULL`, c.ID, opposite, h.ID)
	}
	t.Later("let a suspension run on", store.AnyRows, `UPDATE suspension SET ended_on = ?, ended_by = ? WHERE student_id = ? AND ended_by = ?`, since.EndedOn, since.EndedBy, h.ID, *c.About)
	if since.Extended == 0 {
		return nil
	}
	t.Later("extend a suspension", store.AnyRows, `UPDATE suspension SET until_date = ?, extended = extended + ?, extended_by = ?, reminded_30 = NULL, reminded_15 = NULL, expired_at = NULL
		WHERE id = (SELECT id FROM suspension WHERE student_id = ? AND struck_at IS NULL ORDER BY from_date DESC, id DESC LIMIT 1)`,
		since.UntilDate, since.Extended, since.ExtendedBy, h.ID)
	return nil
}

// restoreRecord gives a record the state that it had before a change that should not have
// happened, with its class and seat, even in a class that is full or closed by now. It
// lets the register look for doubles again. The line of the history about the restoration
// is struck too: for the school nothing happened.
func restoreRecord(t *change.Tx, c *change.Change, h *student.PupilRow, before student.Facets, on calendar.Date) error {
	after := h.Record
	after.Enrol, after.EntryYear, after.ClassID, after.Dropout = before.EnrolStatus, before.EntryYear, before.ClassID, before.Dropout
	after.Standing = status.Standing{InRegister: before.InRegister, OnCampus: before.OnCampus, HoldsSeat: before.HoldsSeat && before.ClassID != ""}
	if err := student.LockClasses(t.Tx, h.ClassID, before.ClassID); err != nil {
		return err
	}
	if err := t.SaveRecord(c, h, after, on); err != nil {
		return err
	}
	student.SearchDoublesAgain(t.Tx, h.ID)
	student.StrikeHistory(t.Tx, c.ID, h.ID, c.ID, 1)
	return nil
}
