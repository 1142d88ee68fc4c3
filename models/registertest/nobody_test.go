package registertest

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/worklist"
)

// problemOf returns the named problem of the open step of a change.
func (r *recordsRig) problemOf(change uuid.UUID) (name string) {
	r.t.Helper()
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, change).Scan(&name))
	return name
}

// nobodyAt returns the counter Nobody in the inbox of an office.
func (r *recordsRig) nobodyAt(path string) (n int64) {
	r.t.Helper()
	r.mustIn(r.app, path, func(t *change.Tx) error {
		counts, err := worklist.CountInbox(t.Tx, worklist.InboxReader{Office: r.officeID(path), Roles: []org.Role{org.BureauHead}})
		n = counts.Nobody
		return err
	})
	return n
}

// A seat of another office that nobody can take names that office, and its head and
// administrator are told, not those of the step's own office.
func TestStuckSeatOfAnotherOfficeNamesThatOffice(t *testing.T) {
	r := newRecordsRig(t)
	r.member(schoolAPath, org.SchoolLeader)
	changeID := r.waiting(schoolAPath)
	r.seated(changeID, schoolAPath, org.SchoolLeader, change.StepOpen, "", nil)
	r.seated(changeID, countyPath, org.BureauReviewer, change.StepOpen, "", nil)
	r.seated(changeID, "n.p52", org.BureauReviewer, change.TaskWaiting, "", nil)
	for range 2 { // once a step and round
		r.mustIn(r.worker, "", func(t *change.Tx) error { return t.RefreshObstacles() })
	}
	require.Equal(t, change.ObstacleNobody, r.problemOf(changeID))
	require.Equal(t, []string{countyPath + " BUREAU_HEAD", countyPath + " BUREAU_SYSADMIN"}, r.heard(changeID, change.ObstacleNobody))
	want := []change.StuckSeat{{Office: "示例区教育局", Role: "BUREAU_REVIEWER"}}
	require.Equal(t, want, r.attention(r.app, schoolAPath, worklist.ReasonNobody, worklist.AttentionKey{}, 9)[0].Nobody)
	r.mustIn(r.worker, "", func(tx *change.Tx) error {
		c, err := worklist.ReadCase(tx, changeID.String())
		require.True(t, c.Step.Stuck)
		require.Equal(t, want, c.Step.Nobody)
		return err
	})
	require.EqualValues(t, 1, r.nobodyAt(countyPath))
	require.Zero(t, r.nobodyAt(schoolAPath))

	r.member(countyPath, org.BureauReviewer)
	r.mustIn(r.worker, "", func(t *change.Tx) error { return t.RefreshObstacles() })
	require.Empty(t, r.problemOf(changeID))
	require.Zero(t, r.nobodyAt(countyPath))
}

// A holder who can no longer act is named. The head of the office is told as soon as the
// seats of the step change, not only at the next upkeep.
func TestStuckSeatNamesItsHolder(t *testing.T) {
	r := newRecordsRig(t)
	holder := r.member(schoolAPath, org.SchoolLeader)
	r.member(schoolAPath, org.SchoolLeader)
	changeID := r.waiting(schoolAPath)
	r.seated(changeID, schoolAPath, org.SchoolLeader, change.StepOpen, change.HeldClaimed, &holder)
	r.exec(`UPDATE account SET sealed_at = now() WHERE id = $1`, holder)
	r.mustIn(r.worker, "", func(tx *change.Tx) error { return tx.UpdateObstacle(&change.Change{ID: changeID}) })
	require.Equal(t, change.ObstacleNobody, r.problemOf(changeID))
	require.Equal(t, []string{schoolAPath + " PRINCIPAL", schoolAPath + " SCHOOL_SYSADMIN"}, r.heard(changeID, change.ObstacleNobody))
	require.Equal(t, []change.StuckSeat{{Office: "南明区示例小学", Role: "SCHOOL_LEADER", Holder: "测试"}}, r.attention(r.app, countyPath, worklist.ReasonNobody, worklist.AttentionKey{}, 9)[0].Nobody)
}
