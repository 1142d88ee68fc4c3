package change

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// RefuseUnknownEvidence returns a refusal for each attachment that is no file of this office.
func (t *Tx) RefuseUnknownEvidence(refs []EvidenceRef) ([]*refusal.Error, error) {
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
		earlier := func(e EvidenceRef) bool { return e.ID == ref.ID && e.Kind != ref.Kind }
		switch at := fmt.Sprintf("/evidence/%d", i); {
		case !slices.Contains(known, ref.ID):
			list = append(list, refusal.New(refusal.EvidenceUnknown).At(at))
		case slices.ContainsFunc(refs[:i], earlier):
			list = append(list, refusal.New(refusal.EvidenceTwice).At(at))
		}
	}
	return list, nil
}

func (t *Tx) attachEvidence(change uuid.UUID, refs []EvidenceRef, round int) {
	for _, ref := range refs {
		t.Later("attach evidence", store.AnyRows, `INSERT INTO change_evidence (change_id, evidence_id, kind, round) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			change, ref.ID, ref.Kind, round)
	}
}

// EvidenceKinds returns the kinds of the attached files, in their order.
func EvidenceKinds(refs []EvidenceRef) []string {
	kinds := make([]string, len(refs))
	for i, r := range refs {
		kinds[i] = r.Kind
	}
	return slices.Clip(kinds)
}

// readEvidenceRefs lists the evidence of a change in the order in which it came. Evidence that
// was taken out is not listed.
func (t *Tx) readEvidenceRefs(change uuid.UUID) ([]EvidenceRef, error) {
	var refs []EvidenceRef
	err := t.DB().Raw(`SELECT evidence_id AS id, kind FROM change_evidence WHERE change_id = ? AND out_round IS NULL ORDER BY round, evidence_id`, change).Scan(&refs).Error
	if err != nil {
		return nil, fmt.Errorf("read the evidence of a change: %w", err)
	}
	return refs, nil
}

// attachStatement attaches the evidence that a side hands in with its statement. Each
// file must belong to the side's own office and be of a kind that the process knows.
func (t *Tx) attachStatement(c *Change, s *Slip, rule process.Step) error {
	given := s.Body.Evidence
	if len(given) == 0 {
		return nil
	}
	if !rule.Statement {
		return refusal.New(refusal.EvidenceUnknown).At("/evidence")
	}
	var list []*refusal.Error
	for i, e := range given {
		var own bool
		if err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM evidence WHERE id = ? AND org_id = ?)`, e.ID, s.OfficeID).Scan(&own).Error; err != nil {
			return fmt.Errorf("look for evidence: %w", err)
		}
		known := slices.ContainsFunc(c.Definition.Evidence, func(r process.EvidenceRule) bool { return r.Kind == e.Kind })
		if !own || !known {
			list = append(list, refusal.New(refusal.EvidenceUnknown).At(fmt.Sprintf("/evidence/%d", i)))
		}
	}
	t.attachEvidence(c.ID, given, c.Round)
	return refusal.Join(list...)
}
