package evidence

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// RefuseUnknown returns a refusal for each attachment that is no file of this office.
func RefuseUnknown(t *store.Tx, refs []Ref) ([]*refusal.Error, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(refs))
	for i, ref := range refs {
		ids[i] = ref.ID
	}
	var known []uuid.UUID
	if err := t.DB().Raw(`SELECT id FROM evidence WHERE id IN ?`, ids).Scan(&known).Error; err != nil {
		return nil, fmt.Errorf("look for evidence: %w", err)
	}
	var list []*refusal.Error
	for i, ref := range refs {
		earlier := func(e Ref) bool { return e.ID == ref.ID && e.Kind != ref.Kind }
		switch at := fmt.Sprintf("/evidence/%d", i); {
		case !slices.Contains(known, ref.ID):
			list = append(list, refusal.New(refusal.EvidenceUnknown).At(at))
		case slices.ContainsFunc(refs[:i], earlier):
			list = append(list, refusal.New(refusal.EvidenceTwice).At(at))
		}
	}
	return list, nil
}

// Attach attaches files to a change in a round. A file that is attached already stays as
// it is.
func Attach(t *store.Tx, change uuid.UUID, refs []Ref, round int) {
	for _, ref := range refs {
		t.Later("attach evidence", store.AnyRows, `INSERT INTO change_evidence (change_id, evidence_id, kind, round) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			change, ref.ID, ref.Kind, round)
	}
}

// Ref attaches an uploaded file as one kind of evidence.
type Ref struct {
	ID   uuid.UUID `json:"id"`
	Kind string    `json:"kind"`
}

// Kinds returns the kinds of the attached files, in their order.
func Kinds(refs []Ref) []string {
	kinds := make([]string, len(refs))
	for i, r := range refs {
		kinds[i] = r.Kind
	}
	return slices.Clip(kinds)
}

// Attached lists the evidence of a change in the order in which it came. Evidence that
// was taken out is not listed.
func Attached(t *store.Tx, change uuid.UUID) ([]Ref, error) {
	var refs []Ref
	err := t.DB().Raw(`SELECT evidence_id AS id, kind FROM change_evidence WHERE change_id = ? AND out_round IS NULL ORDER BY round, evidence_id`, change).Scan(&refs).Error
	if err != nil {
		return nil, fmt.Errorf("read the evidence of a change: %w", err)
	}
	return refs, nil
}

// The relations of a paper to a change that is handed in again.
const (
	Foreign  = "" // not a file that the office may use
	Free     = "FREE"
	TakenOut = "OUT" // the paper was taken out of this change before
)

// Usable says for each paper whether the office at a path may attach it to a change: a
// file from its own subtree, or of a case to which it is a party. It repeats the rule that
// row-level security applies to a filing.
func Usable(t *store.Tx, change uuid.UUID, path string, refs []Ref) (map[uuid.UUID]string, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(refs))
	for i, ref := range refs {
		ids[i] = ref.ID
	}
	var rows []struct {
		ID  uuid.UUID
		How string
	}
	err := t.DB().Raw(`SELECT e.id, CASE WHEN EXISTS (SELECT 1 FROM change_evidence x WHERE x.evidence_id = e.id AND x.change_id = @change AND x.out_round IS NOT NULL)
			THEN @out ELSE @free END AS how
		FROM evidence e WHERE e.id IN @ids AND (e.org_path <@ text2ltree(@path) OR EXISTS (
			SELECT 1 FROM change_evidence x JOIN change_party p USING (change_id) WHERE x.evidence_id = e.id AND p.org_path <@ text2ltree(@path)))`,
		map[string]any{"change": change, "out": TakenOut, "free": Free, "ids": ids, "path": path}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("look for evidence: %w", err)
	}
	usable := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		usable[r.ID] = r.How
	}
	return usable, nil
}

// TakeOut takes papers out of a change. They stay readable, because somebody may have
// decided on them.
func TakeOut(t *store.Tx, change uuid.UUID, round int, out []uuid.UUID) {
	for _, id := range out {
		t.Later("take a paper out", 1, `UPDATE change_evidence SET out_round = ? WHERE change_id = ? AND evidence_id = ? AND out_round IS NULL`, round, change, id)
	}
}

// BelongsTo reports whether an office uploaded a file.
func BelongsTo(t *store.Tx, id, office uuid.UUID) (own bool, err error) {
	if err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM evidence WHERE id = ? AND org_id = ?)`, id, office).Scan(&own).Error; err != nil {
		return false, fmt.Errorf("look for evidence: %w", err)
	}
	return own, nil
}
