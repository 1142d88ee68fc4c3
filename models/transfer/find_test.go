package transfer_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// Only an office that gives name and number finds a pupil, and every try is in the audit
// trail.
func TestAPupilIsFoundByNameAndNumberOnly(t *testing.T) {
	r := storetest.New(t)
	id := r.Pupil(storetest.SchoolA)
	claim := r.ClaimOf(id)
	for _, c := range []change.PupilReference{claim, {Name: claim.Name, Number: claim.Number}, {Name: claim.Name, IDNumber: claim.IDNumber}, {Name: " " + claim.Name, Number: "l " + claim.Number[1:]}} {
		f, err := r.Find(storetest.SchoolB, c)
		require.NoError(t, err)
		require.NotNil(t, f)
		require.Equal(t, id, f.StudentID)
		require.Nil(t, f.Refusal)
		require.NotContains(t, f.Number+f.IDNumber, claim.IDNumber[6:14])
	}
	for _, c := range []change.PupilReference{
		{Name: claim.Name}, {Number: claim.Number}, {Name: "样例别人", Number: claim.Number}, {Name: claim.Name, Number: claim.Number[:15] + "0000"},
		{Name: claim.Name, Number: claim.Number, IDNumber: "990101201501010023"}, {Name: "%", Number: claim.Number}, {Name: claim.Name, IDNumber: claim.Number},
	} {
		f, err := r.Find(storetest.SchoolB, c)
		require.NoError(t, err)
		require.Nil(t, f, "%d characters of a name", len(c.Name))
	}
	hits := r.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.find' AND detail ->> 'found' <> 'no'`)
	misses := r.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.find' AND detail ->> 'found' = 'no'`)
	require.Equal(t, []int{4, 7}, []int{hits, misses})
}

func TestLookupsAreCounted(t *testing.T) {
	r := storetest.New(t)
	claim := r.ClaimOf(r.Pupil(storetest.SchoolA))
	r.Policy(storetest.Province, `{"lookups_per_day": 2}`)
	for range 2 {
		_, err := r.Find(storetest.SchoolB, change.PupilReference{Name: "谁", Number: claim.Number})
		require.NoError(t, err)
	}
	_, err := r.Find(storetest.SchoolB, claim)
	require.ErrorIs(t, err, refusal.New(refusal.LookupsUsed))
	r.Advance(24 * time.Hour)
	_, err = r.Find(storetest.SchoolB, claim)
	require.NoError(t, err, "tomorrow")
}

// Two look-ups at once do not pass the limit, because the second waits for the first.
func TestLookupsAtOnceAreCounted(t *testing.T) {
	r := storetest.New(t)
	claim := r.ClaimOf(r.Pupil(storetest.SchoolA))
	r.Policy(storetest.Province, `{"lookups_per_day": 1}`)
	second := make(chan error, 1)
	require.NoError(t, r.In(r.App, storetest.SchoolB, func(tx *change.Tx) error {
		if _, err := transfer.FindPupil(tx, claim, r.Office(storetest.SchoolB)); err != nil {
			return err
		}
		go func() {
			_, err := r.Find(storetest.SchoolB, claim)
			second <- err
		}()
		require.Eventually(t, func() bool { return len(second) == 1 || r.Blocked() == 1 }, 10*time.Second, time.Millisecond)
		return nil
	}))
	require.ErrorIs(t, <-second, refusal.New(refusal.LookupsUsed))
}

// The definer functions reveal only what they must: one pupil, and for a slot its kind.
func TestDefinerFunctionsRevealOnlyWhatTheyMust(t *testing.T) {
	r := storetest.New(t)
	id := r.Pupil(storetest.SchoolA)
	claim := r.ClaimOf(id)
	require.NoError(t, r.App.InScope(t.Context(), store.Scope{Paths: []string{storetest.SchoolB}}, func(tx *change.Tx) error {
		var n int64
		require.NoError(t, tx.DB().Raw(`SELECT count(*) FROM student`).Scan(&n).Error)
		require.Zero(t, n, "the record is not in scope")
		require.NoError(t, tx.DB().Raw(`SELECT count(*) FROM student_to_receive(ARRAY[?], NULL, NULL)`, claim.Name).Scan(&n).Error)
		require.Zero(t, n, "a name alone finds nobody")
		var taken bool
		keys := student.HashArray(student.NumberKeys(tx.Store(), claim.IDNumber))
		require.NoError(t, tx.DB().Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, uuid.New(), uuid.New(), keys).Scan(&taken).Error)
		require.True(t, taken)
		require.NoError(t, tx.DB().Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, id, uuid.New(), keys).Scan(&taken).Error)
		require.False(t, taken, "the own number is free for the own record")
		kind, err := tx.RunningKind(id)
		require.Empty(t, kind)
		return err
	}))
	require.Equal(t, status.Code("2002"), status.BusinessRunning)
}

// An office learns before it asks why a pupil could not be received, and only an office
// above the pupil's school learns which change is in the way.
func TestALookupTellsWhatStandsAgainstATransfer(t *testing.T) {
	r := storetest.New(t)
	pupils := r.Pupils(storetest.SchoolA, 3)
	busy, left, punished := pupils[0], pupils[1], pupils[2]
	suspension := r.File(process.Suspension, busy, nil)
	r.Leaves(left)
	r.Punished(storetest.SchoolA, punished)
	for _, row := range []struct {
		path  string
		pupil uuid.UUID
		code  refusal.Code
	}{
		{storetest.SchoolB, busy, refusal.TransferBusinessRunning},
		{storetest.Bureau, busy, refusal.TransferBusinessRunning},
		{storetest.SchoolB, left, refusal.TransferLeft},
		{storetest.SchoolB, punished, refusal.TransferNotEligible},
		{storetest.SchoolA, punished, refusal.TransferSameSchool},
	} {
		f, err := r.Find(row.path, r.ClaimOf(row.pupil))
		require.NoError(t, err)
		require.Equal(t, row.code, f.Refusal.Code)
		require.Equal(t, 3, f.Grade)
		if row.path != storetest.Bureau {
			require.Nil(t, f.Running)
			continue
		}
		require.Equal(t, suspension, f.Running.ChangeID)
		require.Equal(t, []string{"SUSPENSION", "LEADER_REVIEW"}, []string{string(f.Running.Kind), f.Running.StepName})
	}
	claim := r.ClaimOf(pupils[2])
	claim.Number = ""
	f, err := r.Find(storetest.FarSchool, claim)
	require.NoError(t, err)
	require.Equal(t, refusal.TransferNumberRequired, f.Refusal.Code)
	require.Empty(t, f.Name, "nothing else is told")
}

// The question whether a number is free counts as a look-up, and its entry does not hold
// the number.
func TestTheQuestionForANumberIsCounted(t *testing.T) {
	r := storetest.New(t)
	r.Policy(storetest.Province, `{"lookups_per_day": 1}`)
	ask := func() error {
		return r.In(r.App, storetest.SchoolB, func(tx *change.Tx) error { return transfer.CountIdentityQuestion(tx.Tx, r.Office(storetest.SchoolB)) })
	}
	require.NoError(t, ask())
	require.ErrorIs(t, ask(), refusal.New(refusal.LookupsUsed))
	require.Equal(t, "{}", r.Text(`SELECT detail::text FROM audit_entry WHERE action = 'identity.ask'`))
}
