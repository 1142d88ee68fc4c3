package keydata

import (
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/student"
)

// KeyDataKind returns the Work of a change of key data (关键数据变更, KT70).
func KeyDataKind() change.RecordWork {
	return change.RecordWork{
		Clear: true, Items: setRequestedValues, ItemsAgain: setResubmittedValues,
		Automatic: func(t *change.Tx, c *change.Change, act process.Act) (*refusal.Error, error) {
			if act != process.ActIdentity {
				return nil, nil //nolint:nilnil // the record itself says whether it takes the change
			}
			h, err := student.ReadPupilRow(t.Tx, *c.StudentID, false)
			if err != nil {
				return nil, err
			}
			if _, err := requestedIdentity(t, c, h); err != nil {
				return nil, err
			}
			return t.RefusalIfIdentityTaken(c, h)
		},
		Question: func(t *change.Tx, c *change.Change) (status.Identity, error) {
			h, err := student.ReadPupilRow(t.Tx, *c.StudentID, false)
			if err != nil {
				return status.Identity{}, err
			}
			return requestedIdentity(t, c, h)
		},
	}
}

// requestedIdentity returns the identity of the record after a change of key data.
func requestedIdentity(t *change.Tx, c *change.Change, h *student.PupilRow) (status.Identity, error) {
	if err := student.DecryptIdentity(t.Tx, h); err != nil {
		return status.Identity{}, err
	}
	if err := t.ReadValues(c); err != nil {
		return status.Identity{}, err
	}
	return h.Record.Identity.With(c.Values.InClear()), nil
}
