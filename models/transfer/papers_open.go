package transfer

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/store"
)

// PapersOpenAt returns the number of paper files that a school has not sent, or whose
// arrival it has not confirmed.
func PapersOpenAt(t *store.Tx, school uuid.UUID) (n int, err error) {
	err = t.DB().Raw(`SELECT (SELECT count(*) FROM handover WHERE to_school = ? AND received_at IS NULL AND struck_at IS NULL)
		+ (SELECT count(*) FROM handover WHERE from_school = ? AND sent_at IS NULL AND received_at IS NULL AND struck_at IS NULL)`, school, school).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count the open hand-overs of a school: %w", err)
	}
	return n, nil
}
