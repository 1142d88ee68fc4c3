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
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// approvedRoster files a roster of so many invented pupils and approves it at both steps,
// the way people do. Lists of more than 10 take effect as a job of parts of 5.
func approvedRoster(r *storetest.County, pupils int) (changeID, list uuid.UUID) {
	r.T().Helper()
	r.Worker.Close()
	r.Worker = r.Open(migrations.WorkerRole, func(o *store.Options) { o.Bulk = store.Bulk{ListRows: 10, PartRows: 5} })
	all := make([]roster.Pupil, pupils)
	for i := range all {
		all[i] = r.Items(storetest.SchoolA, 2024)
	}
	up := r.Upload(storetest.SchoolA, r.Written(all...), uuid.NewString())
	require.Equal(r.T(), pupils, up.Good, "%v", up.Findings)
	c, err := r.FileRoster(up)
	require.NoError(r.T(), err)
	r.Approve(c.ID)
	r.Approve(c.ID)
	return c.ID, up.ID
}

func realRunner(t *testing.T) *job.JobRunner {
	t.Helper()
	runner, err := job.NewJobRunner(kinds.JobWorks(nil, nil))
	require.NoError(t, err)
	return runner
}

func jobOf(r *storetest.County, changeID uuid.UUID) *job.Job {
	r.T().Helper()
	var j *job.Job
	r.MustIn(r.Worker, "", func(tx *change.Tx) (err error) {
		j, err = job.JobOf(tx.Tx, changeID)
		return err
	})
	return j
}

// A long roster takes effect part by part; the change is open until the last one, and a
// part that comes twice enrols nobody twice.
func TestALongRosterTakesEffectAsAJob(t *testing.T) {
	r := storetest.New(t)
	changeID, list := approvedRoster(r, 13)
	j := jobOf(r, changeID)
	require.Equal(t, job.JobRunning, j.State)
	require.Equal(t, job.JobProgress{Parts: 3, RowCount: 13, NextPart: 1}, j.JobProgress)
	require.Zero(t, r.Count(`SELECT count(*) FROM student`))
	p := r.Position(changeID)
	require.Equal(t, change.StatusRunning, p.Status)
	require.Equal(t, process.ApplyStep, p.Stage)
	require.Equal(t, process.ActApplyParts, p.Act, "the change looks after its job at once")

	runner := realRunner(t)
	for part, rows := range []int{5, 10} {
		for range 2 {
			at, err := runner.Do(t.Context(), r.Worker, j.ID, part+1)
			require.NoError(t, err)
			require.Equal(t, rows, at.RowsDone)
			require.Equal(t, part+2, at.NextPart)
			require.Equal(t, rows, r.Count(`SELECT count(*) FROM student`))
			require.Equal(t, rows, r.Count(`SELECT rows_enrolled FROM roster WHERE id = $1`, list))
			require.Equal(t, change.StatusRunning, r.Position(changeID).Status)
		}
	}
	require.Equal(t, 13, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID), "held until the change ends")
	at, err := runner.Do(t.Context(), r.Worker, j.ID, 3)
	require.NoError(t, err)
	require.Equal(t, job.JobDone, at.State)
	require.Equal(t, change.StatusEffective, r.Position(changeID).Status)
	require.Equal(t, 13, r.Count(`SELECT count(*) FROM student`))
	require.Equal(t, 13, r.Count(`SELECT count(*) FROM student_history WHERE change_id = $1 AND effective_on = '2026-11-20'`, changeID))
	require.Equal(t, 13, r.Count(`SELECT sum(occupied) FROM school_class`))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM roster WHERE id = $1 AND state = 'ENROLLED' AND rows_enrolled = 13 AND rows_left_out = 0`, list))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM audit_entry WHERE action = 'roster.enrol' AND detail ->> 'enrolled' = '13'`))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM audit_entry WHERE action = 'job.start' AND subject_id = $1`, j.ID.String()))

	again, err := runner.Do(t.Context(), r.Worker, j.ID, 3)
	require.NoError(t, err)
	require.Equal(t, at.Version, again.Version)
	require.Equal(t, 13, r.Count(`SELECT count(*) FROM student`))
}

// A roster within the limit takes effect with the last approval, as before.
func TestAShortRosterNeedsNoJob(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := approvedRoster(r, 10)
	require.Equal(t, change.StatusEffective, r.Position(changeID).Status)
	require.Equal(t, 10, r.Count(`SELECT count(*) FROM student`))
	require.Zero(t, r.Count(`SELECT count(*) FROM job`))
}

// While a roster takes effect part by part nobody ends or changes what is half done.
func TestNothingIsSaidToAChangeThatTakesEffectInParts(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := approvedRoster(r, 11)
	s := r.Say(r.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: changeID, Verb: change.VerbWithdraw, Step: -1})
	require.Equal(t, change.SlipRefused, s.Outcome)
	require.Equal(t, string(refusal.TakesEffect), s.OutcomeCode)
	s = r.Say(r.Who(storetest.City, org.BureauHead), change.NewSlip{ChangeID: changeID, Verb: change.VerbClose, Step: -1, Opinion: "不再办理"})
	require.Equal(t, string(refusal.TakesEffect), s.OutcomeCode)
	require.Equal(t, change.StatusRunning, r.Position(changeID).Status)
}

// A pupil who was registered meanwhile, and one whose class is full, are left out of
// their part and keep no other from a record.
func TestAPartLeavesOutWhoCanNoLongerGoIn(t *testing.T) {
	r := storetest.New(t)
	changeID, list := approvedRoster(r, 11)
	r.Resize(uuid.MustParse(r.Text(`SELECT DISTINCT class_id::text FROM roster_row WHERE roster_id = $1`, list)), 8)
	j, runner := jobOf(r, changeID), realRunner(t)
	for part := range 3 {
		_, err := runner.Do(t.Context(), r.Worker, j.ID, part+1)
		require.NoError(t, err)
	}
	require.Equal(t, change.StatusEffective, r.Position(changeID).Status)
	require.Equal(t, 8, r.Count(`SELECT count(*) FROM student`))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM roster WHERE id = $1 AND rows_enrolled = 8 AND rows_left_out = 3`, list))
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM roster_row WHERE roster_id = $1 AND verdict = 'LEFT_OUT'`, list))
}

// failingWork is a work whose parts do what the test says.
type failingWork struct{ do func() error }

func (w failingWork) Part(*store.Tx, *job.Job, *job.JobPart) error { return w.do() }

func runnerOf(t *testing.T, do func() error) *job.JobRunner {
	t.Helper()
	works := map[job.JobKind]job.JobWork{}
	for _, kind := range job.JobKinds() {
		works[kind] = failingWork{do}
	}
	runner, err := job.NewJobRunner(works)
	require.NoError(t, err)
	return runner
}

// What breaks is tried again; what is refused stops the job, which says why, and goes on
// when a person resumes it.
func TestAJobStopsAtARefusalAndGoesOnWhenResumed(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := approvedRoster(r, 11)
	j := jobOf(r, changeID)
	broken := errors.New("the connection broke")
	_, err := runnerOf(t, func() error { return broken }).Do(t.Context(), r.Worker, j.ID, 1)
	require.ErrorIs(t, err, broken)
	require.Equal(t, job.JobRunning, jobOf(r, changeID).State)

	at, err := runnerOf(t, func() error { return refusal.New(refusal.RosterState) }).Do(t.Context(), r.Worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, job.JobFailed, at.State)
	require.Equal(t, refusal.RosterState, at.Problem)
	require.Zero(t, at.PartsDone)

	runner := realRunner(t)
	at, err = runner.Do(t.Context(), r.Worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, job.JobFailed, at.State, "nobody resumed it")
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		said, err := job.SayToJob(tx.Tx, j.ID, job.JobResume)
		require.True(t, said.ResumeAsked)
		return err
	})
	at, err = runner.Do(t.Context(), r.Worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, job.JobRunning, at.State)
	require.Equal(t, 1, at.PartsDone)
}

// Whoever stops a job is heard before the next part, also when that part fails for ever.
func TestAJobIsStoppedBetweenTwoParts(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := approvedRoster(r, 11)
	j, runner := jobOf(r, changeID), realRunner(t)
	_, err := runner.Do(t.Context(), r.Worker, j.ID, 1)
	require.NoError(t, err)
	said := func(verb job.JobVerb) error {
		return r.In(r.App, storetest.SchoolA, func(tx *change.Tx) error {
			_, err := job.SayToJob(tx.Tx, j.ID, verb)
			return err
		})
	}
	require.ErrorIs(t, said(job.JobResume), refusal.New(refusal.JobRuns))
	require.NoError(t, said(job.JobCancel))
	require.NoError(t, said(job.JobCancel), "saying it again changes nothing")
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM job_word`))
	at, err := runner.Do(t.Context(), r.Worker, j.ID, 2)
	require.NoError(t, err)
	require.Equal(t, job.JobCancelled, at.State)
	require.Equal(t, 5, r.Count(`SELECT count(*) FROM student`))
	require.Equal(t, change.StatusRunning, r.Position(changeID).Status, "the change stays open")
	require.ErrorIs(t, said(job.JobCancel), refusal.New(refusal.JobStopped))
	require.NoError(t, said(job.JobResume))
	for part := range 2 {
		at, err = runner.Do(t.Context(), r.Worker, j.ID, part+2)
		require.NoError(t, err)
	}
	require.Equal(t, job.JobDone, at.State)
	require.Equal(t, 11, r.Count(`SELECT count(*) FROM student`))
	require.Equal(t, change.StatusEffective, r.Position(changeID).Status)
	require.ErrorIs(t, said(job.JobResume), refusal.New(refusal.JobEnded))
}

// Two workers that believe that they have the same part do it once.
func TestTwoWorkersDoAPartOnce(t *testing.T) {
	r := storetest.New(t)
	change, _ := approvedRoster(r, 11)
	j, runner := jobOf(r, change), realRunner(t)
	errs := make(chan error)
	for range 2 {
		go func() {
			_, err := runner.Do(t.Context(), r.Worker, j.ID, 1)
			errs <- err
		}()
	}
	require.NoError(t, errors.Join(<-errs, <-errs))
	require.Equal(t, 5, r.Count(`SELECT count(*) FROM student`))
	require.Equal(t, 1, jobOf(r, change).PartsDone)
}

// An office sees and stops jobs in its own subtree only, and writes nothing of a job.
func TestJobsAreSeenInScopeAndWrittenByTheWorker(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := approvedRoster(r, 11)
	j := jobOf(r, changeID)
	for path, sees := range map[string]bool{storetest.SchoolA: true, storetest.Bureau: true, storetest.SchoolB: false, "n.p53": false} {
		r.MustIn(r.App, path, func(tx *change.Tx) error {
			list, err := job.Jobs(tx.Tx, job.JobFilter{Change: changeID}, uuid.Nil, 10)
			require.NoError(t, err)
			require.Equal(t, sees, len(list) == 1, path)
			parts, err := job.JobParts(tx.Tx, j.ID, 0, 10)
			require.NoError(t, err)
			require.Equal(t, sees, len(parts) == 3, path)
			return nil
		})
		err := r.In(r.App, path, func(tx *change.Tx) error {
			_, err := job.SayToJob(tx.Tx, j.ID, job.JobCancel)
			return err
		})
		if !sees {
			require.ErrorIs(t, err, refusal.New(refusal.NotFound), path)
		}
	}
	for _, query := range []string{
		`UPDATE job SET state = 'DONE', ended_at = now()`, `UPDATE job_part SET done_at = now(), took = '1s'`, `UPDATE job_word SET outcome = 'REFUSED', settled_at = now()`,
		`DELETE FROM job_word`, `INSERT INTO job_part (job_id, no, org_path, first_no, last_no, rows) SELECT id, 9, org_path, 1, 1, 1 FROM job`,
	} {
		require.Error(t, r.In(r.App, storetest.SchoolA, func(tx *change.Tx) error {
			_, err := tx.Exec(query)
			return err
		}), query)
	}
}

// A kind without a work, and a work without a kind, do not start.
func TestEveryKindOfJobHasAWork(t *testing.T) {
	_, err := job.NewJobRunner(nil)
	require.ErrorContains(t, err, `no work for jobs of the kind "ROSTER_CHECK"`)
	works := kinds.JobWorks(nil, nil)
	works["NO_SUCH_KIND"] = failingWork{}
	_, err = job.NewJobRunner(works)
	require.ErrorContains(t, err, `unknown kind "NO_SUCH_KIND"`)
}

// The relay finds the jobs whose workflow should run, and those somebody spoke to.
func TestJobsThatWaitAreFound(t *testing.T) {
	r := storetest.New(t)
	changeID, _ := approvedRoster(r, 11)
	j, runner := jobOf(r, changeID), realRunner(t)
	waiting := func() (list []job.WaitingJob) {
		r.MustIn(r.Worker, "", func(tx *change.Tx) (err error) {
			list, err = job.WaitingJobs(tx.Tx, uuid.Nil, tx.Now().Add(time.Second), 10)
			return err
		})
		return list
	}
	list := waiting()
	require.Len(t, list, 1)
	require.True(t, list[0].Asked, "no workflow has looked at it yet")
	require.Equal(t, "520000", list[0].ProvinceCode)
	_, err := runner.Stand(t.Context(), r.Worker.Store, j.ID)
	require.NoError(t, err)
	require.False(t, waiting()[0].Asked)
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		_, err := job.SayToJob(tx.Tx, j.ID, job.JobCancel)
		return err
	})
	require.True(t, waiting()[0].Asked)
	_, err = runner.Stand(t.Context(), r.Worker.Store, j.ID)
	require.NoError(t, err)
	require.Empty(t, waiting())
}
