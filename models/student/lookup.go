package student

import (
	"fmt"
	"strconv"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// CountLookups refuses more look-ups of pupils of other offices than an account may make in
// a day, so that numbers cannot be tried out. The caller writes the audit entries that are
// counted.
func CountLookups(t *store.Tx, most, more int) error {
	// One look-up of an account at a time, or many at once would pass the count.
	if _, err := t.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('lookup/' || ?, 0))`, t.Scope().Account.String()); err != nil {
		return fmt.Errorf("count the pupils looked up: %w", err)
	}
	var n int
	err := t.DB().Raw(`SELECT count(*) FROM audit_entry WHERE subject_kind = 'lookup' AND subject_id = ? AND at >= ?`,
		t.Scope().Account.String(), t.Today().Start()).Scan(&n).Error
	if err != nil {
		return fmt.Errorf("count the pupils looked up: %w", err)
	}
	if n+more > most {
		return refusal.New(refusal.LookupsUsed).With("max", strconv.Itoa(most))
	}
	return nil
}
