package change_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// places makes a class of the year 2024 at school B with so many seats.
func (c county) places(seats int) uuid.UUID {
	c.T().Helper()
	return c.NewClass(storetest.SchoolB, 2024, seats).ID
}

// list is a filing that moves pupils of school A into a class of school B.
func (c county) list(lines ...change.ListedPupil) change.Filing {
	c.T().Helper()
	return change.Filing{Kind: process.BatchTransfer, Lines: lines, Inputs: map[string]string{"from_school": "2152000123", "to_school": "2152000456", "reason": "撤并"},
		Office: c.Office(storetest.Bureau), Key: uuid.NewString(), BodyHash: []byte("list")}
}

// waitingList files a list of so many pupils and returns them.
func (c county) waitingList(n int) (id uuid.UUID, pupils []uuid.UUID) {
	c.T().Helper()
	pupils = c.Pupils(storetest.SchoolA, n)
	var lines []change.ListedPupil
	var class uuid.UUID
	for i, pupil := range pupils {
		if i%50 == 0 {
			class = c.places(50)
		}
		lines = append(lines, change.ListedPupil{StudentID: pupil, ClassID: class})
	}
	return c.files(c.list(lines...)), pupils
}

// A struck pupil is free at once, stays visible with the reason, and cannot be struck
// twice. A list without pupils ends.
func TestPupilsAreStruckFromAList(t *testing.T) {
	c := newCounty(t)
	id, pupils := c.waitingList(3)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	strike := func(verb change.Verb, strikes ...change.Strike) change.NewSlip {
		w := c.on(id, verb)
		w.Body.Strike = strikes
		return w
	}
	for want, strikes := range map[string][]change.Strike{
		"opinion_required /strike/0/reason": {{StudentID: pupils[0], Reason: "  "}},
		"line_unknown /strike/0/student_id": {{StudentID: uuid.New(), Reason: "不在名单"}},
		"line_unknown /strike/1/student_id": {{StudentID: pupils[0], Reason: "随迁"}, {StudentID: pupils[0], Reason: "随迁"}},
	} {
		require.Equal(t, []string{want}, c.refused(leader, strike(change.VerbApprove, strikes...)))
	}
	require.Equal(t, []string{"strike_not_here /strike"}, c.refused(leader, strike(change.VerbReject, change.Strike{StudentID: pupils[0], Reason: "随迁"})))
	require.Equal(t, 3, c.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, id), "nothing was struck in vain")
	c.says(leader, strike(change.VerbApprove, change.Strike{StudentID: pupils[0], Reason: "随迁"}))
	require.Equal(t, 2, c.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, id))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'LINES_STRUCK' AND role = 'BUREAU_REVIEWER'`, id))
	c.says(c.Who(storetest.SchoolB, org.SchoolLeader), strike(change.VerbApprove, change.Strike{StudentID: pupils[1], Reason: "一"}, change.Strike{StudentID: pupils[2], Reason: "二"}))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'REFUSED' AND close_code = 'ALL_STRUCK'`, id), "nobody remains")
}
