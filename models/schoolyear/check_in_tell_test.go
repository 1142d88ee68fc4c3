package schoolyear_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/storetest"
)

// toldAbsent are the notices about pupils who did not come, after the worker has looked twice.
func toldAbsent(c *storetest.County) []string {
	c.T().Helper()
	for range 2 {
		c.MustIn(c.Worker, "", func(tx *change.Tx) error { return schoolyear.TellAbsent(tx.Tx) })
	}
	return c.Texts(`SELECT role || ' ' || org_path::text || ' ' || counted || ' ' || on_day FROM notice WHERE kind = 'PUPILS_ABSENT' ORDER BY created_at, org_path`)
}

// From the day of the policy on a school is told once a term how many pupils did not come;
// pupils who have left, and schools where everybody came, are told of nothing.
func TestASchoolIsToldWhoDidNotCome(t *testing.T) {
	c := storetest.New(t)
	c.Policy(storetest.Province, `{"absent_notice_days": 90}`)
	first, second := schoolyear.Term{Year: 2026, No: 1}, schoolyear.Term{Year: 2026, No: 2}
	pupils, other := c.Pupils(storetest.SchoolA, 4), c.Pupil(storetest.SchoolB)
	class := uuid.MustParse(c.ClassOf(pupils[0]))
	away := func(pupil uuid.UUID) schoolyear.Arrival {
		return schoolyear.Arrival{StudentID: pupil, Reason: schoolyear.AbsentUnknown, MissingSince: c.App.Clock().Today()}
	}
	require.NoError(t, checkIn(c, storetest.SchoolA, class, first, away(pupils[0]), away(pupils[1]), away(pupils[2]), schoolyear.Arrival{StudentID: pupils[3], Came: true}))
	require.NoError(t, checkIn(c, storetest.SchoolB, uuid.MustParse(c.ClassOf(other)), first, schoolyear.Arrival{StudentID: other, Came: true}))
	c.ApproveAll(c.File(process.OtherLeaving, pupils[2], nil))
	c.At("2026-11-29")
	require.Empty(t, toldAbsent(c), "the 89th day of the term")
	c.At("2026-11-30")
	want := []string{"SCHOOL_REGISTRAR " + storetest.SchoolA + " 2 2026-09-01"}
	require.Equal(t, want, toldAbsent(c))
	require.NoError(t, checkIn(c, storetest.SchoolB, uuid.MustParse(c.ClassOf(other)), first, away(other)))
	want = append(want, "SCHOOL_REGISTRAR "+storetest.SchoolB+" 1 2026-09-01")
	require.Equal(t, want, toldAbsent(c), "a school that notes later is told later")
	c.At("2027-02-16")
	require.NoError(t, checkIn(c, storetest.SchoolA, class, second, away(pupils[0])))
	require.Equal(t, want, toldAbsent(c), "the next term has only begun")
	c.At("2027-05-20")
	require.Equal(t, append(want, "SCHOOL_REGISTRAR "+storetest.SchoolA+" 1 2027-02-15"), toldAbsent(c))
}

// A province that wants no notice tells no school.
func TestNobodyIsToldWhereTheProvinceWantsNoNotice(t *testing.T) {
	c := storetest.New(t)
	c.Policy(storetest.Province, `{"absent_notice_days": 0}`)
	pupil := c.Pupil(storetest.SchoolA)
	require.NoError(t, checkIn(c, storetest.SchoolA, uuid.MustParse(c.ClassOf(pupil)), schoolyear.Term{Year: 2026, No: 1},
		schoolyear.Arrival{StudentID: pupil, Reason: schoolyear.AbsentIll, MissingSince: c.App.Clock().Today()}))
	require.Empty(t, toldAbsent(c))
	c.Policy(storetest.Province, `{"absent_notice_days": 14}`)
	require.Len(t, toldAbsent(c), 1)
}
