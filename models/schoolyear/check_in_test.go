package schoolyear_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/storetest"
)

func checkIn(c *storetest.County, path string, class uuid.UUID, term schoolyear.Term, list ...schoolyear.Arrival) error {
	return c.In(c.App, path, func(tx *change.Tx) error { return schoolyear.CheckClassIn(tx.Tx, class, term, list) })
}

func day(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

func absents(c *storetest.County, path string, term schoolyear.Term) (list []schoolyear.Absent) {
	c.MustIn(c.App, path, func(tx *change.Tx) error {
		at, err := office.Read(tx.Tx, c.ID(path))
		if err != nil {
			return err
		}
		list, err = schoolyear.Absents(tx.Tx, at, term, schoolyear.StayKey{}, 50)
		return err
	})
	return list
}

// A school notes class by class who came; who did not come is listed for the bureau, until
// the pupil comes.
func TestAClassChecksIn(t *testing.T) {
	c := storetest.New(t)
	term := schoolyear.Term{Year: 2026, No: 1}
	pupils := c.Pupils(storetest.SchoolA, 3)
	class := uuid.MustParse(c.ClassOf(pupils[0]))
	since := day(t, "2026-11-10")
	away := schoolyear.Arrival{StudentID: pupils[1], Reason: schoolyear.AbsentIll, MissingSince: since}
	require.NoError(t, checkIn(c, storetest.SchoolA, class, term, schoolyear.Arrival{StudentID: pupils[0], Came: true}, away))
	list := absents(c, storetest.Bureau, term)
	require.Len(t, list, 1)
	require.Equal(t, []any{pupils[1], 10, false, schoolyear.AbsentIll}, []any{list[0].StudentID, list[0].Days, list[0].Lost, list[0].Reason})
	require.Empty(t, absents(c, storetest.SchoolB, term))
	require.Empty(t, absents(c, storetest.Bureau, schoolyear.Term{Year: 2026, No: 2}))
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		of, err := schoolyear.ClassArrivals(tx.Tx, class, term)
		noted := 0
		for _, one := range of {
			if one.Came != nil {
				noted++
			}
		}
		require.Equal(t, []int{3, 2}, []int{len(of), noted}, "who was not noted is seen")
		return err
	})
	require.NoError(t, checkIn(c, storetest.SchoolA, class, term, schoolyear.Arrival{StudentID: pupils[1], Came: true}))
	require.Empty(t, absents(c, storetest.Bureau, term))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'class.check_in'`))
}

// All faults of a list are told at once; another school's class is not found.
func TestACheckInIsRefusedLineByLine(t *testing.T) {
	c := storetest.New(t)
	term := schoolyear.Term{Year: 2026, No: 1}
	pupils, stranger := c.Pupils(storetest.SchoolA, 2), c.Pupil(storetest.SchoolB)
	class := uuid.MustParse(c.ClassOf(pupils[0]))
	ahead := day(t, "2026-11-21")
	require.Equal(t, []string{"check_in_pupil /lines/0/student_id", "check_in_reason /lines/1/reason", "list_twice /lines/2/student_id", "day_ahead /lines/3/missing_since"},
		storetest.Refusals(t, checkIn(c, storetest.SchoolA, class, term, schoolyear.Arrival{StudentID: stranger, Came: true}, schoolyear.Arrival{StudentID: pupils[0]},
			schoolyear.Arrival{StudentID: pupils[0], Came: true}, schoolyear.Arrival{StudentID: pupils[1], Reason: schoolyear.AbsentOther, MissingSince: ahead})))
	require.Equal(t, []string{"check_in_since /lines/0/missing_since"}, storetest.Refusals(t, checkIn(c, storetest.SchoolA, class, term,
		schoolyear.Arrival{StudentID: pupils[0], Reason: schoolyear.AbsentIll, MissingSince: day(t, "2026-08-01")})))
	require.Equal(t, []string{"check_in_year /school_year"}, storetest.Refusals(t, checkIn(c, storetest.SchoolA, class, schoolyear.Term{Year: 2025, No: 1})))
	require.Equal(t, []string{"check_in_year /term"}, storetest.Refusals(t, checkIn(c, storetest.SchoolA, class, schoolyear.Term{Year: 2026, No: 2})), "the second term has not come")
	require.Equal(t, []string{"not_found "}, storetest.Refusals(t, checkIn(c, storetest.SchoolB, class, term)))
	require.Zero(t, c.Count(`SELECT count(*) FROM check_in`))
}

// The terms are those that the province has set: in the holidays a school notes the next one.
func TestACheckInFollowsTheTermsOfTheProvince(t *testing.T) {
	c := storetest.New(t)
	pupil := c.Pupil(storetest.SchoolA)
	class, first, second := uuid.MustParse(c.ClassOf(pupil)), schoolyear.Term{Year: 2026, No: 1}, schoolyear.Term{Year: 2026, No: 2}
	came := schoolyear.Arrival{StudentID: pupil, Came: true}
	terms := [process.TermsPerYear]process.SchoolTerm{{First: day(t, "2026-09-01"), Last: day(t, "2026-11-19")}, {First: day(t, "2026-12-01"), Last: day(t, "2027-06-30")}}
	require.NoError(t, checkIn(c, storetest.SchoolA, class, first, came))
	c.MustIn(c.App, storetest.Province, func(tx *change.Tx) error {
		_, err := policy.SetSchoolYear(tx.Tx, c.Office(storetest.Province).Province, 2026, terms, 0)
		return err
	})
	require.Equal(t, []string{"check_in_year /term"}, storetest.Refusals(t, checkIn(c, storetest.SchoolA, class, first, came)))
	require.NoError(t, checkIn(c, storetest.SchoolA, class, second, came))
}

// A pupil who changes the school within a term is noted anew by the new school, and the note
// of the old one tells the bureau nothing any more.
func TestTheNewSchoolNotesAPupilWhoMoved(t *testing.T) {
	c := storetest.New(t)
	term, pupil := schoolyear.Term{Year: 2026, No: 1}, c.PupilsOf(storetest.SchoolA, 2024, 1)[0]
	away := schoolyear.Arrival{StudentID: pupil, Reason: schoolyear.AbsentIll, MissingSince: day(t, "2026-11-10")}
	require.NoError(t, checkIn(c, storetest.SchoolA, uuid.MustParse(c.ClassOf(pupil)), term, away))
	c.ApproveAll(c.File(process.GoneAbroad, pupil, map[string]string{"leaves_on": "2026-11-20", "destination": "法国"}))
	class := c.NewClass(storetest.SchoolB, 2024, 40).ID
	c.ApproveAll(c.Received(process.ReturnFromAbroad, storetest.SchoolB, pupil, class))
	require.Empty(t, absents(c, storetest.Bureau, term))
	require.NoError(t, checkIn(c, storetest.SchoolB, class, term, schoolyear.Arrival{StudentID: pupil, Came: true}))
	c.MustIn(c.App, storetest.SchoolB, func(tx *change.Tx) error {
		list, err := schoolyear.ClassArrivals(tx.Tx, class, term)
		require.Len(t, list, 1)
		require.Equal(t, []bool{true}, []bool{list[0].Came != nil && *list[0].Came})
		return err
	})
}
