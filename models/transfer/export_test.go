package transfer

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/store"
)

// What a test of this package asks of its inside.

// ReadListedPupils reads the lines of a list, as its page shows them.
func ReadListedPupils(t *store.Tx, change uuid.UUID) ([]ListedPupilView, error) {
	return readListedPupils(t, change)
}
