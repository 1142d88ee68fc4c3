package transfer

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// ListWork is the Work of a bureau that moves pupils from one of its schools to another
// (批量转学, KT54).
type ListWork struct{}

// Prepare judges every line as a transfer and returns all refusals at once.
func (ListWork) Prepare(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	return prepareList(t, c, f, policy)
}

// Hold writes the lines and takes the slot of each pupil.
func (ListWork) Hold(t *change.Tx, c *change.Change) error { return insertLines(t.Tx, c) }

// Recheck judges form and papers. The last decision judges the pupils.
func (ListWork) Recheck(t *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	list, err := recheckList(t.Tx, c, papers)
	return append(list, change.NeedlessValues(c.Kind, s.Body.HasValues())...), err
}

// Apply moves every pupil of the list who can move now.
func (ListWork) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	return change.NoteNotApplied(s, moveList(t, c, s, t.Today()))
}

// Strike takes pupils out of the list.
func (ListWork) Strike(t *change.Tx, c *change.Change, s *change.Slip) (left bool, err error) {
	return lines().Strike(t, c, s)
}

// EndLine takes one pupil out of the list, and ends the list when no pupil is left.
func (ListWork) EndLine(t *change.Tx, c *change.Change, student uuid.UUID, code string) error {
	return lines().EndLine(t, c, student, code)
}

// Page shows the lines.
func (ListWork) Page(t *store.Tx, p *casepage.Page) error {
	lines, err := readListedPupils(t, p.ID)
	p.Own = MovePage{Lines: lines}
	return err
}
