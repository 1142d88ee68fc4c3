package worklist_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/worklist"
)

// What waits for the worker: workflows that were not started, running changes that show no
// sign of life, and the counts of both.
func TestWhatWaitsForTheWorker(t *testing.T) {
	c := storetest.New(t)
	one, two := c.Waiting(storetest.SchoolA), c.Waiting(storetest.SchoolB)
	for _, enrolment := range c.Texts(`SELECT id::text FROM change WHERE status <> 'RUNNING'`) { // of the pupils
		c.Started(uuid.MustParse(enrolment))
	}
	look := func(late time.Duration) (starts, running, waiting []uuid.UUID, b worklist.Backlog) {
		c.MustIn(c.Worker, "", func(tx *change.Tx) error {
			rows, err := worklist.WaitingStarts(tx.Tx, tx.Now().Add(late), 10)
			require.NoError(t, err)
			for _, r := range rows {
				require.NotZero(t, r.OutboxID)
				starts = append(starts, r.ID)
			}
			list, err := worklist.RunningChanges(tx.Tx, uuid.Nil, tx.Now().Add(-late), 10)
			require.NoError(t, err)
			for _, r := range list {
				running = append(running, r.ID)
				if r.Waiting {
					waiting = append(waiting, r.ID)
				}
			}
			b, err = worklist.CountBacklog(tx.Tx)
			return err
		})
		return starts, running, waiting, b
	}
	starts, running, waiting, b := look(0)
	require.Empty(t, starts, "they were filed at this moment")
	require.ElementsMatch(t, []uuid.UUID{one, two}, running)
	require.Empty(t, waiting)
	require.Equal(t, worklist.Backlog{OutboxWaiting: 2, OpenSteps: 2}, b)

	c.Advance(time.Minute)
	c.Started(one)
	c.HandIn(c.Who(storetest.SchoolB, org.SchoolRegistrar), change.NewSlip{ChangeID: two, Verb: change.VerbWithdraw, Step: -1})
	starts, _, waiting, b = look(0)
	require.Equal(t, []uuid.UUID{two}, starts)
	require.Empty(t, waiting, "the slip was handed in at this moment")
	require.Equal(t, worklist.Backlog{OutboxWaiting: 1, OutboxAge: 60, OpenSteps: 2, PendingSlips: 1}, b)
	c.Advance(time.Minute)
	_, _, waiting, _ = look(time.Second)
	require.Equal(t, []uuid.UUID{two}, waiting, "no live workflow lets a slip wait so long")
	c.Advance(60 * 24 * time.Hour)
	_, _, waiting, b = look(time.Second)
	require.ElementsMatch(t, []uuid.UUID{one, two}, waiting, "nor a due time")
	require.EqualValues(t, 2, b.OverdueSteps)
}
