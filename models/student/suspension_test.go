package student_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// reminded is what the registrars have been told of the end of a suspension, after the
// worker has looked twice.
func reminded(c *storetest.County, changeID uuid.UUID) []string {
	c.T().Helper()
	for range 2 {
		c.MustIn(c.Worker, "", func(tx *change.Tx) error { return student.RemindSuspensions(tx.Tx) })
	}
	return c.Texts(`SELECT replace(kind, 'SUSPENSION_', '') FROM notice WHERE change_id = $1 AND role = 'SCHOOL_REGISTRAR' AND kind LIKE 'SUSPENSION\_E%' ORDER BY created_at, kind`, changeID)
}

// reinstated brings a suspended pupil back to school, into the year group behind.
func reinstated(c *storetest.County, pupil uuid.UUID) (changeID uuid.UUID) {
	c.T().Helper()
	changeID = c.File(process.Reinstatement, pupil, map[string]string{"class_id": c.NewClass(storetest.SchoolA, 2025, 5).ID.String()})
	c.ApproveAll(changeID)
	return changeID
}

// The registrar is reminded 30 and 15 days before a suspension ends and when it is over,
// once for each end. Who was not looked for in time is reminded of the most urgent only. A
// return ends the reminders.
func TestTheEndOfASuspensionIsReminded(t *testing.T) {
	c := storetest.New(t)
	pupil, late, back := c.Pupil(storetest.SchoolA), c.Pupil(storetest.SchoolA), c.Pupil(storetest.SchoolA)
	changeID, lateID, backID := c.Suspended(pupil, "2027-03-31"), c.Suspended(late, "2027-02-20"), c.Suspended(back, "2027-03-31")
	reinstated(c, back)
	for _, step := range []struct {
		day          string
		first, other []string
	}{
		{"2027-02-19", []string{}, []string{"ENDS_15"}},
		{"2027-02-28", []string{}, []string{"ENDS_15", "EXPIRED"}},
		{"2027-03-01", []string{"ENDS_30"}, []string{"ENDS_15", "EXPIRED"}},
		{"2027-03-15", []string{"ENDS_30"}, []string{"ENDS_15", "EXPIRED"}},
		{"2027-03-16", []string{"ENDS_30", "ENDS_15"}, []string{"ENDS_15", "EXPIRED"}},
		{"2027-03-31", []string{"ENDS_30", "ENDS_15"}, []string{"ENDS_15", "EXPIRED"}},
		{"2027-04-01", []string{"ENDS_30", "ENDS_15", "EXPIRED"}, []string{"ENDS_15", "EXPIRED"}},
	} {
		c.At(step.day)
		require.ElementsMatch(t, step.first, reminded(c, changeID), step.day)
		require.ElementsMatch(t, step.other, reminded(c, lateID), step.day)
	}
	require.Empty(t, reminded(c, backID), "back at school")
	err := c.In(c.App, storetest.SchoolA, func(tx *change.Tx) error { return student.RemindSuspensions(tx.Tx) })
	require.Equal(t, "42501", storetest.SQLState(err), "the application role reminds nobody")
}

// An office lists the suspensions of its subtree that end by a day, in pages.
func TestSuspensionsThatEndAreListedInPages(t *testing.T) {
	c := storetest.New(t)
	for until, path := range map[string]string{"2027-01-31": storetest.SchoolA, "2027-02-28": storetest.SchoolB, "2027-06-30": storetest.SchoolA} {
		c.Suspended(c.Pupil(path), until)
	}
	by := day(t, "2027-03-01")
	page := func(path string, after student.ExpiringSuspension) (list []student.ExpiringSuspension) {
		c.MustIn(c.App, path, func(tx *change.Tx) (err error) {
			list, err = student.ExpiringSuspensions(tx.Tx, path, by, after.UntilDate, after.ID, 1)
			return err
		})
		return list
	}
	first := page(storetest.Bureau, student.ExpiringSuspension{UntilDate: day(t, "2000-01-01")})
	require.Equal(t, []any{day(t, "2027-01-31"), "南明区示例小学", 0}, []any{first[0].UntilDate, first[0].School, first[0].Extended})
	require.Equal(t, first[0].StudentID, c.PupilOf(first[0].ChangeID))
	second := page(storetest.Bureau, first[0])
	require.Equal(t, day(t, "2027-02-28"), second[0].UntilDate)
	require.Empty(t, page(storetest.Bureau, second[0]), "the third one ends later")
	require.Equal(t, second, page(storetest.SchoolB, student.ExpiringSuspension{UntilDate: day(t, "2000-01-01")}), "a school sees its own")
}

// A suspension begins, gets a new end, and ends by one change each. An extension starts the
// reminders again.
func TestASuspensionBeginsIsExtendedAndEnds(t *testing.T) {
	c := storetest.New(t)
	pupil := c.Pupil(storetest.SchoolA)
	changeID := c.Suspended(pupil, "2027-02-20")
	periods := func() []student.SuspensionPeriod {
		var r *student.Record
		c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) (err error) {
			r, err = student.Read(tx.Tx, pupil)
			return err
		})
		return r.Suspensions
	}
	begun := periods()[0]
	require.Equal(t, []any{changeID, "10", day(t, "2026-11-20"), day(t, "2027-02-20"), 0}, []any{begun.ChangeID, begun.ReasonCode, begun.FromDate, begun.UntilDate, begun.Extended})
	require.True(t, begun.EndedOn.IsZero())
	c.At("2027-02-10")
	require.Equal(t, []string{"ENDS_15"}, reminded(c, changeID))
	extension := c.File(process.SuspensionExtension, pupil, map[string]string{"until_date": "2027-06-30"})
	c.ApproveAll(extension)
	require.Equal(t, []any{day(t, "2027-06-30"), 1}, []any{periods()[0].UntilDate, periods()[0].Extended})
	require.Empty(t, reminded(c, extension))
	c.At("2027-06-20")
	require.Equal(t, []string{"ENDS_15"}, reminded(c, extension), "of the new end, under the change that set it")
	back := reinstated(c, pupil)
	ended := periods()
	require.Len(t, ended, 1)
	require.Equal(t, []any{day(t, "2027-06-20"), back}, []any{ended[0].EndedOn, *ended[0].EndedBy})
}
