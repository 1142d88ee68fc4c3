package storetest_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// Pupils come in by rosters that were decided, each into a seat of its own.
func TestPupilsAreEnrolledByRosters(t *testing.T) {
	c := storetest.New(t)
	one := c.Pupil(storetest.SchoolA)
	bare := c.Pupil(storetest.SchoolA, storetest.Unnumbered(), storetest.With("name", "欧阳样例"))
	many := c.PupilsOf(storetest.SchoolB, 2025, 60)
	require.Len(t, many, 60)
	require.Equal(t, 62, c.Count(`SELECT count(DISTINCT id) FROM student WHERE enrol_status = 'ENROLLED' AND holds_seat`))
	require.Equal(t, 62, c.Count(`SELECT sum(occupied) FROM school_class`))
	require.Equal(t, "L", c.Text(`SELECT number_class FROM student WHERE id = $1`, one))
	require.Equal(t, "欧阳样例", c.Text(`SELECT name FROM student WHERE id = $1 AND id_hash IS NULL`, bare))
	require.Equal(t, 3, c.Count(`SELECT count(*) FROM change WHERE kind = 'ROSTER_IMPORT' AND status = 'EFFECTIVE'`))
	require.Equal(t, 6, c.Count(`SELECT count(*) FROM decision`), "the leader and the bureau of each roster")
}

// A change is filed, decided and in force as people bring it about.
func TestAPupilIsSuspended(t *testing.T) {
	c := storetest.New(t)
	pupil := c.Pupil(storetest.SchoolA)
	changeID := c.Suspended(pupil, "2027-08-31")
	require.Equal(t, "SUSPENDED", c.Text(`SELECT enrol_status FROM student WHERE id = $1`, pupil))
	require.Equal(t, pupil, c.PupilOf(changeID))

	waiting := c.Waiting(storetest.SchoolB)
	require.Equal(t, "LEADER_REVIEW", c.Position(waiting).Stage)
	s := c.Say(c.Who(storetest.SchoolB, org.SchoolRegistrar), change.NewSlip{ChangeID: waiting, Verb: change.VerbWithdraw, Step: -1})
	require.Equal(t, change.SlipCounted, s.Outcome)
	require.True(t, c.Position(waiting).Closed())
}

// Every county is a copy of its own, with the people who decide.
func TestACountyHasItsPeople(t *testing.T) {
	c, other := storetest.New(t), storetest.New(t)
	for path, role := range map[string]org.Role{
		storetest.Nation: org.BureauSysadmin, storetest.Province: org.BureauReviewer, storetest.Bureau: org.BureauHead,
		storetest.SchoolA: org.SchoolRegistrar, storetest.FarSchool: org.SchoolLeader,
	} {
		require.NotEqual(t, uuid.Nil, c.Who(path, role).ID)
	}
	c.Pupil(storetest.FarSchool)
	require.Zero(t, other.Count(`SELECT count(*) FROM student`))
	p, password := c.Hire(storetest.SchoolA, org.SchoolLeader)
	_, err := account.LogIn(t.Context(), c.App.Store, account.Attempt{Login: p.Login, Password: password, Address: "192.0.2.1", RequestID: "test"})
	require.NoError(t, err)
	c.Dismiss(p)
	_, err = account.LogIn(t.Context(), c.App.Store, account.Attempt{Login: p.Login, Password: password, Address: "192.0.2.1", RequestID: "test"})
	require.Error(t, err)
	require.Error(t, c.OwnerTries(`UPDATE audit_entry SET action = 'x'`))
	require.Equal(t, process.Suspension, process.Kind(c.Text(`SELECT kind FROM change WHERE id = $1`, c.Waiting(storetest.SchoolA))))
}
