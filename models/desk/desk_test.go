package desk_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/desk"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// leaving files an other leaving, which waits for the leader of school A.
func leaving(c *storetest.County) (id, task uuid.UUID) {
	c.T().Helper()
	id = c.File(process.OtherLeaving, c.Pupil(storetest.SchoolA), nil)
	return id, c.Position(id).Tasks[0]
}

// A draft is its author's alone, and the decision of the task deletes it.
func TestADraftIsKeptUntilTheDecision(t *testing.T) {
	c := storetest.New(t)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	id, task := leaving(c)
	save := func(p storetest.Person, d desk.Draft) (kept *desk.Draft, err error) {
		err = c.As(p, func(tx *change.Tx) (err error) { kept, err = desk.SaveDraft(tx, d, p.Office); return err })
		return kept, err
	}
	read := func(p storetest.Person) (kept *desk.Draft, err error) {
		err = c.As(p, func(tx *change.Tx) (err error) { kept, err = desk.ReadDraft(tx, task, p.Office); return err })
		return kept, err
	}
	drop := func(p storetest.Person) error {
		return c.As(p, func(tx *change.Tx) error { return desk.DropDraft(tx, task, p.Office) })
	}
	_, err := read(leader)
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	_, err = save(leader, desk.Draft{TaskID: task, Verdict: change.VerbReject, Opinion: "材料不全"})
	require.NoError(t, err)
	_, err = save(leader, desk.Draft{TaskID: task, Verdict: change.VerbApprove, Opinion: "同意"})
	require.NoError(t, err)
	kept, err := read(leader)
	require.NoError(t, err)
	require.Equal(t, []any{change.VerbApprove, "同意", c.Now()}, []any{kept.Verdict, kept.Opinion, kept.SavedAt})
	_, err = read(c.Who(storetest.SchoolA, org.Principal))
	require.ErrorIs(t, err, refusal.New(refusal.NotFound), "nobody else reads it")
	_, err = save(c.Who(storetest.Bureau, org.BureauReviewer), desk.Draft{TaskID: task, Opinion: "同意"})
	require.ErrorIs(t, err, refusal.New(refusal.NotFound), "a task of another office")
	require.NoError(t, drop(leader))
	require.ErrorIs(t, drop(leader), refusal.New(refusal.NotFound))
	_, err = save(leader, desk.Draft{TaskID: task, Opinion: "同意"})
	require.NoError(t, err)
	c.Approve(id)
	require.Zero(t, c.Count(`SELECT count(*) FROM opinion_draft`))
	_, err = save(leader, desk.Draft{TaskID: task, Opinion: "同意"})
	require.ErrorIs(t, err, refusal.New(refusal.NotFound), "it is decided")
}

// A request that acts on many tasks is the same request under its key: it has its first
// tasks, and what it was refused stays refused, unless a slip was handed in meanwhile.
func TestABatchIsTheSameRequestUnderItsKey(t *testing.T) {
	c := storetest.New(t)
	leader := c.Who(storetest.SchoolA, org.SchoolLeader)
	id, task := leaving(c)
	_, other := leaving(c)
	key := desk.BatchKey{Operation: "hand-over-tasks", Key: "batch-0001", Hash: []byte("one")}
	in := func(fn func(*change.Tx) error) error { return c.As(leader, fn) }
	find := func(b desk.BatchKey) (kept *desk.BatchRequest, err error) {
		err = in(func(tx *change.Tx) (err error) { kept, err = desk.FindBatch(tx, b); return err })
		return kept, err
	}
	kept, err := find(key)
	require.NoError(t, err)
	require.Nil(t, kept)
	tasks := []desk.HeldTask{{ID: task, ChangeID: id}}
	require.NoError(t, in(func(tx *change.Tx) (err error) { kept, err = desk.SaveBatch(tx, key, tasks, 3); return err }))
	require.NoError(t, in(func(tx *change.Tx) (err error) { kept, err = desk.SaveBatch(tx, key, nil, 0); return err }))
	require.Equal(t, tasks, kept.Tasks, "the second of two at once gets those of the first")
	require.EqualValues(t, 3, kept.Remaining)
	again := key
	again.Hash = []byte("two")
	_, err = find(again)
	require.ErrorIs(t, err, refusal.New(refusal.KeyReused))

	barrier := refusal.New(refusal.TaskHeld).At("/task_id").With("who", "某人")
	barrier.Also = []*refusal.Error{refusal.New(refusal.StepMoved)}
	for _, e := range []*refusal.Error{barrier, refusal.New(refusal.StepMoved)} { // the first one stays
		require.NoError(t, in(func(tx *change.Tx) error {
			return desk.SaveBatchRefusals(tx, key, map[uuid.UUID]*refusal.Error{task: e, other: e})
		}))
	}
	require.Zero(t, c.Count(`SELECT count(*) FROM batch_request WHERE position(convert_to('某人', 'UTF8') IN refused) > 0`), "what was refused is sealed")
	c.HandIn(leader, change.NewSlip{ChangeID: id, TaskID: task, Step: 1, Round: 1, Verb: change.VerbApprove, Key: key.SlipKey(task)})
	kept, err = find(key)
	require.NoError(t, err)
	require.Len(t, kept.Refused, 1, "the slip of the other counts")
	require.Equal(t, barrier, kept.Refused[other])
	require.Error(t, in(func(tx *change.Tx) error {
		return desk.SaveBatchRefusals(tx, desk.BatchKey{Key: "never"}, nil)
	}))
}

// The tasks of a person are those the person holds or owns. Colleagues are those of the
// office: who can take a task, and who can be asked.
func TestTasksAndColleagues(t *testing.T) {
	c := storetest.New(t)
	leader, principal, registrar := c.Who(storetest.SchoolA, org.SchoolLeader), c.Who(storetest.SchoolA, org.Principal), c.Who(storetest.SchoolA, org.SchoolRegistrar)
	second, _ := c.Hire(storetest.SchoolA, org.SchoolLeader)
	id, task := leaving(c)
	held := func(p storetest.Person) (list []desk.HeldTask, n int64) {
		require.NoError(t, c.As(principal, func(tx *change.Tx) (err error) { list, n, err = desk.TasksOf(tx, p.ID, 10); return err }))
		return list, n
	}
	list, n := held(leader)
	require.Empty(t, list)
	require.Zero(t, n)
	require.Equal(t, change.SlipCounted, c.Say(leader, change.NewSlip{ChangeID: id, TaskID: task, Step: 1, Round: 1, Verb: change.VerbDelegate, Body: change.SlipBody{To: []uuid.UUID{principal.ID}}}).Outcome)
	for _, p := range []storetest.Person{leader, principal} { // the owner and the holder
		list, n = held(p)
		require.Equal(t, []desk.HeldTask{{ID: task, ChangeID: id}}, list)
		require.EqualValues(t, 1, n)
	}

	colleagues := func(p storetest.Person) (out map[uuid.UUID][2]bool, err error) {
		out = map[uuid.UUID][2]bool{}
		err = c.As(p, func(tx *change.Tx) error {
			list, err := desk.Colleagues(tx, id, task, p.Office)
			for _, one := range list {
				out[one.ID] = [2]bool{one.Takes, one.Speaks}
			}
			return err
		})
		return out, err
	}
	got, err := colleagues(leader)
	require.NoError(t, err)
	require.Equal(t, [2]bool{true, true}, got[second.ID])
	require.Equal(t, [2]bool{false, true}, got[principal.ID])
	require.Equal(t, [2]bool{false, false}, got[registrar.ID])
	require.NotContains(t, got, leader.ID)
	_, err = colleagues(c.Who(storetest.Bureau, org.BureauReviewer))
	require.ErrorIs(t, err, refusal.New(refusal.NotYourStep))
}

// Changes of one kind fit one batch, unless the kind forbids it.
func TestOneBatchIsOfOneKind(t *testing.T) {
	c := storetest.New(t)
	one, _ := leaving(c)
	other := c.Waiting(storetest.SchoolA)
	fits := func(kind process.Kind, ids ...uuid.UUID) (fit bool) {
		require.NoError(t, c.As(c.Who(storetest.SchoolA, org.SchoolLeader), func(tx *change.Tx) (err error) { fit, err = desk.FitOneBatch(tx, kind, ids); return err }))
		return fit
	}
	require.True(t, fits(process.OtherLeaving, one, uuid.New()), "one that is not seen is told with its item")
	require.False(t, fits(process.OtherLeaving, one, other))
	require.False(t, fits(process.Suspension, one))
}

// An office takes an ended case off its list (KT73), once. A running case, one in force and
// one of another office stay.
func TestAnEndedCaseIsTakenOffTheList(t *testing.T) {
	c := storetest.New(t)
	registrar := c.Who(storetest.SchoolA, org.SchoolRegistrar)
	id, _ := leaving(c)
	inForce, _ := leaving(c)
	c.ApproveAll(inForce)
	dismiss := func(id uuid.UUID, path string) error {
		return c.As(registrar, func(tx *change.Tx) error { return desk.Dismiss(tx, id, c.Office(path)) })
	}
	for _, one := range []uuid.UUID{id, inForce} {
		require.ErrorIs(t, dismiss(one, storetest.SchoolA), refusal.New(refusal.DismissalOpen))
	}
	require.ErrorIs(t, dismiss(uuid.New(), storetest.SchoolA), refusal.New(refusal.NotFound))
	c.Decide(id, c.Position(id).Tasks[0], change.VerbReject)
	require.ErrorIs(t, dismiss(id, storetest.SchoolB), refusal.New(refusal.NotFiler))
	require.NoError(t, dismiss(id, storetest.SchoolA))
	require.NoError(t, dismiss(id, storetest.SchoolA))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change_dismissal WHERE change_id = $1 AND dismissed_by = $2`, id, registrar.ID))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'change.dismiss'`))
}
