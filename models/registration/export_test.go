package registration

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/store"
)

// What a test of this package asks of its inside.

// CheckedRow is one checked row on its way into a roster.
type CheckedRow = checkedRow

// SaveCheckedRows stores a batch of a check that then breaks off.
func SaveCheckedRows(t *store.Tx, id uuid.UUID, attempt int, rows []CheckedRow) error {
	return saveCheckedRows(t, id, attempt, rows)
}

// FinishRosterCheck closes an attempt of a check.
func FinishRosterCheck(t *store.Tx, id uuid.UUID, attempt int) error {
	_, err := finishRosterCheck(t, id, attempt, rosterResult{})
	return err
}
