package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Each reminder and mark of a step comes once at its own time, and until then the
// workflow sleeps exactly so long.
func TestRemindersComeOnceAtTheirTimes(t *testing.T) {
	r := newRecordsRig(t)
	change, start := r.waiting(schoolAPath), r.app.Clock().Now()
	after := func(d time.Duration) time.Time { return start.Add(d) }
	r.exec(`UPDATE step SET remind_50_at = $2, remind_80_at = $3, due_at = $4 WHERE change_id = $1`, change, after(5*time.Hour), after(8*time.Hour), after(10*time.Hour))
	r.exec(`UPDATE change SET due_total = $2 WHERE id = $1`, change, after(20*time.Hour))
	now := 0 * time.Hour
	for _, row := range []struct {
		at, wait time.Duration
		verbs    int
	}{
		{0, 5 * time.Hour, 0}, {4 * time.Hour, time.Hour, 0}, {5 * time.Hour, 3 * time.Hour, 1}, {6 * time.Hour, 2 * time.Hour, 1},
		{8 * time.Hour, 2 * time.Hour, 2}, {10 * time.Hour, 10 * time.Hour, 3}, {20 * time.Hour, 0, 4},
	} {
		r.hand.Advance(row.at - now)
		now = row.at
		for range 2 { // a repetition changes nothing
			r.mustIn(r.worker, "", func(t *Tx) error { return t.PassTime(change) })
		}
		r.mustIn(r.worker, "", func(tx *Tx) error {
			p, err := tx.Position(change)
			require.NoError(t, err)
			require.Equal(t, row.wait, p.Wait, "after %s", row.at)
			due, err := tx.TimeIsDue(change)
			require.False(t, due)
			return err
		})
		require.Equal(t, row.verbs, r.count(`SELECT count(*) FROM change_event WHERE change_id = $1`, change), "after %s", row.at)
	}
	require.Equal(t, 1, r.count(`SELECT count(*) FROM step WHERE change_id = $1 AND reminded_50 = $2 AND reminded_80 = $3 AND overdue_at = $4`,
		change, after(5*time.Hour), after(8*time.Hour), after(10*time.Hour)), "each was noted when it happened")
}

// At an automatic step nobody is reminded. The timeline says that the step is late, for
// operators.
func TestAutomaticStepRemindsNobody(t *testing.T) {
	r := newRecordsRig(t)
	change := r.waiting(schoolAPath)
	r.exec(`UPDATE step SET act = 'CHECK_IDENTITY', next_attempt_at = opened_at WHERE change_id = $1`, change)
	r.hand.Advance(11 * 24 * time.Hour)
	r.mustIn(r.worker, "", func(t *Tx) error { return t.PassTime(change) })
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'OVERDUE'`, change))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change_event WHERE change_id = $1`, change))
	require.Zero(t, r.count(`SELECT count(*) FROM notice WHERE change_id = $1`, change))
	r.mustIn(r.worker, "", func(tx *Tx) error {
		due, err := tx.TimeIsDue(change)
		require.False(t, due, "and all is noted")
		return err
	})
}
