package change

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// RevisionSide is one side of a revision, before or after, and holds only the
// differences. Classes are given by name, key items as people may see them.
type RevisionSide struct {
	Inputs map[string]string `json:"inputs,omitempty"`
	Values map[string]string `json:"values,omitempty"`
	Papers []RevisedPaper    `json:"papers,omitempty"`
}

// RevisedPaper is a paper that was added or taken out.
type RevisedPaper struct {
	ID       uuid.UUID `json:"id"`
	Kind     string    `json:"kind"`
	FileName string    `json:"file_name"`
}

// revisionState is the content of a change in some round.
type revisionState struct {
	inputs map[string]string
	values map[string]comparedValue
	papers []RevisedPaper
}

// comparedValue is a key item for comparison. The hash tells two masked numbers apart that
// look alike.
type comparedValue struct{ Shown, Hash string }

// readRevisionState reads what of a change a revision may change (worker).
func (t *Tx) readRevisionState(c *Change) (*revisionState, error) {
	st := &revisionState{inputs: maps.Clone(c.Inputs), values: map[string]comparedValue{}}
	if err := t.nameClasses(c, st.inputs); err != nil {
		return nil, err
	}
	if status.WritesItems(c.Kind) {
		var rows []struct{ Field, Shown, Hash string }
		err := t.DB().Raw(`SELECT field, after AS shown, coalesce(encode(hash, 'hex'), '') AS hash FROM change_value WHERE change_id = @id
			AND round = (SELECT max(round) FROM change_value WHERE change_id = @id)`, map[string]any{"id": c.ID}).Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("read the key items of a change: %w", err)
		}
		for _, r := range rows {
			st.values[r.Field] = comparedValue{r.Shown, r.Hash}
		}
	}
	err := t.DB().Raw(`SELECT e.id, x.kind, e.file_name FROM change_evidence x JOIN evidence e ON e.id = x.evidence_id
		WHERE x.change_id = ? AND x.out_round IS NULL ORDER BY x.kind, e.id`, c.ID).Scan(&st.papers).Error
	if err != nil {
		return nil, fmt.Errorf("read the evidence of a change: %w", err)
	}
	return st, nil
}

// nameClasses replaces the IDs of classes by their names.
func (t *Tx) nameClasses(c *Change, inputs map[string]string) error {
	for _, in := range c.Definition.Inputs {
		if in.Type != process.TypeClass || inputs[in.Name] == "" {
			continue
		}
		name, err := office.ClassOrGradeName(t.Tx, inputs[in.Name], 0)
		if err != nil {
			return err
		}
		inputs[in.Name] = name
	}
	return nil
}

// writeRevision writes the differences that a slip made to a change. It writes nothing
// when there are none.
func (t *Tx) writeRevision(c *Change, s *Slip, step int, was *revisionState) error {
	is, err := t.readRevisionState(c)
	if err != nil {
		return err
	}
	before, after := revisionSides(was, is)
	if len(before.Inputs)+len(before.Values)+len(before.Papers)+len(after.Papers) == 0 {
		return nil
	}
	old, err1 := json.Marshal(before)
	fresh, err2 := json.Marshal(after)
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("keep a revision: %w", err)
	}
	t.Later("keep a revision", 1, `INSERT INTO change_revision (id, change_id, slip_id, round, step_no, at, account_id, office_id, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		store.NewID(), c.ID, s.ID, c.Round, step, t.Now(), s.AccountID, s.OfficeID, string(old), string(fresh))
	return nil
}

// revisionSides returns the differences between two states of a change, for both sides. An
// item that one side lacks is empty there.
func revisionSides(was, is *revisionState) (before, after RevisionSide) {
	before, after = RevisionSide{Inputs: map[string]string{}, Values: map[string]string{}}, RevisionSide{Inputs: map[string]string{}, Values: map[string]string{}}
	for _, name := range keysOf(was.inputs, is.inputs) {
		if was.inputs[name] != is.inputs[name] {
			before.Inputs[name], after.Inputs[name] = was.inputs[name], is.inputs[name]
		}
	}
	for _, field := range keysOf(was.values, is.values) {
		if was.values[field] != is.values[field] {
			before.Values[field], after.Values[field] = was.values[field].Shown, is.values[field].Shown
		}
	}
	for _, p := range was.papers {
		if !slices.Contains(is.papers, p) {
			before.Papers = append(before.Papers, p)
		}
	}
	for _, p := range is.papers {
		if !slices.Contains(was.papers, p) {
			after.Papers = append(after.Papers, p)
		}
	}
	return before, after
}

func keysOf[V any](a, b map[string]V) []string {
	all := slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b)))
	slices.Sort(all)
	return slices.Compact(all)
}
