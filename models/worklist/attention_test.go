package worklist_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/worklist"
)

// filed files a suspension of a pupil of a school at a time, and starts it.
func filed(r *storetest.County, path string, at time.Time) uuid.UUID {
	r.Hand.Set(at)
	defer r.Hand.Set(storetest.Opening())
	id := r.Waiting(path)
	r.Started(id)
	return id
}

// waiting files a suspension an hour ago.
func waiting(r *storetest.County, path string) uuid.UUID {
	return filed(r, path, storetest.Opening().Add(-time.Hour))
}

// silent files a change of key data an hour ago, which waits for the identity service.
func silent(r *storetest.County) uuid.UUID {
	r.Advance(-time.Hour)
	defer r.Advance(time.Hour)
	f := r.Filing(process.KeyDataChange, r.Pupil(storetest.SchoolA), map[string]string{"reason": "更名"})
	f.Values = map[string]string{"name": "样例改"}
	change, err := r.TryFile(f)
	require.NoError(r.T(), err)
	r.Started(change.ID)
	return change.ID
}

// said hands in a word that has waited since the given time: the bureau orders the office to act.
func said(r *storetest.County, changeID uuid.UUID, ago time.Duration) *change.Slip {
	r.Advance(-ago)
	defer r.Advance(ago)
	return r.HandIn(r.Who(storetest.Bureau, org.BureauHead), change.NewSlip{ChangeID: changeID, Verb: change.VerbSupervise, Step: -1, Opinion: "请尽快办理"})
}

// withdrawn ends a change at the wish of its school.
func withdrawn(r *storetest.County, changeID uuid.UUID) {
	path := r.Text(`SELECT org_path::text FROM change WHERE id = $1`, changeID)
	s := r.Say(r.Who(path, org.SchoolRegistrar), change.NewSlip{ChangeID: changeID, Verb: change.VerbWithdraw, Step: -1})
	require.Equal(r.T(), change.SlipCounted, s.Outcome)
}

func attention(r *storetest.County, s *change.Engine, path string, only worklist.Reason, after worklist.AttentionKey, most int) []worklist.AttentionRow {
	r.T().Helper()
	var list []worklist.AttentionRow
	r.MustIn(s, path, func(t *change.Tx) (err error) {
		list, err = worklist.Attention(t.Tx, only, after, most)
		return err
	})
	return list
}

func TestAttentionReasonsComeByUrgencyAndEnd(t *testing.T) {
	r := storetest.New(t)
	now := r.App.Clock().Now()
	waiting(r, storetest.SchoolA) // all is well
	r.Advance(-30 * time.Second)
	young := r.Waiting(storetest.SchoolA) // and not started
	r.Advance(30 * time.Second)
	said(r, young, 5*time.Second)

	unsettled, asleep, late := waiting(r, storetest.SchoolA), filed(r, storetest.SchoolA, now.AddDate(0, 0, -8)), filed(r, storetest.SchoolA, now.AddDate(0, 0, -17))
	slips := []*change.Slip{said(r, unsettled, 12*time.Second), said(r, unsettled, 11*time.Second)}
	r.Advance(-61 * time.Second)
	unstarted := r.Waiting(storetest.SchoolA)
	r.Advance(61 * time.Second)
	mute, stalled, unfit := silent(r), silent(r), waiting(r, storetest.SchoolA)
	r.MustIn(r.Worker, "", func(tx *change.Tx) error {
		e, err := tx.ReadAutomaticStep(mute)
		require.NoError(t, err)
		return tx.NoteNoAnswer(mute, e)
	})
	r.Approve(unfit)
	r.Started(r.File(process.Death, r.PupilOf(unfit), map[string]string{"event_date": "2026-11-20"}))
	require.Equal(t, change.SlipRefused, r.Decide(unfit, r.Position(unfit).Tasks[0], change.VerbApprove).Outcome)
	nobody := waiting(r, storetest.SchoolB)
	r.Dismiss(r.Who(storetest.SchoolB, org.SchoolLeader))
	upkeep := func() { r.MustIn(r.Worker, "", func(tx *change.Tx) error { return tx.RefreshObstacles() }) }
	upkeep()
	passes := func(changeID uuid.UUID) {
		r.MustIn(r.Worker, "", func(tx *change.Tx) error { return tx.SendDueReminders(changeID) })
	}
	passes(late)

	type row struct {
		id     uuid.UUID
		reason worklist.Reason
		mend   func()
	}
	rows := []row{
		{unsettled, worklist.ReasonUnsettled, func() { r.Commit(slips[0]); r.Commit(slips[1]) }},
		{unstarted, worklist.ReasonStartWaiting, func() { r.Started(unstarted) }},
		{asleep, worklist.ReasonAsleep, func() { passes(asleep) }},
		{mute, worklist.ReasonIdentitySilent, func() { withdrawn(r, mute) }},
		{stalled, worklist.ReasonStalled, func() { r.Perform(stalled) }},
		{nobody, worklist.ReasonNobody, func() {
			r.Hire(storetest.SchoolB, org.SchoolLeader)
			upkeep()
		}},
		{unfit, worklist.ReasonNotApplied, func() { withdrawn(r, unfit) }},
		{late, worklist.ReasonOverdue, func() { withdrawn(r, late) }},
	}
	require.Len(t, rows, len(worklist.Reasons()))

	list := attention(r, r.App, storetest.Bureau, "", worklist.AttentionKey{}, 50)
	require.Len(t, list, len(rows))
	for i, want := range rows {
		require.Equal(t, want.id, list[i].ChangeID, want.reason)
		require.Equal(t, []worklist.Reason{want.reason}, list[i].Reasons)
		require.Equal(t, r.Position(want.id).Stage, list[i].StepName)
		require.Equal(t, r.Text(`SELECT o.code FROM step s JOIN organisation o ON o.id = s.office_id WHERE s.change_id = $1 AND s.status = 'OPEN'`, want.id), list[i].OfficeCode)
		only := attention(r, r.App, storetest.Bureau, want.reason, worklist.AttentionKey{}, 50)
		require.Len(t, only, 1, want.reason)
		require.Equal(t, want.id, only[0].ChangeID)
	}
	require.Equal(t, now.Add(-12*time.Second), list[0].Since.In(now.Location()), "the oldest slip counts")
	counts := attentionCounts(r, r.App, storetest.Bureau)
	for _, want := range rows {
		require.EqualValues(t, 1, counts[want.reason], want.reason)
		want.mend()
	}
	require.Empty(t, attention(r, r.App, storetest.Bureau, "", worklist.AttentionKey{}, 50))
	require.Empty(t, attentionCounts(r, r.App, storetest.Bureau))
	slow := filed(r, storetest.SchoolA, now.AddDate(0, 0, -17))
	r.Hand.Set(now.AddDate(0, 0, -7))
	r.Approve(slow)
	r.Hand.Set(now)
	require.Len(t, attention(r, r.App, storetest.Bureau, worklist.ReasonAsleep, worklist.AttentionKey{}, 50), 1, "the change as a whole takes too long")
}

func attentionCounts(r *storetest.County, s *change.Engine, path string) (counts map[worklist.Reason]int64) {
	r.T().Helper()
	r.MustIn(s, path, func(t *change.Tx) (err error) {
		counts, err = worklist.AttentionCounts(t.Tx)
		return err
	})
	return counts
}

// A change that ended before its workflow reported itself waits for nobody: neither the
// list nor the counts nor a page of the list holds a place for it.
func TestEndedChangesNeedNoAttention(t *testing.T) {
	r := storetest.New(t)
	for range 3 {
		withdrawn(r, r.Waiting(storetest.SchoolA)) // and the roster of its pupil is in force
	}
	unstarted := r.Waiting(storetest.SchoolA)
	r.Advance(2 * time.Minute)
	require.Equal(t, map[worklist.Reason]int64{worklist.ReasonStartWaiting: 1}, attentionCounts(r, r.App, storetest.Bureau))
	list := attention(r, r.App, storetest.Bureau, "", worklist.AttentionKey{}, 1)
	require.Len(t, list, 1, "the first page holds the change that waits")
	require.Equal(t, unstarted, list[0].ChangeID)
	r.MustIn(r.App, storetest.Bureau, func(tx *change.Tx) error {
		ended := r.Texts(`SELECT id::text FROM change WHERE status <> 'RUNNING'`)
		require.Len(t, ended, 7)
		ids := []uuid.UUID{unstarted}
		for _, text := range ended {
			ids = append(ids, uuid.MustParse(text))
		}
		rest, err := worklist.WithoutReason(tx.Tx, ids)
		require.Len(t, rest, 7, "the others have no reason")
		return err
	})
}

// A change with several reasons is listed once, at the place of its most urgent reason.
func TestChangeWithSeveralReasonsIsListedOnce(t *testing.T) {
	r := storetest.New(t)
	now := r.App.Clock().Now()
	late, both := filed(r, storetest.SchoolA, now.AddDate(0, 0, -17)), filed(r, storetest.SchoolA, now.AddDate(0, 0, -17))
	r.Dismiss(r.Who(storetest.SchoolA, org.SchoolLeader))
	r.MustIn(r.Worker, "", func(tx *change.Tx) error { return tx.RefreshObstacles() })
	for _, id := range []uuid.UUID{late, both} {
		r.MustIn(r.Worker, "", func(tx *change.Tx) error { return tx.SendDueReminders(id) })
	}
	said(r, both, time.Minute)
	list := attention(r, r.App, storetest.SchoolA, "", worklist.AttentionKey{}, 50)
	require.Len(t, list, 2)
	require.Equal(t, both, list[0].ChangeID)
	require.Equal(t, []worklist.Reason{worklist.ReasonUnsettled, worklist.ReasonNobody, worklist.ReasonOverdue}, list[0].Reasons)
	require.Equal(t, []worklist.Reason{worklist.ReasonNobody, worklist.ReasonOverdue}, list[1].Reasons)
	require.Len(t, attention(r, r.App, storetest.SchoolA, worklist.ReasonOverdue, worklist.AttentionKey{}, 50), 2)
	require.EqualValues(t, 1, list[0].Slips)
	r.Hire(storetest.SchoolA, org.SchoolLeader)
	well := waiting(r, storetest.SchoolA)
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		rest, err := worklist.WithoutReason(tx.Tx, []uuid.UUID{late, well, both})
		require.Equal(t, []uuid.UUID{well}, rest)
		return err
	})
}

// Rows and counts alike show only changes whose parties are in scope. The worker role
// sees the whole tree from its root.
func TestAttentionStaysInScope(t *testing.T) {
	r := storetest.New(t)
	var ids []uuid.UUID
	for _, path := range []string{storetest.SchoolA, storetest.SchoolB} {
		id := waiting(r, path)
		said(r, id, time.Minute)
		ids = append(ids, id)
	}
	sees := func(s *change.Engine, path string, want ...uuid.UUID) {
		t.Helper()
		list := attention(r, s, path, "", worklist.AttentionKey{}, 50)
		have := make([]uuid.UUID, len(list))
		for i, row := range list {
			have[i] = row.ChangeID
		}
		require.ElementsMatch(t, want, have, path)
		require.EqualValues(t, len(want), attentionCounts(r, s, path)[worklist.ReasonUnsettled], path)
		r.MustIn(s, path, func(tx *change.Tx) error {
			standing, err := worklist.RunningSteps(tx.Tx, uuid.Nil, 50)
			require.NoError(t, err)
			require.Len(t, standing, len(want))
			again, err := worklist.ReadRunning(tx.Tx, ids)
			if s == r.App { // the worker's scope is no wall: it sees everything anyway
				require.Len(t, again, len(want))
			}
			return err
		})
	}
	sees(r.App, storetest.SchoolA, ids[0])
	sees(r.App, storetest.SchoolB, ids[1])
	sees(r.App, storetest.Bureau, ids...)
	sees(r.Worker, "n", ids...)
	sees(r.App, storetest.FarProvince)
	for _, paths := range [][]string{nil, {""}} {
		err := r.App.Store.InScope(t.Context(), store.Scope{Paths: paths}, func(tx *store.Tx) error {
			_, err := worklist.Attention(tx, "", worklist.AttentionKey{}, 10)
			return err
		})
		require.Equal(t, "42501", storetest.SQLState(err), "no scope, no answer")
	}
	// What the functions are made of is not the application's.
	err := r.In(r.App, storetest.Bureau, func(tx *change.Tx) error {
		_, err := storetest.Exec(tx.Tx, `SELECT * FROM attention_found(now(), '{n}')`)
		return err
	})
	require.Equal(t, "42501", storetest.SQLState(err))
}

func TestAttentionPagesListEachChangeOnce(t *testing.T) {
	r := storetest.New(t)
	want := map[uuid.UUID]bool{}
	r.Advance(-time.Hour)
	pupils := r.Pupils(storetest.SchoolA, 23)
	ids := make([]uuid.UUID, len(pupils))
	for i, pupil := range pupils {
		ids[i] = r.File(process.Suspension, pupil, nil)
		want[ids[i]] = true
	}
	r.Advance(time.Hour)
	for i, id := range ids {
		if i%4 > 0 { // the others were not started
			r.Started(id)
			said(r, id, time.Duration(20+i%3)*time.Second) // many have waited equally long
		}
	}
	seen, after := map[uuid.UUID]bool{}, worklist.AttentionKey{}
	for {
		page := attention(r, r.App, storetest.SchoolA, "", after, 5)
		if len(page) == 0 {
			break
		}
		for _, row := range page {
			require.False(t, seen[row.ChangeID])
			seen[row.ChangeID] = true
			after = row.Key()
		}
	}
	require.Equal(t, want, seen)
}

// However many changes run, the search begins with the few changes that have a reason.
// The test runs as the owner, so that attention_found becomes part of the query that
// calls it.
func TestAttentionQueriesUseIndexes(t *testing.T) {
	r := storetest.New(t)
	r.RunningCrowd(30_000)
	for i := range 5 {
		said(r, waiting(r, storetest.SchoolA), time.Duration(i+1)*time.Minute)
	}
	at := r.App.Clock().Now().Format(time.RFC3339)
	found := r.Plan(fmt.Sprintf(`SELECT * FROM attention_found('%s', '{%s}')`, at, storetest.Bureau))
	require.Contains(t, found, "step_next_mark", "the plan shows the inside of the function")
	for _, table := range []string{"step", "change", "slip", "outbox", "change_party"} {
		require.NotContains(t, found, `"Seq Scan", "Relation Name": "`+table+`"`, "%s: %s", table, found)
	}
	// The test can fail: this is how a search without an index looks.
	require.Contains(t, r.Plan(`SELECT 1 FROM step WHERE calendar_version = 'x'`), `"Seq Scan", "Relation Name": "step"`)
	require.Len(t, attention(r, r.App, storetest.Bureau, "", worklist.AttentionKey{}, 50), 5)
}
