package store

import (
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// keyDataKind returns the Work of a change of key data (关键数据变更, KT70).
func keyDataKind() RecordWork {
	return RecordWork{
		Clear: true, Items: (*Tx).wishes, ItemsAgain: (*Tx).rewish,
		Automatic: func(t *Tx, c *Change, act process.Act) (*refusal.Error, error) {
			if act != process.ActIdentity {
				return nil, nil //nolint:nilnil // the record itself says whether it takes the change
			}
			h, err := t.readHeld(*c.StudentID, false)
			if err != nil {
				return nil, err
			}
			if _, err := t.wanted(c, h); err != nil {
				return nil, err
			}
			return t.identityTaken(c, h)
		},
		Question: func(t *Tx, c *Change) (status.Identity, error) {
			h, err := t.readHeld(*c.StudentID, false)
			if err != nil {
				return status.Identity{}, err
			}
			return t.wanted(c, h)
		},
	}
}

// wanted returns the identity of the record after a change of key data.
func (t *Tx) wanted(c *Change, h *held) (status.Identity, error) {
	if err := t.readIdentity(h); err != nil {
		return status.Identity{}, err
	}
	if err := t.readValues(c); err != nil {
		return status.Identity{}, err
	}
	return h.record.Identity.With(c.values.plain()), nil
}
