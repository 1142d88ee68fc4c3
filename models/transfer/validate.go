package transfer

import (
	"bytes"
	"fmt"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// validateTransfer is the national validation (转出校验, M5, M6) of a change that holds
// the pupil's slot: the number is still the pupil's, and the record may be received. Both
// sides learn the code; only the old school learns the details.
func validateTransfer(t *store.Tx, c *change.Change) (*refusal.Error, error) {
	h, err := student.ReadPupilRow(t, *c.StudentID, false)
	if err != nil {
		return nil, err
	}
	var row struct{ FoundBy []byte }
	if err := t.DB().Raw(`SELECT found_by FROM change WHERE id = ?`, c.ID).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("read how a pupil was found: %w", err)
	}
	in, out := c.Definition.Policy, c.Definition.OutPolicy
	if out == nil {
		out = &in
	}
	if !ident.SameName(h.Name, c.Subject.Name) || row.FoundBy != nil && !bytes.Equal(row.FoundBy, h.NumberHash) || h.SchoolID != c.Subject.SchoolID {
		return status.DataWrong.Refusal("", h.School(), ""), nil
	}
	if code := status.Validate(h.Record, "", in.TransferProblem && out.TransferProblem); code != "" {
		return code.Refusal(h.Record.Enrol, h.School(), ""), nil
	}
	return status.Ineligible(h.Record, h.School(), in.TransferPunished && out.TransferPunished), nil
}
