package schoolyear

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/store"
)

// ReceivedOpenAt returns the number of children whom a school has received and whose record
// is outstanding.
func ReceivedOpenAt(t *store.Tx, school uuid.UUID) (n int, err error) {
	if err := t.DB().Raw(`SELECT count(*) FROM received_child WHERE school_id = ? AND NOT closed`, school).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count the received children of a school: %w", err)
	}
	return n, nil
}
