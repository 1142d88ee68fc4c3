package schoolyear_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

func undo(c *storetest.County, turn uuid.UUID) (out *schoolyear.Turn, err error) {
	err = c.In(c.App, storetest.Province, func(tx *change.Tx) (err error) {
		out, err = schoolyear.FileUndo(tx.Tx, turn)
		return err
	})
	return out, err
}

// A second turn takes no pupil who was registered after the first, who stands in the grade of
// the year already, and opens no window in which the first can be undone.
func TestASecondTurnOfAYear(t *testing.T) {
	c := storetest.New(t)
	first := c.PupilsOf(storetest.SchoolA, 2024, 1)[0]
	c.PupilsOf(storetest.SchoolB, 2021, 1)
	c.At("2027-08-11")
	turned(c, 2027, false)
	c.At("2027-10-08")
	late := c.PupilsOf(storetest.SchoolA, 2025, 1)[0]
	c.At("2027-10-09")
	second := turned(c, 2027, false)
	require.Equal(t, []int{0, 1}, []int{second.Moved, second.Stayed})
	require.Empty(t, lines(c, late))
	require.Len(t, lines(c, first), 1)
	_, err := undo(c, second.ID)
	require.ErrorIs(t, err, refusal.New(refusal.TurnWindow), "the promotions of August are long past it")
}

// No turn of a year is filed while the turns of that year are being undone.
func TestNoTurnWhileOneIsUndone(t *testing.T) {
	c := storetest.New(t)
	c.PupilsOf(storetest.SchoolA, 2024, 2)
	c.PupilsOf(storetest.SchoolB, 2021, 1)
	c.At("2027-08-11")
	y := turned(c, 2027, false)
	out, err := undo(c, y.ID)
	require.NoError(t, err)
	_, err = c.FileTurn(storetest.Province, 2027, false)
	require.ErrorIs(t, err, refusal.New(refusal.TurnRuns))
	require.Equal(t, job.JobDone, c.RunJob(c.Runner(nil), *out.UndoJobID).State)
	require.Equal(t, 2, turned(c, 2027, false).Moved)
}

// A turn that was stopped and undone is not resumed, neither while it is undone nor later:
// the job says why.
func TestAStoppedTurnIsNotResumedOnceItIsUndone(t *testing.T) {
	c := storetest.New(t)
	c.Bulk(store.Bulk{ListRows: 10, PartRows: 2})
	c.PupilsOf(storetest.SchoolA, 2024, 4)
	y, err := c.FileTurn(storetest.Province, 2026, false)
	require.NoError(t, err)
	runner := c.Runner(nil)
	_, err = runner.Do(t.Context(), c.Worker, y.JobID, 1)
	require.NoError(t, err)
	require.NoError(t, c.SayToJob(storetest.Province, y.JobID, job.JobCancel))
	require.Equal(t, job.JobCancelled, c.RunJob(runner, y.JobID).State)
	out, err := undo(c, y.ID)
	require.NoError(t, err)
	resumed := func() {
		require.NoError(t, c.SayToJob(storetest.Province, y.JobID, job.JobResume))
		at := c.RunJob(runner, y.JobID)
		require.Equal(t, []any{job.JobFailed, refusal.TurnUndone}, []any{at.State, at.Problem})
	}
	resumed()
	require.Equal(t, job.JobDone, c.RunJob(runner, *out.UndoJobID).State)
	resumed()
	require.Zero(t, c.Count(`SELECT count(*) FROM student_history WHERE kind = 'PROMOTION' AND struck_job IS NULL`))
	require.Equal(t, 4, turned(c, 2026, false).Moved, "the year is turned anew")
	resumed()
}

// A key that filed a dry run files no turn.
func TestAKeyOfATurnIsNotUsedForAnother(t *testing.T) {
	c := storetest.New(t)
	c.PupilsOf(storetest.SchoolA, 2024, 1)
	file := func(dry bool, hash string) error {
		return c.In(c.App, storetest.Province, func(tx *change.Tx) error {
			_, err := schoolyear.FileTurn(tx.Tx, schoolyear.NewTurn{Office: c.Office(storetest.Province), Year: 2026, Dry: dry, Key: "k", Hash: []byte(hash)})
			return err
		})
	}
	require.NoError(t, file(true, "dry"))
	require.NoError(t, file(true, "dry"))
	require.ErrorIs(t, file(false, "real"), refusal.New(refusal.KeyReused))
}
