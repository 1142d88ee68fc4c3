package kinds_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// retention is what a school hands in to let a pupil of 2024 repeat a year.
func retention(r *storetest.County, pupil uuid.UUID) change.Filing {
	return r.Filing(process.Retention, pupil, map[string]string{"class_id": r.NewClass(storetest.SchoolA, 2025, 40).ID.String(), "reason": "示例"})
}

func retains(r *storetest.County, pupil uuid.UUID) uuid.UUID {
	r.T().Helper()
	one, err := r.TryFile(retention(r, pupil))
	require.NoError(r.T(), err)
	r.ApproveAll(one.ID)
	require.Equal(r.T(), "2025", r.Text(`SELECT entry_year::text FROM student WHERE id = $1`, pupil))
	return one.ID
}

// No more than the share of a year group repeats in a school year. Who repeats counts as
// one of the group; pupils of other schools and years do not.
func TestTheShareOfRepeatersIsKept(t *testing.T) {
	r := storetest.New(t)
	r.Policy(storetest.Province, `{"retention_stages": ["PRIMARY"], "skip_stages": ["PRIMARY"], "retention_percent": 50}`)
	pupils := r.Pupils(storetest.SchoolA, 4)
	r.Pupils(storetest.SchoolB, 9)
	r.PupilsOf(storetest.SchoolA, 2023, 9)
	first := retains(r, pupils[0])
	retains(r, pupils[1])
	require.Equal(t, []string{"retention_share /student_id"}, r.RefusedFiling(retention(r, pupils[2])))

	// The first repeater skips back, and the mistake is struck: it does not count any more.
	r.ApproveAll(r.File(process.Skip, pupils[0], map[string]string{"class_id": r.NewClass(storetest.SchoolA, 2024, 40).ID.String()}))
	require.Equal(t, []string{"retention_share /student_id"}, r.RefusedFiling(retention(r, pupils[2])), "until it is struck")
	r.ApproveAll(correct(r, pupils[0], first))
	retains(r, pupils[2])
	require.Equal(t, []string{"retention_share /student_id"}, r.RefusedFiling(retention(r, pupils[3])))
	r.At("2027-11-20")
	retains(r, pupils[3])
}

// Two last approvals at once are counted one after the other.
func TestTwoRetentionsAtOnceKeepTheShare(t *testing.T) {
	r := storetest.New(t)
	r.Policy(storetest.Province, `{"retention_stages": ["PRIMARY"]}`)
	var last []*change.Slip
	for _, pupil := range r.Pupils(storetest.SchoolA, 2) {
		one, err := r.TryFile(retention(r, pupil))
		require.NoError(t, err)
		last = append(last, r.HandInLast(one.ID))
	}
	outcomes := make(chan string, 2)
	for _, slip := range last {
		go func() {
			var s *change.Slip
			err := r.In(r.Worker, "", func(tx *change.Tx) (err error) {
				s, err = tx.CommitSlip(slip.ChangeID, slip.ID)
				return err
			})
			if err != nil {
				outcomes <- err.Error()
				return
			}
			outcomes <- s.Outcome + s.OutcomeCode
		}()
	}
	require.ElementsMatch(t, []string{change.SlipCounted, change.SlipRefused + "retention_share"}, []string{<-outcomes, <-outcomes})
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE entry_year = 2025`))
}

// A pupil skips one year of a stage once, also when another school has the pupil by now.
func TestAPupilSkipsOnceInAStage(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	skip := func(path string, year int) change.Filing {
		return r.Filing(process.Skip, pupil, map[string]string{"class_id": r.NewClass(path, year, 40).ID.String(), "reason": "示例"})
	}
	require.Equal(t, []string{"skip_off /kind"}, r.RefusedFiling(skip(storetest.SchoolA, 2023)))
	r.Policy(storetest.Province, `{"skip_stages": ["PRIMARY"]}`)
	one, err := r.TryFile(skip(storetest.SchoolA, 2023))
	require.NoError(t, err)
	r.ApproveAll(one.ID)
	require.Equal(t, "2023", r.Text(`SELECT entry_year::text FROM student WHERE id = $1`, pupil))
	r.ApproveAll(r.Received(process.Transfer, storetest.SchoolB, pupil, r.NewClass(storetest.SchoolB, 2023, 40).ID))
	require.Equal(t, []string{"skipped_before /student_id"}, r.RefusedFiling(skip(storetest.SchoolB, 2022)))
}
