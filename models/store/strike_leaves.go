package store

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// The lines of the timeline that tell of a strike.
const (
	CaseStruck = "CASE_STRUCK" // in the correction: which case it struck
	StruckBy   = "STRUCK_BY"   // in the struck case: by which correction
	Leaves     = "LEAVES"      // in both: what stays and who must see to it
)

// What a strike leaves, in the parameter "what" of a line Leaves.
const (
	// LeavesPaperToSend is a paper file that lies at the school that must send it back.
	LeavesPaperToSend = "PAPER_TO_SEND"
	// LeavesPaperUnderway is a paper file that was sent and has not arrived.
	LeavesPaperUnderway = "PAPER_UNDERWAY"
	// LeavesPlace is another class or year group than before the mistake.
	LeavesPlace = "PLACE"
	// LeavesEnded is a change that a mistaken death had ended.
	LeavesEnded = "ENDED"
)

// leaving is one thing a strike leaves.
type leaving struct {
	what   string
	change uuid.UUID // the case whose parties must see to it
	params map[string]string
}

// leaves writes what a strike leaves into the timeline of the correction and of the
// case whose parties must see to it.
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

// came writes what came of a correction into its timeline, and keeps it for the answer
// to whoever approved it.
func (t *Tx) came(c *Change, verb string, params map[string]string) error {
	c.aftermath = append(c.aftermath, AftermathLine{Verb: verb, Params: params})
	return t.write(event{change: c.ID, verb: verb, step: c.StepNo, round: c.Round, params: params})
}

// noteResidue writes a line of the history for what the mistake and its opposite leave
// together: a pupil who came back into another class or year group stays there, because
// that is where the pupil sits.
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

// placeName names the class of a record for people, or its year group where it has none.
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

// tellEnded names the changes a mistaken death had ended: they stay ended, and the
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

// AftermathLine is one thing that came of a strike: a case that was struck, or what is
// left and who must see to it.
type AftermathLine struct {
	Verb   string            `json:"verb"` // CaseStruck or Leaves
	Params map[string]string `json:"params"`
}

// aftermathParam holds, among the parameters of a counted slip, what came of it.
const aftermathParam = "aftermath"

// carry puts what came of a correction on the slip that approved it.
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

// Aftermath gives what came of a slip that made a correction effective; nil of any other.
func (s *Slip) Aftermath() []AftermathLine {
	var list []AftermathLine
	_ = json.Unmarshal([]byte(s.Params[aftermathParam]), &list) // nothing was told, or it is what carry wrote
	return list
}
