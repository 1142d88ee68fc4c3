package upkeep

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// Only the offices whose people changed are looked at, and all of them once an hour.
func TestOnlyOfficesWithOtherPeopleAreLookedAt(t *testing.T) {
	c := storetest.New(t)
	u := upkeepOf(t, c, newEngine())
	waits := c.Waiting(storetest.SchoolA)
	look := func() string {
		t.Helper()
		require.NoError(t, u.people(t.Context(), nil))
		return c.Text(`SELECT problem FROM step WHERE change_id = $1 AND status = 'OPEN'`, waits)
	}
	require.Empty(t, look())
	require.Empty(t, look())
	require.Empty(t, u.staff.again)
	c.Dismiss(c.Who(storetest.SchoolA, org.SchoolLeader))
	require.Equal(t, change.ObstacleNobody, look())
	require.Len(t, u.staff.again, 1, "the school")
	c.Hire(storetest.SchoolA, org.SchoolLeader)
	require.Empty(t, look())
	require.Empty(t, look())
	require.Empty(t, u.staff.again)

	// A step whose mark no change of people explains is found after an hour.
	c.Legacy(`UPDATE step SET problem = 'NO_ELIGIBLE_PERSON' WHERE change_id = $1 AND status = 'OPEN'`, waits)
	require.Equal(t, change.ObstacleNobody, look())
	c.Advance(time.Hour)
	require.Empty(t, look())
}
