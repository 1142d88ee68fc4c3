package store

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// The lines of the timeline about a strike.
const (
	CaseStruck = "CASE_STRUCK" // in the correction: names the struck case
	StruckBy   = "STRUCK_BY"   // in the struck case: names the correction
	Leaves     = "LEAVES"      // in both: names what is left, and who must act
)

// What a strike leaves, in the parameter "what" of a line Leaves.
const (
	// LeavesPaperToSend is a paper file that lies at the school that must send it back.
	LeavesPaperToSend = "PAPER_TO_SEND"
	// LeavesPaperUnderway is a paper file that was sent and has not arrived.
	LeavesPaperUnderway = "PAPER_UNDERWAY"
	// LeavesPlace is a class or year group that differs from the one before the mistake.
	LeavesPlace = "PLACE"
	// LeavesEnded is a change that a mistaken death had ended.
	LeavesEnded = "ENDED"
)

// leaving is one thing that a strike leaves behind.
type leaving struct {
	what   string
	change uuid.UUID // the case whose parties must act
	params map[string]string
}

// leaves writes what a strike leaves behind into the timelines of the correction and of
// the case whose parties must act.
func (t *Tx) leaves(c *Change, l leaving) error {
	params := map[string]string{"what": l.what}
	for name, value := range l.params {
		params[name] = value
	}
	if err := t.came(c, Leaves, params); err != nil {
		return err
	}
	return t.write(event{change: l.change, verb: Leaves, params: params})
}

// came writes an effect of a correction into its timeline, and keeps it for the answer to
// the approver.
func (t *Tx) came(c *Change, verb string, params map[string]string) error {
	c.aftermath = append(c.aftermath, AftermathLine{Verb: verb, Params: params})
	return t.write(event{change: c.ID, verb: verb, step: c.StepNo, round: c.Round, params: params})
}

// noteResidue writes a line of the history when the mistake and its opposite together
// leave a difference. A pupil who came back into another class or year group stays there,
// because the pupil really sits there.
func (t *Tx) noteResidue(c *Change, h *held, taken []past, on calendar.Date) error {
	before, after := taken[0].before, taken[len(taken)-1].after
	if before.ClassID == after.ClassID && before.EntryYear == after.EntryYear && before.Stage == after.Stage {
		return nil
	}
	err := t.writeHistory(&HistoryLine{StudentID: h.ID, Path: h.OrgPath, ChangeID: c.ID, Kind: string(c.Kind), EffectiveOn: on, AccountID: c.FiledBy,
		Before: HistorySide{Facets: &before}, After: HistorySide{Facets: &after}})
	if err != nil {
		return err
	}
	was, err := t.placeName(before)
	if err != nil {
		return err
	}
	is, err := t.placeName(after)
	if err != nil {
		return err
	}
	return t.leaves(c, leaving{what: LeavesPlace, change: taken[0].ChangeID, params: map[string]string{"school": h.SchoolName, "was": was, "is": is}})
}

// placeName returns the name of the class of a record, or of its year group when it has
// no class.
func (t *Tx) placeName(f RecordFacets) (string, error) {
	var labels []string
	if f.ClassID != "" {
		if err := t.db.Raw(`SELECT CASE WHEN starts_with(k.name, g.name) THEN k.name ELSE g.name || ' ' || k.name END FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE k.id::text = ?`, f.ClassID).Scan(&labels).Error; err != nil {
			return "", fmt.Errorf("name a class: %w", err)
		}
	}
	if len(labels) == 0 {
		return fmt.Sprintf("%d级", f.EntryYear), nil
	}
	return labels[0], nil
}

// tellEnded names the changes that a mistaken death had ended. They stay ended; the
// office that filed one may file it again.
func (t *Tx) tellEnded(c *Change, h *held) error {
	var ended []struct {
		ID     uuid.UUID
		CaseNo string
		Kind   process.Kind
		Office string
	}
	err := t.db.Raw(`SELECT e.id, e.case_no, e.kind, o.name AS office FROM change d JOIN change e ON e.closed_at = d.closed_at AND e.close_code = @code AND e.student_id = d.student_id
			JOIN organisation o ON o.id = e.org_id WHERE d.id = @death
		UNION ALL SELECT e.id, e.case_no, e.kind, o.name FROM change d JOIN change_line l ON l.student_id = d.student_id AND l.settled_at = d.closed_at AND l.code = @line
			JOIN change e ON e.id = l.change_id JOIN organisation o ON o.id = e.org_id WHERE d.id = @death ORDER BY 2`,
		map[string]any{"code": Preempted, "line": refusal.Preempted, "death": *c.About}).Scan(&ended).Error
	if err != nil {
		return fmt.Errorf("look for changes a death had ended: %w", err)
	}
	for _, e := range ended {
		name := t.store.processes.NameOf(e.Kind)
		err := t.leaves(c, leaving{what: LeavesEnded, change: e.ID, params: map[string]string{"case": e.CaseNo, "kind": name.Zh, "kind_en": name.En, "school": e.Office}})
		if err != nil {
			return err
		}
	}
	return nil
}

// AftermathLine is one effect of a strike: a struck case, or a thing that is left behind
// and who must act.
type AftermathLine struct {
	Verb   string            `json:"verb"` // CaseStruck or Leaves
	Params map[string]string `json:"params"`
}

// aftermathParam is the parameter of a counted slip that holds the effects of its
// correction.
const aftermathParam = "aftermath"

// carry stores the effects of a correction in the slip that approved it.
func (s *Slip) carry(list []AftermathLine) error {
	if s == nil || len(list) == 0 {
		return nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("tell what came of a strike: %w", err)
	}
	s.Params = map[string]string{aftermathParam: string(text)}
	return nil
}

// Aftermath returns the effects of a slip that made a correction effective; nil for any
// other slip.
func (s *Slip) Aftermath() []AftermathLine {
	var list []AftermathLine
	_ = json.Unmarshal([]byte(s.Params[aftermathParam]), &list) // nothing was told, or it is what carry wrote
	return list
}
