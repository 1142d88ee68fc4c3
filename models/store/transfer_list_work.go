package store

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// listWork is the Work of a bureau that moves pupils from one of its schools to another
// (批量转学, KT54).
type listWork struct{}

// Prepare judges every line as a transfer and returns all refusals at once.
func (listWork) Prepare(t *Tx, c *Change, f Filing, policy process.Policy) error {
	return t.prepareList(c, f, policy)
}

// Hold writes the lines and takes the slot of each pupil.
func (listWork) Hold(t *Tx, c *Change) error { return t.insertLines(c) }

// Recheck judges form and papers. The last decision judges the pupils.
func (listWork) Recheck(t *Tx, c *Change, s *Slip, papers []EvidenceRef) ([]*refusal.Error, error) {
	list, err := t.listAgain(c, papers)
	return append(list, needlessValues(c.Kind, s.Body.valued())...), err
}

// Apply moves every pupil of the list who can move now.
func (listWork) Apply(t *Tx, c *Change, s *Slip) error {
	return unfit(s, t.moveList(c, s, t.today()))
}

// Strike takes pupils out of the list.
func (listWork) Strike(t *Tx, c *Change, s *Slip) (left bool, err error) {
	return t.strikeFromList(c, s)
}

// EndLine takes one pupil out of the list, and ends the list when no pupil is left.
func (listWork) EndLine(t *Tx, c *Change, student uuid.UUID, code string) error {
	lines, err := t.listedLines(c.ID)
	if err != nil {
		return err
	}
	if err := t.strikeLine(c, student, endingProblem(code)); err != nil {
		return err
	}
	if err := t.tellStruck(c, 1, nil); err != nil {
		return err
	}
	if len(lines) > 1 {
		return t.Audit("change.line_ended", "change", c.ID.String(), map[string]string{"code": code})
	}
	return t.endBySystem(c.ID, code) // nobody is left
}

// Page shows the lines.
func (listWork) Page(t *Tx, p *ChangePage) error {
	lines, err := t.Lines(p.ID)
	p.Own = MoveShown{Lines: lines}
	return err
}
