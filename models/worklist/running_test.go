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
			list, err := worklist.RunningChanges(tx.Tx, worklist.RunningKey{}, 10)
			require.NoError(t, err)
			for _, r := range list {
				running = append(running, r.ID)
			}
			n, err := worklist.CountRunning(tx.Tx)
			require.NoError(t, err)
			require.EqualValues(t, len(list), n)
			list, err = worklist.WaitingChanges(tx.Tx, uuid.Nil, tx.Now().Add(-late), 10)
			require.NoError(t, err)
			for _, r := range list {
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

// Running changes come in pages, the oldest deadline first, also those that are due at the
// same moment.
func TestRunningChangesComeByTheirDeadlines(t *testing.T) {
	c := storetest.New(t)
	for i, pupil := range c.Pupils(storetest.SchoolA, 7) {
		ago := time.Duration(i/3) * 7 * 24 * time.Hour
		c.Advance(-ago)
		c.File("SUSPENSION", pupil, nil)
		c.Advance(ago)
	}
	var have []string
	for after := (worklist.RunningKey{}); ; {
		var rows []worklist.RunningRow
		c.MustIn(c.Worker, "", func(tx *change.Tx) (err error) {
			rows, err = worklist.RunningChanges(tx.Tx, after, 2)
			return err
		})
		if len(rows) == 0 {
			break
		}
		for _, row := range rows {
			have, after = append(have, row.ID.String()), row.Key()
		}
	}
	require.Equal(t, c.Texts(`SELECT change_id::text FROM step WHERE status = 'OPEN' ORDER BY due_at, change_id`), have)
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		ids, err := worklist.RunningIDs(tx.Tx, uuid.MustParse(c.Text(`SELECT min(id::text) FROM change WHERE status = 'RUNNING'`)), 10)
		require.NoError(t, err)
		require.Len(t, ids, 6)
		other := uuid.New()
		ids, err = worklist.NotRunning(tx.Tx, append(ids, other))
		require.Equal(t, []uuid.UUID{other}, ids)
		return err
	})
}
