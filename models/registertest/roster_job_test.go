package registertest

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
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// inParts makes longer lists take effect as a job.
func (r *recordsRig) inParts(b store.Bulk) {
	r.t.Helper()
	o := r.options
	o.Bulk = b
	r.worker = r.open(migrations.WorkerRole, o)
}

// approvedRoster files a roster of so many invented pupils and approves it at both steps,
// the way people do. Lists of more than 10 take effect as a job of parts of 5.
func (r *recordsRig) approvedRoster(pupils int) (changeID, list uuid.UUID) {
	r.t.Helper()
	r.inParts(store.Bulk{ListRows: 10, PartRows: 5})
	list = r.stage(pupils, 0)
	leader, reviewer := r.member(schoolAPath, org.SchoolLeader), r.member(countyPath, org.BureauReviewer)
	filer := r.member(schoolAPath, org.SchoolRegistrar)
	as := func(who uuid.UUID, path string, fn func(*change.Tx) error) {
		r.t.Helper()
		require.NoError(r.t, r.app.InScope(r.t.Context(), store.Scope{Account: who, Paths: []string{path}}, fn))
	}
	as(filer, schoolAPath, func(tx *change.Tx) error {
		c, err := tx.FileChange(change.Filing{
			Kind: process.RosterImport, RosterID: list, Key: store.NewID().String(), BodyHash: []byte("roster"), Inputs: map[string]string{},
			Office: org.OfficeRef{ID: r.school[schoolAPath], Path: schoolAPath, Province: "520000"},
		})
		if err == nil {
			changeID = c.ID
		}
		return err
	})
	for step, who := range []uuid.UUID{leader, reviewer} {
		path := []string{schoolAPath, countyPath}[step]
		s := r.say(changeID, who, path, change.VerbApprove)
		require.Equal(r.t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	}
	return changeID, list
}

// say hands a word in for the open step and counts it.
func (r *recordsRig) say(changeID, who uuid.UUID, path string, verb change.Verb) *change.Slip {
	r.t.Helper()
	w := change.NewSlip{ChangeID: changeID, Verb: verb, Key: store.NewID().String(), Hash: []byte("word"), Opinion: "同意", Step: -1}
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT org_id FROM account WHERE id = $1`, who).Scan(&w.OfficeID))
	if verb.OnTask() {
		require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT id, step_no, round FROM task WHERE change_id = $1 AND status = 'OPEN'`, changeID).Scan(&w.TaskID, &w.Step, &w.Round))
	}
	var s *change.Slip
	require.NoError(r.t, r.app.InScope(r.t.Context(), store.Scope{Account: who, Paths: []string{path}}, func(tx *change.Tx) (err error) {
		s, err = tx.HandIn(w)
		return err
	}))
	r.mustIn(r.worker, "", func(tx *change.Tx) (err error) {
		s, err = tx.CommitSlip(changeID, s.ID)
		return err
	})
	return s
}

func (r *recordsRig) runner() *job.JobRunner {
	r.t.Helper()
	runner, err := job.NewJobRunner(kinds.JobWorks())
	require.NoError(r.t, err)
	return runner
}

func (r *recordsRig) jobOfChange(changeID uuid.UUID) *job.Job {
	r.t.Helper()
	var j *job.Job
	r.mustIn(r.worker, "", func(tx *change.Tx) (err error) {
		j, err = job.JobOf(tx.Tx, changeID)
		return err
	})
	return j
}

func (r *recordsRig) standsAt(changeID uuid.UUID) *change.Position {
	r.t.Helper()
	var p *change.Position
	r.mustIn(r.worker, "", func(tx *change.Tx) (err error) {
		p, err = tx.ReadPosition(changeID)
		return err
	})
	return p
}

// A long roster takes effect part by part; the change is open until the last one, and a
// part that comes twice enrols nobody twice.
func TestALongRosterTakesEffectAsAJob(t *testing.T) {
	r := newRecordsRig(t)
	changeID, list := r.approvedRoster(13)
	j := r.jobOfChange(changeID)
	require.Equal(t, job.JobRunning, j.State)
	require.Equal(t, job.JobProgress{Parts: 3, RowCount: 13, NextPart: 1}, j.JobProgress)
	require.Zero(t, r.count(`SELECT count(*) FROM student`))
	p := r.standsAt(changeID)
	require.Equal(t, change.StatusRunning, p.Status)
	require.Equal(t, process.ApplyStep, p.Stage)
	require.Equal(t, process.ActApplyParts, p.Act, "the change looks after its job at once")

	runner := r.runner()
	for part, rows := range []int{5, 10} {
		for range 2 {
			at, err := runner.Do(t.Context(), r.worker, j.ID, part+1)
			require.NoError(t, err)
			require.Equal(t, rows, at.RowsDone)
			require.Equal(t, part+2, at.NextPart)
			require.Equal(t, rows, r.count(`SELECT count(*) FROM student`))
			require.Equal(t, rows, r.count(`SELECT rows_enrolled FROM roster WHERE id = $1`, list))
			require.Equal(t, change.StatusRunning, r.standsAt(changeID).Status)
		}
	}
	require.Equal(t, 13, r.count(`SELECT count(*) FROM slot WHERE change_id = $1`, changeID), "held until the change ends")
	at, err := runner.Do(t.Context(), r.worker, j.ID, 3)
	require.NoError(t, err)
	require.Equal(t, job.JobDone, at.State)
	require.Equal(t, change.StatusEffective, r.standsAt(changeID).Status)
	require.Equal(t, 13, r.count(`SELECT count(*) FROM student`))
	require.Equal(t, 13, r.count(`SELECT count(*) FROM student_history WHERE change_id = $1 AND effective_on = '2026-11-20'`, changeID))
	require.Equal(t, 13, r.count(`SELECT sum(occupied) FROM school_class`))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM roster WHERE id = $1 AND state = 'ENROLLED' AND rows_enrolled = 13 AND rows_left_out = 0`, list))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM audit_entry WHERE action = 'roster.enrol' AND detail ->> 'enrolled' = '13'`))
	require.Zero(t, r.count(`SELECT count(*) FROM slot`))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM audit_entry WHERE action = 'job.start' AND subject_id = $1`, j.ID.String()))

	again, err := runner.Do(t.Context(), r.worker, j.ID, 3)
	require.NoError(t, err)
	require.Equal(t, at.Version, again.Version)
	require.Equal(t, 13, r.count(`SELECT count(*) FROM student`))
}

// A roster within the limit takes effect with the last approval, as before.
func TestAShortRosterNeedsNoJob(t *testing.T) {
	r := newRecordsRig(t)
	changeID, _ := r.approvedRoster(10)
	require.Equal(t, change.StatusEffective, r.standsAt(changeID).Status)
	require.Equal(t, 10, r.count(`SELECT count(*) FROM student`))
	require.Zero(t, r.count(`SELECT count(*) FROM job`))
}

// While a roster takes effect part by part nobody ends or changes what is half done.
func TestNothingIsSaidToAChangeThatTakesEffectInParts(t *testing.T) {
	r := newRecordsRig(t)
	changeID, _ := r.approvedRoster(11)
	filer := r.count(`SELECT count(*) FROM change WHERE id = $1`, changeID)
	require.Equal(t, 1, filer)
	var who uuid.UUID
	require.NoError(t, r.owner.QueryRow(t.Context(), `SELECT filed_by FROM change WHERE id = $1`, changeID).Scan(&who))
	s := r.say(changeID, who, schoolAPath, change.VerbWithdraw)
	require.Equal(t, change.SlipRefused, s.Outcome)
	require.Equal(t, string(refusal.TakesEffect), s.OutcomeCode)
	head := r.member("n.p52.c5201", org.BureauHead)
	s = r.say(changeID, head, "n.p52.c5201", change.VerbClose)
	require.Equal(t, string(refusal.TakesEffect), s.OutcomeCode)
	require.Equal(t, change.StatusRunning, r.standsAt(changeID).Status)
}

// A pupil who was registered meanwhile, and one whose class is full, are left out of
// their part and keep no other from a record.
func TestAPartLeavesOutWhoCanNoLongerGoIn(t *testing.T) {
	r := newRecordsRig(t)
	changeID, list := r.approvedRoster(11)
	r.exec(`UPDATE school_class SET capacity = 8 WHERE code = '2026101'`)
	j, runner := r.jobOfChange(changeID), r.runner()
	for part := range 3 {
		_, err := runner.Do(t.Context(), r.worker, j.ID, part+1)
		require.NoError(t, err)
	}
	require.Equal(t, change.StatusEffective, r.standsAt(changeID).Status)
	require.Equal(t, 8, r.count(`SELECT count(*) FROM student`))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM roster WHERE id = $1 AND rows_enrolled = 8 AND rows_left_out = 3`, list))
	require.Equal(t, 3, r.count(`SELECT count(*) FROM roster_row WHERE roster_id = $1 AND verdict = 'LEFT_OUT'`, list))
}

// Two pupils without a document who share name, birth date and family are two pupils
// also when they stand in two parts of one roster.
func TestPupilsOfOneRosterAreNotTakenForEachOther(t *testing.T) {
	r := newRecordsRig(t)
	twin := pupilValues(0)
	delete(twin, roster.IDNumber)
	twin[roster.IDType] = "Z"
	r.inParts(store.Bulk{ListRows: 1, PartRows: 1})
	list := store.NewID()
	r.mustIn(r.app, schoolAPath, func(tx *change.Tx) error {
		_, _, err := registration.BeginRoster(tx.Tx, registration.NewRoster{ID: list, School: r.school[schoolAPath], OrgPath: schoolAPath, FileSHA256: list[:]})
		if err != nil {
			return err
		}
		rows := []registration.CheckedRow{}
		for i := range 2 {
			rows = append(rows, registration.CheckedRow{RowNo: 3 + i, Verdict: registration.RowAccepted, ClassID: r.classes["2026101"], ClassCode: "2026101", Values: twin})
		}
		if err := registration.SaveCheckedRows(tx.Tx, list, 1, rows); err != nil {
			return err
		}
		_, err = registration.FinishRosterCheck(tx.Tx, list, 1, registration.RosterResult{Template: "test", Pupils: 2})
		return err
	})
	changeID, err := r.file(list)
	require.NoError(t, err)
	for row := 3; row < 5; row++ {
		r.mustIn(r.worker, "", func(tx *change.Tx) error {
			up, err := registration.LockRoster(tx.Tx, list)
			if err != nil {
				return err
			}
			e := registration.NewRun(tx.Tx, up, changeID, tx.Today())
			e.First, e.Last = int64(row), int64(row)
			return e.Enrol()
		})
	}
	require.Equal(t, 2, r.count(`SELECT count(*) FROM student`))
}

// failingWork is a work whose parts do what the test says.
type failingWork struct{ do func() error }

func (w failingWork) Part(*store.Tx, *job.Job, *job.JobPart) error { return w.do() }

func (r *recordsRig) runnerOf(do func() error) *job.JobRunner {
	r.t.Helper()
	runner, err := job.NewJobRunner(map[job.JobKind]job.JobWork{job.JobRosterEnrol: failingWork{do}})
	require.NoError(r.t, err)
	return runner
}

// What breaks is tried again; what is refused stops the job, which says why, and goes on
// when a person resumes it.
func TestAJobStopsAtARefusalAndGoesOnWhenResumed(t *testing.T) {
	r := newRecordsRig(t)
	changeID, _ := r.approvedRoster(11)
	j := r.jobOfChange(changeID)
	broken := errors.New("the connection broke")
	_, err := r.runnerOf(func() error { return broken }).Do(t.Context(), r.worker, j.ID, 1)
	require.ErrorIs(t, err, broken)
	require.Equal(t, job.JobRunning, r.jobOfChange(changeID).State)

	at, err := r.runnerOf(func() error { return refusal.New(refusal.RosterState) }).Do(t.Context(), r.worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, job.JobFailed, at.State)
	require.Equal(t, refusal.RosterState, at.Problem)
	require.Zero(t, at.PartsDone)

	runner := r.runner()
	at, err = runner.Do(t.Context(), r.worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, job.JobFailed, at.State, "nobody resumed it")
	r.mustIn(r.app, schoolAPath, func(tx *change.Tx) error {
		said, err := job.SayToJob(tx.Tx, j.ID, job.JobResume)
		require.True(t, said.ResumeAsked)
		return err
	})
	at, err = runner.Do(t.Context(), r.worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, job.JobRunning, at.State)
	require.Equal(t, 1, at.PartsDone)
}

// Whoever stops a job is heard before the next part, also when that part fails for ever.
func TestAJobIsStoppedBetweenTwoParts(t *testing.T) {
	r := newRecordsRig(t)
	changeID, _ := r.approvedRoster(11)
	j, runner := r.jobOfChange(changeID), r.runner()
	_, err := runner.Do(t.Context(), r.worker, j.ID, 1)
	require.NoError(t, err)
	said := func(verb job.JobVerb) error {
		return r.in(r.app, schoolAPath, func(tx *change.Tx) error {
			_, err := job.SayToJob(tx.Tx, j.ID, verb)
			return err
		})
	}
	require.ErrorIs(t, said(job.JobResume), refusal.New(refusal.JobRuns))
	require.NoError(t, said(job.JobCancel))
	require.NoError(t, said(job.JobCancel), "saying it again changes nothing")
	require.Equal(t, 1, r.count(`SELECT count(*) FROM job_word`))
	at, err := runner.Do(t.Context(), r.worker, j.ID, 2)
	require.NoError(t, err)
	require.Equal(t, job.JobCancelled, at.State)
	require.Equal(t, 5, r.count(`SELECT count(*) FROM student`))
	require.Equal(t, change.StatusRunning, r.standsAt(changeID).Status, "the change stays open")
	require.ErrorIs(t, said(job.JobCancel), refusal.New(refusal.JobStopped))
	require.NoError(t, said(job.JobResume))
	for part := range 2 {
		at, err = runner.Do(t.Context(), r.worker, j.ID, part+2)
		require.NoError(t, err)
	}
	require.Equal(t, job.JobDone, at.State)
	require.Equal(t, 11, r.count(`SELECT count(*) FROM student`))
	require.Equal(t, change.StatusEffective, r.standsAt(changeID).Status)
	require.ErrorIs(t, said(job.JobResume), refusal.New(refusal.JobEnded))
}

// Two workers that believe that they have the same part do it once.
func TestTwoWorkersDoAPartOnce(t *testing.T) {
	r := newRecordsRig(t)
	change, _ := r.approvedRoster(11)
	j, runner := r.jobOfChange(change), r.runner()
	errs := make(chan error)
	for range 2 {
		go func() {
			_, err := runner.Do(t.Context(), r.worker, j.ID, 1)
			errs <- err
		}()
	}
	require.NoError(t, errors.Join(<-errs, <-errs))
	require.Equal(t, 5, r.count(`SELECT count(*) FROM student`))
	require.Equal(t, 1, r.jobOfChange(change).PartsDone)
}

// An office sees and stops jobs in its own subtree only, and writes nothing of a job.
func TestJobsAreSeenInScopeAndWrittenByTheWorker(t *testing.T) {
	r := newRecordsRig(t)
	changeID, _ := r.approvedRoster(11)
	j := r.jobOfChange(changeID)
	for path, sees := range map[string]bool{schoolAPath: true, countyPath: true, schoolBPath: false, "n.p53": false} {
		r.mustIn(r.app, path, func(tx *change.Tx) error {
			list, err := job.Jobs(tx.Tx, job.JobFilter{Change: changeID}, uuid.Nil, 10)
			require.NoError(t, err)
			require.Equal(t, sees, len(list) == 1, path)
			parts, err := job.JobParts(tx.Tx, j.ID, 0, 10)
			require.NoError(t, err)
			require.Equal(t, sees, len(parts) == 3, path)
			return nil
		})
		err := r.in(r.app, path, func(tx *change.Tx) error {
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
		require.Error(t, r.in(r.app, schoolAPath, func(tx *change.Tx) error {
			_, err := tx.Exec(query)
			return err
		}), query)
	}
}

// A kind without a work, and a work without a kind, do not start.
func TestEveryKindOfJobHasAWork(t *testing.T) {
	_, err := job.NewJobRunner(nil)
	require.ErrorContains(t, err, `no work for jobs of the kind "ROSTER_ENROL"`)
	works := kinds.JobWorks()
	works["NO_SUCH_KIND"] = failingWork{}
	_, err = job.NewJobRunner(works)
	require.ErrorContains(t, err, `unknown kind "NO_SUCH_KIND"`)
}

// The relay finds the jobs whose workflow should run, and those somebody spoke to.
func TestJobsThatWaitAreFound(t *testing.T) {
	r := newRecordsRig(t)
	changeID, _ := r.approvedRoster(11)
	j, runner := r.jobOfChange(changeID), r.runner()
	waiting := func() (list []job.WaitingJob) {
		r.mustIn(r.worker, "", func(tx *change.Tx) (err error) {
			list, err = job.WaitingJobs(tx.Tx, uuid.Nil, tx.Now().Add(time.Second), 10)
			return err
		})
		return list
	}
	list := waiting()
	require.Len(t, list, 1)
	require.True(t, list[0].Asked, "no workflow has looked at it yet")
	require.Equal(t, "520000", list[0].ProvinceCode)
	_, err := runner.Stand(t.Context(), r.worker.Store, j.ID)
	require.NoError(t, err)
	require.False(t, waiting()[0].Asked)
	r.mustIn(r.app, schoolAPath, func(tx *change.Tx) error {
		_, err := job.SayToJob(tx.Tx, j.ID, job.JobCancel)
		return err
	})
	require.True(t, waiting()[0].Asked)
	_, err = runner.Stand(t.Context(), r.worker.Store, j.ID)
	require.NoError(t, err)
	require.Empty(t, waiting())
}
