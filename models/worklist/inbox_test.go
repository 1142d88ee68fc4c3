package worklist_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/worklist"
)

// reader is a person who reads the own inbox.
func reader(p storetest.Person) worklist.InboxReader {
	return worklist.InboxReader{Office: p.Office, Roles: []org.Role{p.Role}}
}

// inbox reads the inbox of a person; all shows what colleagues hold as well.
func inbox(r *storetest.County, p storetest.Person, all bool) (list []worklist.InboxItem) {
	r.T().Helper()
	d := reader(p)
	d.All = all
	require.NoError(r.T(), r.As(p, func(tx *change.Tx) (err error) {
		list, err = worklist.Inbox(tx.Tx, d, time.Time{}, uuid.Nil, 50)
		return err
	}))
	return list
}

// counts reads the counters of the inbox of a person.
func counts(r *storetest.County, p storetest.Person) (n worklist.InboxCounts) {
	r.T().Helper()
	require.NoError(r.T(), r.As(p, func(tx *change.Tx) (err error) {
		n, err = worklist.CountInbox(tx.Tx, reader(p))
		return err
	}))
	return n
}

// ids are the changes of an inbox.
func ids(list []worklist.InboxItem) (changes []uuid.UUID) {
	for _, item := range list {
		changes = append(changes, item.ChangeID)
	}
	return changes
}

// word says a verb at the open task of a change, to colleagues where it names some.
func word(r *storetest.County, p storetest.Person, changeID uuid.UUID, verb change.Verb, to ...uuid.UUID) {
	r.T().Helper()
	at := r.Position(changeID)
	s := r.Say(p, change.NewSlip{ChangeID: changeID, TaskID: at.Tasks[0], Step: at.Step, Round: at.Round, Verb: verb, Opinion: "请处理", Body: change.SlipBody{To: to}})
	require.Equal(r.T(), change.SlipCounted, s.Outcome, "%s: %s", verb, s.OutcomeCode)
}

// A task without a holder is everybody's with the role. Once somebody holds it, it is
// in that inbox alone, and a colleague finds it among all tasks of the office.
func TestATaskIsInTheInboxOfWhoMayDecideIt(t *testing.T) {
	r := storetest.New(t)
	id := r.Waiting(storetest.SchoolA)
	leader := r.Who(storetest.SchoolA, org.SchoolLeader)
	colleague, _ := r.Hire(storetest.SchoolA, org.SchoolLeader)
	for _, p := range []storetest.Person{leader, colleague} {
		list := inbox(r, p, false)
		require.Equal(t, []uuid.UUID{id}, ids(list))
		require.Equal(t, "LEADER_REVIEW", list[0].StepName)
		require.Equal(t, "学校审核", list[0].StepLabel.Zh)
		require.Equal(t, "南明区示例小学", list[0].FilerName)
		require.Equal(t, r.Text(`SELECT name FROM student WHERE id = $1`, r.PupilOf(id)), list[0].StudentName)
		require.Empty(t, list[0].Holder)
		require.Empty(t, list[0].For)
	}
	for _, p := range []storetest.Person{r.Who(storetest.SchoolA, org.SchoolRegistrar), r.Who(storetest.SchoolB, org.SchoolLeader), r.Who(storetest.Bureau, org.BureauReviewer)} {
		require.Empty(t, inbox(r, p, false), "%s at %s", p.Role, p.Path)
		require.Empty(t, inbox(r, p, true), "%s at %s", p.Role, p.Path)
	}
	word(r, leader, id, change.VerbClaim)
	list := inbox(r, leader, false)
	require.Equal(t, []string{"测试", change.HeldClaimed}, []string{list[0].Holder, list[0].HeldAs})
	require.Empty(t, inbox(r, colleague, false))
	require.Equal(t, []uuid.UUID{id}, ids(inbox(r, colleague, true)))
	require.Equal(t, []uuid.UUID{id}, ids(inbox(r, r.Who(storetest.SchoolA, org.Principal), true)), "the head sees every task of the office")
	require.Equal(t, worklist.InboxCounts{Open: 1, Mine: 1}, counts(r, leader))

	word(r, leader, id, change.VerbDelegate, colleague.ID)
	require.Equal(t, []uuid.UUID{id}, ids(inbox(r, colleague, false)))
	require.EqualValues(t, 1, counts(r, leader).Delegated, "the advice is awaited")
}

// Who handed a change in does not find it in the own inbox (提交人不审核).
func TestWhoFiledDoesNotFindTheTask(t *testing.T) {
	r := storetest.New(t)
	leader := r.Who(storetest.SchoolA, org.SchoolLeader)
	f := r.Filing(process.OtherLeaving, r.Pupil(storetest.SchoolA), map[string]string{"reason": "示例"})
	require.NoError(t, r.As(leader, func(tx *change.Tx) error {
		_, err := tx.FileChange(f)
		return err
	}))
	require.Empty(t, inbox(r, leader, false))
	require.Zero(t, counts(r, leader).Open)
	colleague, _ := r.Hire(storetest.SchoolA, org.SchoolLeader)
	require.Len(t, inbox(r, colleague, false), 1)
}

// A proxy finds the tasks of the colleague who is away, and is told for whom; before and
// after that time there are none.
func TestAProxyFindsTheTasksOfTheColleague(t *testing.T) {
	r := storetest.New(t)
	away, acts := r.Who(storetest.SchoolA, org.SchoolLeader), r.Who(storetest.SchoolA, org.Principal)
	id := r.Waiting(storetest.SchoolA)
	word(r, away, id, change.VerbClaim)
	require.Empty(t, inbox(r, acts, false))
	require.NoError(t, r.As(r.Who(storetest.SchoolA, org.SchoolSysadmin), func(tx *change.Tx) error {
		_, err := account.AddProxy(tx.Tx, account.Proxy{AccountID: away.ID, ProxyID: acts.ID, From: r.Now().Add(time.Hour), Until: r.Now().AddDate(0, 0, 3)}, r.Office(storetest.SchoolA))
		return err
	}))
	require.Empty(t, inbox(r, acts, false), "not yet")
	r.Advance(2 * time.Hour)
	list := inbox(r, acts, false)
	require.Equal(t, []uuid.UUID{id}, ids(list))
	require.Equal(t, "测试", list[0].For)
	require.EqualValues(t, 1, counts(r, acts).Open)
	r.Advance(72 * time.Hour)
	require.Empty(t, inbox(r, acts, false), "the colleague is back")
}

// What was sent back waits in the inbox of the school that filed it, under the name of
// the applicant's step.
func TestWhatWasSentBackWaitsForTheApplicant(t *testing.T) {
	r := storetest.New(t)
	id := r.Waiting(storetest.SchoolA)
	word(r, r.Who(storetest.SchoolA, org.SchoolLeader), id, change.VerbSendBack)
	list := inbox(r, r.Who(storetest.SchoolA, org.SchoolRegistrar), false)
	require.Equal(t, []uuid.UUID{id}, ids(list))
	require.Zero(t, list[0].StepNo)
	require.NotEmpty(t, list[0].StepLabel.Zh)
	require.NotEmpty(t, list[0].StepLabel.En)
}

// Tasks come by the time they are due, page by page, and are counted as due soon and as
// overdue. The superior bureau sees those that are overdue below it (督办).
func TestTasksComeByTheTimeTheyAreDue(t *testing.T) {
	r := storetest.New(t)
	leader := r.Who(storetest.SchoolA, org.SchoolLeader)
	r.Hand.Set(r.Now().AddDate(0, 0, -21))
	late := r.Waiting(storetest.SchoolA)
	r.Hand.Set(storetest.Opening().AddDate(0, 0, -13))
	soon := r.Waiting(storetest.SchoolA)
	r.Hand.Set(storetest.Opening())
	fresh := r.Waiting(storetest.SchoolA)
	list := inbox(r, leader, false)
	require.Equal(t, []uuid.UUID{late, soon, fresh}, ids(list))
	require.Equal(t, []bool{true, false, false}, []bool{list[0].Overdue, list[1].Overdue, list[2].Overdue})
	n := counts(r, leader)
	require.Equal(t, []int64{3, 1, 1}, []int64{n.Open, n.Overdue, n.NearDue})
	require.NoError(t, r.As(leader, func(tx *change.Tx) error {
		rest, err := worklist.Inbox(tx.Tx, reader(leader), list[0].DueAt, list[0].TaskID, 1)
		require.Equal(t, []uuid.UUID{soon}, ids(rest), "the next page")
		return err
	}))
	for path, want := range map[string][]uuid.UUID{storetest.Bureau: {late}, storetest.Province: {late}, storetest.SchoolA: nil, storetest.FarProvince: nil} {
		r.MustIn(r.App, path, func(tx *change.Tx) error {
			list, err := worklist.OverdueBelow(tx.Tx, path, time.Time{}, uuid.Nil, 50)
			require.Equal(t, want, ids(list), path)
			return err
		})
	}
}

// An inbox is narrowed by what is asked for, counted as it is narrowed, and turned round.
func TestAnInboxIsNarrowedAndCounted(t *testing.T) {
	r := storetest.New(t)
	leader := r.Who(storetest.SchoolA, org.SchoolLeader)
	r.Hand.Set(r.Now().AddDate(0, 0, -21))
	late := r.Waiting(storetest.SchoolA)
	r.Hand.Set(storetest.Opening().AddDate(0, 0, -13))
	soon := r.Waiting(storetest.SchoolA)
	r.Hand.Set(storetest.Opening())
	other := r.File(process.OtherLeaving, r.Pupil(storetest.SchoolA), nil)
	word(r, leader, other, change.VerbClaim)
	narrowed := func(f worklist.InboxFilter) (found []uuid.UUID) {
		t.Helper()
		d := reader(leader)
		d.Filter = f
		require.NoError(t, r.As(leader, func(tx *change.Tx) error {
			list, err := worklist.Inbox(tx.Tx, d, time.Time{}, uuid.Nil, 50)
			require.NoError(t, err)
			n, err := worklist.CountInboxList(tx.Tx, d)
			require.EqualValues(t, len(list), n.Count)
			require.False(t, n.More)
			found = ids(list)
			return err
		}))
		return found
	}
	for name, row := range map[string]struct {
		filter worklist.InboxFilter
		want   []uuid.UUID
	}{
		"nothing":      {worklist.InboxFilter{}, []uuid.UUID{late, soon, other}},
		"kind":         {worklist.InboxFilter{Kind: process.OtherLeaving}, []uuid.UUID{other}},
		"step":         {worklist.InboxFilter{Step: "LEADER_REVIEW"}, []uuid.UUID{late, soon, other}},
		"another step": {worklist.InboxFilter{Step: "BUREAU_APPROVAL"}, nil},
		"school":       {worklist.InboxFilter{School: r.ID(storetest.SchoolB)}, nil},
		"overdue":      {worklist.InboxFilter{Due: worklist.DueOver}, []uuid.UUID{late}},
		"near due":     {worklist.InboxFilter{Due: worklist.DueSoon}, []uuid.UUID{soon}},
		"later":        {worklist.InboxFilter{Due: worklist.DueLater}, []uuid.UUID{other}},
		"mine":         {worklist.InboxFilter{Held: worklist.HeldByMe}, []uuid.UUID{other}},
		"free":         {worklist.InboxFilter{Held: worklist.HeldByNobody}, []uuid.UUID{late, soon}},
		"of others":    {worklist.InboxFilter{Held: worklist.HeldByOthers}, nil},
		"newest":       {worklist.InboxFilter{Newest: true}, []uuid.UUID{other, soon, late}},
	} {
		require.Equal(t, row.want, narrowed(row.filter), name)
	}
	require.NoError(t, r.As(leader, func(tx *change.Tx) error {
		d := reader(leader)
		d.Filter.Newest = true
		first, err := worklist.Inbox(tx.Tx, d, time.Time{}, uuid.Nil, 1)
		require.NoError(t, err)
		next, err := worklist.Inbox(tx.Tx, d, first[0].DueAt, first[0].TaskID, 1)
		require.Equal(t, []uuid.UUID{soon}, ids(next), "the next page")
		return err
	}))
}

// A task that nobody can decide is counted for its office until somebody comes.
func TestTasksThatNobodyCanDecideAreCounted(t *testing.T) {
	r := storetest.New(t)
	r.Waiting(storetest.SchoolA)
	r.Dismiss(r.Who(storetest.SchoolA, org.SchoolLeader))
	r.MustIn(r.Worker, "", func(tx *change.Tx) error { return tx.RefreshObstacles() })
	head := r.Who(storetest.SchoolA, org.Principal)
	require.EqualValues(t, 1, counts(r, head).Nobody)
	require.Positive(t, counts(r, head).Unread, "the head was told")
	require.Equal(t, change.ObstacleNobody, inbox(r, head, true)[0].Problem)
	r.Hire(storetest.SchoolA, org.SchoolLeader)
	require.Zero(t, counts(r, head).Nobody)
	require.Empty(t, inbox(r, head, true)[0].Problem, "also before the upkeep has looked again")
}

// A list of changes shows those in scope, the newest first, and is narrowed by what is
// asked for.
func TestChangesAreListedByWhatIsAskedFor(t *testing.T) {
	r := storetest.New(t)
	r.Pupils(storetest.SchoolA, 2)
	r.Advance(time.Minute)
	first := r.Waiting(storetest.SchoolA)
	r.Advance(time.Minute)
	second := r.File(process.OtherLeaving, r.Pupil(storetest.SchoolB), nil)
	list := func(path string, f worklist.ChangeFilter) (ids []uuid.UUID) {
		t.Helper()
		r.MustIn(r.App, path, func(tx *change.Tx) error {
			lines, err := worklist.Changes(tx.Tx, f, time.Time{}, uuid.Nil, 50)
			for _, l := range lines {
				if l.Kind != process.RosterImport {
					ids = append(ids, l.ID)
				}
			}
			return err
		})
		return ids
	}
	both := []uuid.UUID{second, first}
	require.Equal(t, both, list(storetest.Bureau, worklist.ChangeFilter{}))
	require.Equal(t, both[1:], list(storetest.SchoolA, worklist.ChangeFilter{}))
	require.Equal(t, []uuid.UUID{first, second}, list(storetest.Bureau, worklist.ChangeFilter{Oldest: true}))
	r.MustIn(r.App, storetest.Bureau, func(tx *change.Tx) error {
		n, err := worklist.CountChanges(tx.Tx, worklist.ChangeFilter{Kind: process.Suspension})
		require.Equal(t, store.Count{Count: 1}, n)
		next, err2 := worklist.Changes(tx.Tx, worklist.ChangeFilter{Oldest: true, Kind: process.OtherLeaving}, r.Now().Add(-time.Second), uuid.Nil, 1)
		require.NoError(t, err2)
		require.Equal(t, second, next[0].ID, "after the moment of the page before")
		return err
	})
	require.Empty(t, list(storetest.FarProvince, worklist.ChangeFilter{}))
	for name, f := range map[string]worklist.ChangeFilter{
		"kind": {Kind: process.Suspension}, "school": {OrgID: r.ID(storetest.SchoolA)}, "pupil": {StudentID: r.PupilOf(first)},
		"person": {FiledBy: r.Who(storetest.SchoolA, org.SchoolRegistrar).ID}, "case": {CaseNo: r.Text(`SELECT case_no FROM change WHERE id = $1`, first)},
	} {
		require.Equal(t, both[1:], list(storetest.Bureau, f), name)
	}
	require.Empty(t, list(storetest.SchoolA, worklist.ChangeFilter{SentBack: true}))
	word(r, r.Who(storetest.SchoolA, org.SchoolLeader), first, change.VerbSendBack)
	require.Equal(t, both[1:], list(storetest.SchoolA, worklist.ChangeFilter{SentBack: true}))
	withdrawn(r, first)
	require.Empty(t, list(storetest.SchoolA, worklist.ChangeFilter{SentBack: true}))
	require.Equal(t, both[:1], list(storetest.Bureau, worklist.ChangeFilter{Status: change.StatusRunning}))
	r.MustIn(r.App, storetest.Bureau, func(tx *change.Tx) error {
		lines, err := worklist.Changes(tx.Tx, worklist.ChangeFilter{}, time.Time{}, uuid.Nil, 1)
		require.Len(t, lines, 1)
		require.Equal(t, []string{"LEADER_REVIEW", "南明区第二示例小学"}, []string{lines[0].StepName, lines[0].WaitingFor})
		require.NotNil(t, lines[0].DueAt)
		next, err2 := worklist.Changes(tx.Tx, worklist.ChangeFilter{Kind: process.Suspension}, lines[0].FiledAt, lines[0].ID, 1)
		require.NoError(t, err2)
		require.Equal(t, first, next[0].ID, "the next page")
		require.Equal(t, change.StatusWithdrawn, next[0].Status)
		require.NotNil(t, next[0].ClosedAt)
		return err
	})
}

// An approved change that waits for its day waits for no office, and names the day.
func TestAChangeThatWaitsForItsDayWaitsForNoOffice(t *testing.T) {
	r := storetest.New(t)
	id := r.File(process.Suspension, r.Pupil(storetest.SchoolA), map[string]string{"from_date": "2027-03-01", "until_date": "2027-08-31"})
	r.ApproveAll(id)
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		lines, err := worklist.Changes(tx.Tx, worklist.ChangeFilter{Kind: process.Suspension}, time.Time{}, uuid.Nil, 1)
		require.Empty(t, lines[0].WaitingFor)
		require.Nil(t, lines[0].DueAt)
		require.Equal(t, "2027-03-01", lines[0].EffectiveOn.String())
		return err
	})
}
