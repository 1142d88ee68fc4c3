package graduation

import (
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// ListWork is the Work of a school's graduation (毕业, KT60, KT61).
type ListWork struct{}

// Prepare judges every line and returns all refusals at once.
func (ListWork) Prepare(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	return prepareList(t, c, f, policy)
}

// Hold writes the lines and takes the slot of each pupil.
func (ListWork) Hold(t *change.Tx, c *change.Change) error { return insertLines(t.Tx, c) }

// Recheck judges form and papers of a list that is handed in again (worker). Stage and year
// must stay as they were filed. The last decision judges the pupils.
func (ListWork) Recheck(t *change.Tx, c *change.Change, s *change.Slip, papers []evidence.Ref) ([]*refusal.Error, error) {
	fixed, err := refuseOtherList(t.Tx, c)
	return slices.Concat(c.Definition.CheckFiled(c.Inputs), fixed, c.Definition.CheckEvidence(evidence.Kinds(papers)), change.NeedlessValues(c.Kind, s.Body.HasValues())), err
}

// Apply lets every pupil of the list graduate who can now.
func (ListWork) Apply(t *change.Tx, c *change.Change, s *change.Slip) error {
	return change.NoteNotApplied(s, graduateList(t, c, s, t.Today()))
}

// Strike takes pupils out of the list.
func (ListWork) Strike(t *change.Tx, c *change.Change, s *change.Slip) (left bool, err error) {
	return lines().Strike(t, c, s)
}

// EndLine takes one pupil out of the list, and ends the list when no pupil is left.
func (ListWork) EndLine(t *change.Tx, c *change.Change, pupil uuid.UUID, code string) error {
	return lines().EndLine(t, c, pupil, code)
}
