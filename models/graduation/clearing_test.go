package graduation_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// told are the notices about the clearing, as "school count day".
func told(r *storetest.County) []string {
	r.T().Helper()
	r.MustIn(r.Worker, "", func(tx *change.Tx) error { return graduation.TellBeforeClearing(tx.Tx) })
	return r.Texts(`SELECT org_path::text || ' ' || counted || ' ' || on_day FROM notice WHERE kind = 'CLEARING_AHEAD' AND role = 'SCHOOL_REGISTRAR' ORDER BY created_at`)
}

// A week before business of the graduating grade ends, a school is told once how many pupils
// have some, and reads which. What survives the clearing, and other grades, do not count.
func TestASchoolIsToldBeforeTheClearing(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, sixth, 4)
	fifth := r.PupilsOf(storetest.SchoolA, sixth+1, 1)[0]
	r.PupilsOf(storetest.SchoolB, sixth, 1) // with nothing in hand
	r.At("2027-06-21")
	first := r.File(process.OtherLeaving, pupils[0], nil)
	second := r.File(process.OtherLeaving, pupils[1], nil)
	r.File(process.OtherLeaving, fifth, nil)
	r.File(process.Death, pupils[2], map[string]string{"event_date": "2027-06-20"})
	require.Empty(t, told(r), "too early")
	r.At("2027-07-07")
	require.Empty(t, told(r))
	r.At("2027-07-08")
	want := []string{storetest.SchoolA + " 2 2027-07-15"}
	require.Equal(t, want, told(r))
	require.Equal(t, want, told(r), "once")
	list := func(path string, after uuid.UUID, most int) (changes []uuid.UUID) {
		r.MustIn(r.App, path, func(tx *change.Tx) error {
			day, busy, err := graduation.ToBeCleared(tx.Tx, r.Office(storetest.SchoolA), after, most)
			require.Equal(t, "2027-07-15", day.String())
			for _, one := range busy {
				require.Equal(t, process.OtherLeaving, one.Kind)
				require.NotEmpty(t, one.Name)
				changes = append(changes, one.ChangeID)
			}
			return err
		})
		return changes
	}
	require.Equal(t, []uuid.UUID{first}, list(storetest.SchoolA, uuid.Nil, 1))
	require.Equal(t, []uuid.UUID{second}, list(storetest.Bureau, first, 5))
	require.Empty(t, list(storetest.FarSchool, uuid.Nil, 5))
	require.Equal(t, change.SlipCounted, r.Say(r.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: first, Verb: change.VerbWithdraw, Step: -1}).Outcome)
	require.Equal(t, []uuid.UUID{second}, list(storetest.SchoolA, uuid.Nil, 5))
	r.At("2028-07-10")
	require.Len(t, told(r), 2, "the next year counts again")
}

// A province that clears nothing, or wants no notice, tells no school.
func TestNoNoticeWithoutAClearing(t *testing.T) {
	for _, rules := range []string{`{"clear_graduating": ""}`, `{"clear_notice_days": 0}`, `{"clear_graduating": "07-25"}`} {
		r := storetest.New(t)
		r.Policy(storetest.Province, rules)
		pupil := r.PupilsOf(storetest.SchoolA, sixth, 1)[0]
		r.At("2027-06-21")
		r.File(process.OtherLeaving, pupil, nil)
		r.At("2027-07-10")
		require.Empty(t, told(r), rules)
	}
}

// Grade 5 is the last one of a school that is five-four (P12) from the next school year on:
// it is named and told for the day of that year already, and that of its sibling is not.
func TestTheClearingFollowsTheSchoolingLength(t *testing.T) {
	r := storetest.New(t)
	five, six := r.PupilsOf(storetest.SchoolA, 2023, 1)[0], r.PupilsOf(storetest.SchoolB, 2023, 1)[0]
	changed, err := r.TryFile(r.FilingAt(process.SchoolingLengthChange, storetest.SchoolA, map[string]string{"length": "FIVE_FOUR", "reason": "区政府决定"}))
	require.NoError(t, err)
	r.ApproveAll(changed.ID)
	r.At("2027-07-20") // the day of 2027 is over, the next school year has not begun
	first := r.File(process.OtherLeaving, five, nil)
	r.File(process.OtherLeaving, six, nil)
	for path, want := range map[string]int{storetest.SchoolA: 1, storetest.SchoolB: 0} {
		r.MustIn(r.App, path, func(tx *change.Tx) error {
			day, busy, err := graduation.ToBeCleared(tx.Tx, r.Office(path), uuid.Nil, 5)
			require.Equal(t, "2028-07-15", day.String())
			require.Len(t, busy, want, path)
			return err
		})
	}
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'RUNNING'`, first))
	r.At("2028-07-08")
	require.Equal(t, []string{storetest.SchoolA + " 1 2028-07-15"}, told(r))
}
