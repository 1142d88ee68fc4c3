package casepage

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
)

// readOtherCases finds papers of a change that are attached to cases of other pupils as
// the same file. The people who handed the change in learn only of cases that they may
// see. All others, who judge the change, learn of every such case.
func readOtherCases(t *change.Tx, p *Page) error {
	var rows []struct {
		EvidenceID uuid.UUID
		ChangeID   *uuid.UUID
		CaseNo     *string
	}
	err := t.DB().Raw(`SELECT evidence_id, change_id, case_no FROM papers_elsewhere(@id)
		WHERE change_id IS NOT NULL OR NOT submitted(@id, @me) ORDER BY case_no`,
		map[string]any{"id": p.ID, "me": t.Scope().Account}).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("look where else the papers of a change stand: %w", err)
	}
	elsewhere := map[uuid.UUID][]CaseRef{}
	for _, r := range rows {
		ref := CaseRef{}
		if r.ChangeID != nil {
			ref = CaseRef{ID: *r.ChangeID, CaseNo: *r.CaseNo}
		}
		elsewhere[r.EvidenceID] = append(elsewhere[r.EvidenceID], ref)
	}
	for i := range p.Evidence {
		p.Evidence[i].Elsewhere = elsewhere[p.Evidence[i].ID]
	}
	return nil
}
