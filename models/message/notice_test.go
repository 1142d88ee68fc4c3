package message_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// inbox is what a person asks for: the notices of the own role at the own office.
func inbox(p storetest.Person) message.NoticeQuery {
	return message.NoticeQuery{Office: p.Office, Roles: []org.Role{p.Role}}
}

// notices lists the newest notices of a person.
func notices(c *storetest.County, p storetest.Person, q message.NoticeQuery) (list []message.Notice) {
	c.T().Helper()
	require.NoError(c.T(), c.As(p, func(tx *change.Tx) (err error) {
		list, err = message.Notices(tx.Tx, q, time.Time{}, uuid.Nil, 50)
		return err
	}))
	return list
}

// readNotice notes that a person has read a notice.
func readNotice(c *storetest.County, p storetest.Person, q message.NoticeQuery, id uuid.UUID) (at time.Time, err error) {
	err = c.As(p, func(tx *change.Tx) (err error) {
		at, err = message.ReadNotice(tx.Tx, q, id)
		return err
	})
	return at, err
}

// readAll notes that a person has read everything up to a moment.
func readAll(c *storetest.County, p storetest.Person, q message.NoticeQuery, until time.Time) (n int64) {
	c.T().Helper()
	require.NoError(c.T(), c.As(p, func(tx *change.Tx) (err error) {
		n, err = message.ReadAllNotices(tx.Tx, q, until)
		return err
	}))
	return n
}

// delegate lets the leader of a school ask a colleague for advice, who is told in person.
func delegate(c *storetest.County, changeID uuid.UUID, leader, colleague storetest.Person) {
	c.T().Helper()
	p := c.Position(changeID)
	s := c.Say(leader, change.NewSlip{ChangeID: changeID, TaskID: p.Tasks[0], Step: p.Step, Round: p.Round, Verb: change.VerbDelegate, Opinion: "请核实", Body: change.SlipBody{To: []uuid.UUID{colleague.ID}}})
	require.Equal(c.T(), change.SlipCounted, s.Outcome, s.OutcomeCode)
}

// supervised files a change of a school, and the city orders the school's leader to decide
// it: one notice for the leader. A change beyond that leaves notices for the filers only.
func supervised(c *storetest.County, path string) (changeID uuid.UUID) {
	c.T().Helper()
	changeID = c.Waiting(path)
	s := c.Say(c.Who(storetest.City, org.BureauHead), change.NewSlip{ChangeID: changeID, Step: -1, Verb: change.VerbSupervise, Opinion: "请尽快办理"})
	require.Equal(c.T(), change.SlipCounted, s.Outcome, s.OutcomeCode)
	return changeID
}

// A notice tells a role of an office where a change stands. Who has another role, or sits
// at another office, is not told.
func TestANoticeIsForARoleOfAnOffice(t *testing.T) {
	c := storetest.New(t)
	changeID := supervised(c, storetest.SchoolA)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	list := notices(c, leader, inbox(leader))
	require.Len(t, list, 1)
	n := list[0]
	require.Equal(t, changeID, *n.ChangeID)
	require.Equal(t, c.Text(`SELECT case_no FROM change WHERE id = $1`, changeID), n.CaseNo)
	require.Equal(t, process.Suspension, n.ChangeKind)
	require.Equal(t, []any{org.SchoolLeader, "2152000123", "南明区示例小学", 1, 1}, []any{n.Role, n.OfficeCode, n.OfficeName, n.StepNo, n.Round})
	require.NotEmpty(t, n.StepLabel.Zh)
	require.NotNil(t, n.DueAt)
	require.False(t, n.Personal)
	require.Nil(t, n.ReadAt)

	principal, other := c.Who(storetest.SchoolA, org.Principal), c.Who(storetest.SchoolB, org.SchoolLeader)
	require.Empty(t, notices(c, principal, inbox(principal)))
	require.Empty(t, notices(c, other, inbox(other)))
	require.Empty(t, notices(c, other, inbox(leader)), "not even who asks for another office")
}

func TestAPersonalNoticeIsForOnePerson(t *testing.T) {
	c := storetest.New(t)
	changeID := supervised(c, storetest.SchoolA)
	leader, told := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal)
	other, _ := c.Hire(storetest.SchoolA, org.Principal)
	delegate(c, changeID, leader, told)
	list := notices(c, told, inbox(told))
	require.Len(t, list, 1)
	require.True(t, list[0].Personal)
	require.Empty(t, notices(c, other, inbox(other)), "a colleague with the same role")
	_, err := readNotice(c, other, inbox(other), list[0].ID)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	_, err = readNotice(c, told, inbox(told), list[0].ID)
	require.NoError(t, err)
}

// A notice is read once, by each person alone.
func TestEachPersonReadsANoticeOnce(t *testing.T) {
	c := storetest.New(t)
	supervised(c, storetest.SchoolA)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	second, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	id := notices(c, leader, inbox(leader))[0].ID
	first, err := readNotice(c, leader, inbox(leader), id)
	require.NoError(t, err)
	require.Equal(t, c.Now(), first)
	c.Advance(time.Hour)
	again, err := readNotice(c, leader, inbox(leader), id)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, first, *notices(c, leader, inbox(leader))[0].ReadAt)
	unread := inbox(leader)
	unread.Unread = true
	require.Empty(t, notices(c, leader, unread))
	require.Len(t, notices(c, second, unread), 1, "the colleague has not")

	other := c.Who(storetest.SchoolB, org.SchoolLeader)
	_, err = readNotice(c, other, inbox(other), id)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	require.Equal(t, "42501", storetest.SQLState(c.In(c.Worker, storetest.SchoolA, func(tx *change.Tx) error {
		_, err := message.ReadNotice(tx.Tx, inbox(leader), id)
		return err
	})), "the worker reads for nobody")
}

func TestAllNoticesUpToAMomentAreRead(t *testing.T) {
	c := storetest.New(t)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	supervised(c, storetest.SchoolA)
	supervised(c, storetest.SchoolA)
	seen := c.Now()
	c.Advance(time.Minute)
	supervised(c, storetest.SchoolA)
	require.EqualValues(t, 2, readAll(c, leader, inbox(leader), seen))
	require.Zero(t, readAll(c, leader, inbox(leader), seen), "read once")
	unread := inbox(leader)
	unread.Unread = true
	require.Len(t, notices(c, leader, unread), 1, "the one that came meanwhile")
	other := c.Who(storetest.SchoolB, org.SchoolLeader)
	require.Zero(t, readAll(c, other, inbox(leader), c.Now()), "nothing of another office")
}

func TestNoticesAreListedInPages(t *testing.T) {
	c := storetest.New(t)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	for range 3 {
		supervised(c, storetest.SchoolA)
		c.Advance(time.Minute)
	}
	supervised(c, storetest.SchoolA)
	all := notices(c, leader, inbox(leader))
	require.Len(t, all, 4)
	var paged []message.Notice
	var before message.Notice
	for {
		var page []message.Notice
		require.NoError(t, c.As(leader, func(tx *change.Tx) (err error) {
			page, err = message.Notices(tx.Tx, inbox(leader), before.CreatedAt, before.ID, 3)
			return err
		}))
		paged = append(paged, page...)
		if len(page) < 3 {
			break
		}
		before = page[2]
	}
	require.Equal(t, all, paged)
	require.True(t, all[0].CreatedAt.After(all[3].CreatedAt), "newest first")
}
