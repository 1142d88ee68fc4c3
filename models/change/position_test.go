package change_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// Each reminder and mark of a step comes once at its own time, and until then the
// workflow sleeps exactly so long.
func TestRemindersComeOnceAtTheirTimes(t *testing.T) {
	r := storetest.New(t)
	r.Policy(storetest.Province, `{"total_warning": "72000s", "chains": {"SUSPENSION": {"*": [{"name": "LEADER_REVIEW", "label": {"zh": "学校审核", "en": "School review"},
		"side": "FILER", "level": "SCHOOL", "role": "SCHOOL_LEADER", "term": "36000s"}]}}}`)
	changeID, start := r.Waiting(storetest.SchoolA), r.App.Clock().Now()
	after := func(d time.Duration) time.Time { return start.Add(d) }
	now := 0 * time.Hour
	for _, row := range []struct {
		at, wait time.Duration
		verbs    int
	}{
		{0, 5 * time.Hour, 0}, {4 * time.Hour, time.Hour, 0}, {5 * time.Hour, 3 * time.Hour, 1}, {6 * time.Hour, 2 * time.Hour, 1},
		{8 * time.Hour, 2 * time.Hour, 2}, {10 * time.Hour, 10 * time.Hour, 3}, {20 * time.Hour, 0, 4},
	} {
		r.Hand.Advance(row.at - now)
		now = row.at
		for range 2 { // a repetition changes nothing
			r.MustIn(r.Worker, "", func(t *change.Tx) error { return t.SendDueReminders(changeID) })
		}
		r.MustIn(r.Worker, "", func(tx *change.Tx) error {
			p, err := tx.ReadPosition(changeID)
			require.NoError(t, err)
			require.Equal(t, row.wait, p.Wait, "after %s", row.at)
			due, err := tx.RemindersAreDue(changeID)
			require.False(t, due)
			return err
		})
		require.Equal(t, row.verbs, r.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb <> 'FILED'`, changeID), "after %s", row.at)
	}
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM step WHERE change_id = $1 AND reminded_50 = $2 AND reminded_80 = $3 AND overdue_at = $4`,
		changeID, after(5*time.Hour), after(8*time.Hour), after(10*time.Hour)), "each was noted when it happened")
}

// At an automatic step nobody is reminded. The timeline says that the step is late, for
// operators.
func TestAutomaticStepRemindsNobody(t *testing.T) {
	r := storetest.New(t)
	f := r.Filing(process.KeyDataChange, r.Pupil(storetest.SchoolA), map[string]string{"reason": "更名"})
	f.Values = map[string]string{"name": "样例改"}
	filed, err := r.TryFile(f)
	require.NoError(t, err)
	changeID := filed.ID
	require.Equal(t, process.ActIdentity, r.Position(changeID).Automatic)
	r.Hand.Advance(11 * 24 * time.Hour)
	r.MustIn(r.Worker, "", func(t *change.Tx) error { return t.SendDueReminders(changeID) })
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'OVERDUE'`, changeID))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM change_event WHERE change_id = $1`, changeID), "filed and late")
	require.Zero(t, r.Count(`SELECT count(*) FROM notice WHERE change_id = $1`, changeID))
	r.MustIn(r.Worker, "", func(tx *change.Tx) error {
		due, err := tx.RemindersAreDue(changeID)
		require.False(t, due, "and all is noted")
		return err
	})
}
