package job_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// killedWork does a part and loses its connection before the part is noted, as a worker
// does whose computer stops.
type killedWork struct{ job.JobWork }

func (w killedWork) Part(tx *store.Tx, j *job.Job, p *job.JobPart) error {
	if err := w.JobWork.Part(tx, j, p); err != nil {
		return err
	}
	_, err := tx.Exec(`SELECT pg_terminate_backend(pg_backend_pid())`)
	return err
}

// A worker that is killed in the middle of a part has done nothing of it. The part is
// done by the next one, once.
func TestAPartThatIsKilledMidwayIsDoneOnce(t *testing.T) {
	r := storetest.New(t)
	changeID, list := approvedRoster(r, 11)
	j := jobOf(r, changeID)
	works := kinds.JobWorks(nil, nil)
	works[job.JobRosterEnrol] = killedWork{works[job.JobRosterEnrol]}
	killed, err := job.NewJobRunner(works)
	require.NoError(t, err)
	runner := realRunner(t)
	for part := range 3 {
		before := r.Count(`SELECT count(*) FROM student`)
		_, err := killed.Do(t.Context(), r.Worker, j.ID, part+1)
		require.Error(t, err)
		require.Equal(t, refusal.Internal, refusal.CodeOf(err), "no refusal: it is tried again")
		require.Equal(t, before, r.Count(`SELECT count(*) FROM student`))
		now := jobOf(r, changeID)
		require.Equal(t, []any{job.JobRunning, part}, []any{now.State, now.PartsDone})
		_, err = runner.Do(t.Context(), r.Worker, j.ID, part+1)
		require.NoError(t, err)
	}
	require.Equal(t, change.StatusEffective, r.Position(changeID).Status)
	require.Equal(t, 11, r.Count(`SELECT count(*) FROM student`))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM roster WHERE id = $1 AND rows_enrolled = 11`, list))
}

// A part or a job that does not exist is not found, and nothing is done for it.
func TestAnUnknownPartIsNotFound(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := approvedRoster(r, 11)
	j := jobOf(r, changeID)
	_, err := realRunner(t).Do(t.Context(), r.Worker, uuid.New(), 1)
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	at, err := realRunner(t).Do(t.Context(), r.Worker, j.ID, 9)
	require.NoError(t, err)
	require.Equal(t, []any{job.JobFailed, refusal.NotFound}, []any{at.State, at.Problem}, "a workflow that asks for it must stop")
	require.Zero(t, r.Count(`SELECT count(*) FROM student`))
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		_, err := job.ReadJob(tx.Tx, uuid.New())
		require.ErrorIs(t, err, refusal.New(refusal.NotFound))
		_, err = job.SayToJob(tx.Tx, uuid.New(), job.JobCancel)
		require.ErrorIs(t, err, refusal.New(refusal.NotFound))
		return nil
	})
}

// Two people stop a job at once: one word waits, and both are told the same.
func TestTwoWordsAtOnceAreOne(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := approvedRoster(r, 11)
	j := jobOf(r, changeID)
	errs := make(chan error, 2)
	for range 2 {
		go func() {
			errs <- r.In(r.App, storetest.SchoolA, func(tx *change.Tx) error {
				said, err := job.SayToJob(tx.Tx, j.ID, job.JobCancel)
				if err == nil && !said.CancelAsked {
					err = errors.New("not asked")
				}
				return err
			})
		}()
	}
	require.NoError(t, errors.Join(<-errs, <-errs))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM job_word WHERE outcome = 'PENDING'`))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM audit_entry WHERE action = 'job.cancel'`))
}

// Words are counted in the order in which they were said. A word that is late, because
// the job has come there by itself, is refused and changes nothing.
func TestWordsAreCountedInTheirOrder(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := approvedRoster(r, 11)
	j, runner := jobOf(r, changeID), realRunner(t)
	say := func(verb job.JobVerb) {
		r.Advance(time.Second)
		r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
			_, err := job.SayToJob(tx.Tx, j.ID, verb)
			return err
		})
	}
	say(job.JobCancel)
	say(job.JobResume)
	at, err := runner.Stand(t.Context(), r.Worker.Store, j.ID)
	require.NoError(t, err)
	require.Equal(t, job.JobRunning, at.State)
	require.Nil(t, at.EndedAt)
	require.Equal(t, []string{"CANCEL COUNTED", "RESUME COUNTED"}, r.Texts(`SELECT verb || ' ' || outcome FROM job_word ORDER BY created_at`))

	say(job.JobCancel) // and before it is counted, the job fails by itself
	at, err = runnerOf(t, func() error { return refusal.New(refusal.RosterState) }).Do(t.Context(), r.Worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, job.JobCancelled, at.State, "the word was counted first")
	require.NotNil(t, at.EndedAt)
	require.Equal(t, []string{"CANCELLED", "RUNNING", "CANCELLED"}, r.Texts(`SELECT detail ->> 'state' FROM audit_entry WHERE action = 'job.state' ORDER BY at, id`))
}

// An operator of the service may say the same words; the trail names the operator.
func TestAnOperatorIsNamedInTheTrail(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := approvedRoster(r, 11)
	j := jobOf(r, changeID)
	operator := func(verb job.JobVerb) error {
		return r.In(r.Worker, storetest.Nation, func(tx *change.Tx) error {
			_, err := job.OperatorSaysToJob(tx.Tx, j.ID, verb, "运维 甲")
			return err
		})
	}
	require.ErrorIs(t, operator(job.JobResume), refusal.New(refusal.JobRuns))
	require.NoError(t, operator(job.JobCancel))
	require.Equal(t, "CANCEL 运维 甲", r.Text(`SELECT (detail ->> 'verb') || ' ' || (detail ->> 'operator') FROM audit_entry WHERE action = 'job.operator'`))
}

// Progress shows rate and rest as soon as a part is done.
func TestProgressIsShown(t *testing.T) {
	p := job.JobProgress{Parts: 4, RowCount: 400}
	require.Zero(t, p.Rate())
	_, known := p.Remaining()
	require.False(t, known)
	p.PartsDone, p.RowsDone, p.Worked = 1, 100, 20
	require.InDelta(t, 5, p.Rate(), 0.001)
	left, known := p.Remaining()
	require.True(t, known)
	require.Equal(t, time.Minute, left)
}

// Every state and kind has a name in both languages; an unknown one is shown as it is.
func TestStatesAndKindsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, state := range []job.JobState{job.JobRunning, job.JobDone, job.JobFailed, job.JobCancelled} {
		name := state.Text()
		require.NotEqual(t, string(state), name.Zh)
		require.NotEmpty(t, name.En)
		require.False(t, seen[name.Zh], name.Zh)
		seen[name.Zh] = true
	}
	require.Equal(t, "大名册分批入籍", job.JobRosterEnrol.Text().Zh)
	require.Equal(t, []string{"X", "Y"}, []string{job.JobState("X").Text().Zh, job.JobKind("Y").Text().En})
}

// Jobs are listed by kind and state, the newest first, page by page.
func TestJobsAreListed(t *testing.T) {
	r := storetest.New(t)
	first, _ := approvedRoster(r, 11)
	r.Advance(time.Minute)
	second, _ := approvedRoster(r, 12)
	_, err := runnerOf(t, func() error { return refusal.New(refusal.RosterState) }).Do(t.Context(), r.Worker, jobOf(r, first).ID, 1)
	require.NoError(t, err)
	list := func(f job.JobFilter, after uuid.UUID, most int) (changes []uuid.UUID) {
		r.MustIn(r.App, storetest.Bureau, func(tx *change.Tx) error {
			jobs, err := job.Jobs(tx.Tx, f, after, most)
			for _, j := range jobs {
				changes = append(changes, *j.ChangeID)
			}
			return err
		})
		return changes
	}
	require.Equal(t, []uuid.UUID{second, first}, list(job.JobFilter{Kind: job.JobRosterEnrol}, uuid.Nil, 10))
	require.Equal(t, []uuid.UUID{first}, list(job.JobFilter{State: job.JobFailed}, uuid.Nil, 10))
	require.Equal(t, []uuid.UUID{second}, list(job.JobFilter{}, uuid.Nil, 1))
	require.Equal(t, []uuid.UUID{first}, list(job.JobFilter{}, jobOf(r, second).ID, 10))
	require.Empty(t, list(job.JobFilter{Kind: "NO_SUCH_KIND"}, uuid.Nil, 10))
	r.MustIn(r.App, storetest.Bureau, func(tx *change.Tx) error {
		parts, err := job.JobParts(tx.Tx, jobOf(r, second).ID, 1, 1)
		require.Len(t, parts, 1)
		require.Equal(t, []int{2, 5}, []int{parts[0].No, parts[0].Rows})
		return err
	})
}

// A job of an unknown kind, or without parts, is never filed.
func TestAJobNobodyCouldDoIsNotFiled(t *testing.T) {
	r := storetest.New(t)
	part := []job.JobRange{{First: 1, Last: 1, Rows: 1}}
	for name, n := range map[string]job.NewJob{"unknown kind": {Kind: "NO_SUCH_KIND", Parts: part}, "no parts": {Kind: job.JobRosterEnrol}} {
		err := r.In(r.Worker, "", func(tx *change.Tx) error {
			_, err := job.FileJob(tx.Tx, n)
			return err
		})
		require.ErrorContains(t, err, "cannot be filed", name)
	}
	require.Zero(t, r.Count(`SELECT count(*) FROM job`))
}

// A worker rests after a part of a long job, as the share of the time says, and after no
// part of another one.
func TestAWorkerRestsBetweenThePartsOfALongJob(t *testing.T) {
	runner, err := job.NewJobRunner(kinds.JobWorks(nil, nil))
	require.NoError(t, err)
	rest := func(kind job.JobKind, share int) time.Duration {
		return runner.Rest(kind, 300*time.Millisecond, store.Bulk{Share: share})
	}
	require.Equal(t, 900*time.Millisecond, rest(job.JobYearTurn, 25))
	require.Equal(t, 300*time.Millisecond, rest(job.JobYearTurnUndo, 50))
	require.Zero(t, rest(job.JobYearTurn, 100))
	require.Zero(t, rest(job.JobRosterEnrol, 25))
}
