package kinds

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/student"
)

// The lines of the timeline about a strike.
const (
	EventCaseStruck = "CASE_STRUCK" // in the correction: names the struck case
	EventStruckBy   = "STRUCK_BY"   // in the struck case: names the correction
)

// What a strike leaves, in the parameter "what" of a line Leaves.
const (

	// ResiduePaperToSend is a paper file that lies at the school that must send it back.
	ResiduePaperToSend = "PAPER_TO_SEND"
	// ResiduePaperUnderway is a paper file that was sent and has not arrived.
	ResiduePaperUnderway = "PAPER_UNDERWAY"
)

// ResidueEndedChange is a change that a mistaken death had ended.
const ResidueEndedChange = "ENDED"

// residue is one thing that a strike leaves behind.
type residue struct {
	what   string
	change uuid.UUID // the case whose parties must act
	params map[string]string
}

// writeResidue writes what a strike leaves behind into the timelines of the correction and of
// the case whose parties must act.
func writeResidue(t *change.Tx, c *change.Change, l residue) error {
	params := map[string]string{"what": l.what}
	for name, value := range l.params {
		params[name] = value
	}
	if err := writeAftermath(t, c, change.EventResidue, params); err != nil {
		return err
	}
	return t.WriteEvent(change.Event{Change: l.change, Verb: change.EventResidue, Params: params})
}

// writeAftermath writes an effect of a correction into its timeline, and keeps it for the answer to
// the approver.
func writeAftermath(t *change.Tx, c *change.Change, verb string, params map[string]string) error {
	c.Aftermath = append(c.Aftermath, change.AftermathLine{Verb: verb, Params: params})
	return t.WriteEvent(change.Event{Change: c.ID, Verb: verb, Step: c.StepNo, Round: c.Round, Params: params})
}

// noteOtherPlace writes a line of the history when the mistake and its opposite together
// leave a difference. A pupil who came back into another class or year group stays there,
// because the pupil really sits there.
func noteOtherPlace(t *change.Tx, c *change.Change, h *student.PupilRow, taken []pastChange, on calendar.Date) error {
	before, after := taken[0].before, taken[len(taken)-1].after
	if before.ClassID == after.ClassID && before.EntryYear == after.EntryYear && before.Stage == after.Stage {
		return nil
	}
	err := student.WriteHistory(t.Tx, &student.HistoryLine{StudentID: h.ID, Path: h.OrgPath, ChangeID: c.ID, Kind: string(c.Kind), EffectiveOn: on, AccountID: c.FiledBy,
		Before: student.HistorySide{Facets: &before}, After: student.HistorySide{Facets: &after}})
	if err != nil {
		return err
	}
	was, err := office.ClassOrGradeName(t.Tx, before.ClassID, before.EntryYear)
	if err != nil {
		return err
	}
	is, err := office.ClassOrGradeName(t.Tx, after.ClassID, after.EntryYear)
	if err != nil {
		return err
	}
	return writeResidue(t, c, residue{what: change.ResiduePlace, change: taken[0].ChangeID, params: map[string]string{"school": h.SchoolName, "was": was, "is": is}})
}

// nameEndedChanges names the changes that a mistaken death had ended. They stay ended; the
// office that filed one may file it again.
func nameEndedChanges(t *change.Tx, c *change.Change, h *student.PupilRow) error {
	var ended []struct {
		ID     uuid.UUID
		CaseNo string
		Kind   process.Kind
		Office string
	}
	err := t.DB().Raw(`SELECT e.id, e.case_no, e.kind, o.name AS office FROM change d JOIN change e ON e.closed_at = d.closed_at AND e.close_code = @code AND e.student_id = d.student_id
			JOIN organisation o ON o.id = e.org_id WHERE d.id = @death
		UNION ALL SELECT e.id, e.case_no, e.kind, o.name FROM change d JOIN graduation_line l ON l.student_id = d.student_id AND l.settled_at = d.closed_at AND l.code = @line
			JOIN change e ON e.id = l.change_id JOIN organisation o ON o.id = e.org_id WHERE d.id = @death
		UNION ALL SELECT e.id, e.case_no, e.kind, o.name FROM change d JOIN change_line l ON l.student_id = d.student_id AND l.settled_at = d.closed_at AND l.code = @line
			JOIN change e ON e.id = l.change_id JOIN organisation o ON o.id = e.org_id WHERE d.id = @death
		UNION ALL SELECT e.id, e.case_no, e.kind, o.name FROM change d JOIN placing_line l ON l.student_id = d.student_id AND l.settled_at = d.closed_at AND l.code = @line
			JOIN change e ON e.id = l.change_id JOIN organisation o ON o.id = e.org_id WHERE d.id = @death
		UNION ALL SELECT e.id, e.case_no, e.kind, o.name FROM change d JOIN admission l ON l.student_id = d.student_id AND l.settled_at = d.closed_at AND l.code = @line
			JOIN change e ON e.id = l.change_id JOIN organisation o ON o.id = e.org_id WHERE d.id = @death ORDER BY 2`,
		map[string]any{"code": change.EndedByDeath, "line": refusal.Preempted, "death": *c.About}).Scan(&ended).Error
	if err != nil {
		return fmt.Errorf("look for changes a death had ended: %w", err)
	}
	for _, e := range ended {
		name := t.Store().Processes().NameOf(e.Kind)
		err := writeResidue(t, c, residue{what: ResidueEndedChange, change: e.ID, params: map[string]string{"case": e.CaseNo, "kind": name.Zh, "kind_en": name.En, "school": e.Office}})
		if err != nil {
			return err
		}
	}
	return nil
}
