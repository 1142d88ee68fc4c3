package student

import (
	"github.com/xueji/xueji/models/store"
)

// DecryptIdentity completes the identity of a record with its number in the clear.
func DecryptIdentity(t *store.Tx, h *PupilRow) error {
	if len(h.IDCipher) == 0 {
		return nil
	}
	number, err := Unseal(t.Store(), PurposeStudentID, h.ID, h.IDCipher)
	h.Record.Identity.IDNumber = number
	return err
}
