package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// inParts makes longer lists take effect as a job.
func (r *recordsRig) inParts(b Bulk) {
	r.t.Helper()
	o := r.options
	o.Bulk = b
	r.worker = r.open(migrations.WorkerRole, o)
}

// approvedRoster files a roster of so many invented pupils and approves it at both steps,
// the way people do. Lists of more than 10 take effect as a job of parts of 5.
func (r *recordsRig) approvedRoster(pupils int) (change, list uuid.UUID) {
	r.t.Helper()
	r.inParts(Bulk{ListRows: 10, PartRows: 5})
	list = r.stage(pupils, 0)
	leader, reviewer := r.member(schoolAPath, org.SchoolLeader), r.member(countyPath, org.BureauReviewer)
	filer := r.member(schoolAPath, org.SchoolRegistrar)
	as := func(who uuid.UUID, path string, fn func(*Tx) error) {
		r.t.Helper()
		require.NoError(r.t, r.app.InScope(r.t.Context(), Scope{Account: who, Paths: []string{path}}, fn))
	}
	as(filer, schoolAPath, func(tx *Tx) error {
		c, err := tx.FileChange(Filing{
			Kind: process.RosterImport, RosterID: list, Key: newID().String(), BodyHash: []byte("roster"), Inputs: map[string]string{},
			Office: Office{ID: r.school[schoolAPath], Path: schoolAPath, Province: "520000"},
		})
		if err == nil {
			change = c.ID
		}
		return err
	})
	for step, who := range []uuid.UUID{leader, reviewer} {
		path := []string{schoolAPath, countyPath}[step]
		s := r.say(change, who, path, Approve)
		require.Equal(r.t, SlipCounted, s.Outcome, s.OutcomeCode)
	}
	return change, list
}

// say hands a word in for the open step and counts it.
func (r *recordsRig) say(change, who uuid.UUID, path string, verb Verb) *Slip {
	r.t.Helper()
	w := Word{ChangeID: change, Verb: verb, Key: newID().String(), Hash: []byte("word"), Opinion: "同意", Step: -1}
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT org_id FROM account WHERE id = $1`, who).Scan(&w.OfficeID))
	if verb.OnTask() {
		require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT id, step_no, round FROM task WHERE change_id = $1 AND status = 'OPEN'`, change).Scan(&w.TaskID, &w.Step, &w.Round))
	}
	var s *Slip
	require.NoError(r.t, r.app.InScope(r.t.Context(), Scope{Account: who, Paths: []string{path}}, func(tx *Tx) (err error) {
		s, err = tx.HandIn(w)
		return err
	}))
	r.mustIn(r.worker, "", func(tx *Tx) (err error) {
		s, err = tx.CommitSlip(change, s.ID)
		return err
	})
	return s
}

func (r *recordsRig) runner() *JobRunner {
	r.t.Helper()
	runner, err := NewJobRunner(JobWorks())
	require.NoError(r.t, err)
	return runner
}

func (r *recordsRig) jobOfChange(change uuid.UUID) *Job {
	r.t.Helper()
	var j *Job
	r.mustIn(r.worker, "", func(tx *Tx) (err error) {
		j, err = tx.JobOf(change)
		return err
	})
	return j
}

func (r *recordsRig) standsAt(change uuid.UUID) *Position {
	r.t.Helper()
	var p *Position
	r.mustIn(r.worker, "", func(tx *Tx) (err error) {
		p, err = tx.Position(change)
		return err
	})
	return p
}

// A long roster takes effect part by part; the change is open until the last one, and a
// part that comes twice enrols nobody twice.
func TestALongRosterTakesEffectAsAJob(t *testing.T) {
	r := newRecordsRig(t)
	change, list := r.approvedRoster(13)
	j := r.jobOfChange(change)
	require.Equal(t, JobRunning, j.State)
	require.Equal(t, JobProgress{Parts: 3, RowCount: 13, NextPart: 1}, j.JobProgress)
	require.Zero(t, r.count(`SELECT count(*) FROM student`))
	p := r.standsAt(change)
	require.Equal(t, Running, p.Status)
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
			require.Equal(t, Running, r.standsAt(change).Status)
		}
	}
	require.Equal(t, 13, r.count(`SELECT count(*) FROM slot WHERE change_id = $1`, change), "held until the change ends")
	at, err := runner.Do(t.Context(), r.worker, j.ID, 3)
	require.NoError(t, err)
	require.Equal(t, JobDone, at.State)
	require.Equal(t, Effective, r.standsAt(change).Status)
	require.Equal(t, 13, r.count(`SELECT count(*) FROM student`))
	require.Equal(t, 13, r.count(`SELECT count(*) FROM student_history WHERE change_id = $1 AND effective_on = '2026-11-20'`, change))
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
	change, _ := r.approvedRoster(10)
	require.Equal(t, Effective, r.standsAt(change).Status)
	require.Equal(t, 10, r.count(`SELECT count(*) FROM student`))
	require.Zero(t, r.count(`SELECT count(*) FROM job`))
}

// While a roster takes effect part by part nobody ends or changes what is half done.
func TestNothingIsSaidToAChangeThatTakesEffectInParts(t *testing.T) {
	r := newRecordsRig(t)
	change, _ := r.approvedRoster(11)
	filer := r.count(`SELECT count(*) FROM change WHERE id = $1`, change)
	require.Equal(t, 1, filer)
	var who uuid.UUID
	require.NoError(t, r.owner.QueryRow(t.Context(), `SELECT filed_by FROM change WHERE id = $1`, change).Scan(&who))
	s := r.say(change, who, schoolAPath, Withdraw)
	require.Equal(t, SlipRefused, s.Outcome)
	require.Equal(t, string(refusal.TakesEffect), s.OutcomeCode)
	head := r.member("n.p52.c5201", org.BureauHead)
	s = r.say(change, head, "n.p52.c5201", Close)
	require.Equal(t, string(refusal.TakesEffect), s.OutcomeCode)
	require.Equal(t, Running, r.standsAt(change).Status)
}

// A pupil who was registered meanwhile, and one whose class is full, are left out of
// their part and keep no other from a record.
func TestAPartLeavesOutWhoCanNoLongerGoIn(t *testing.T) {
	r := newRecordsRig(t)
	change, list := r.approvedRoster(11)
	r.exec(`UPDATE school_class SET capacity = 8 WHERE code = '2026101'`)
	j, runner := r.jobOfChange(change), r.runner()
	for part := range 3 {
		_, err := runner.Do(t.Context(), r.worker, j.ID, part+1)
		require.NoError(t, err)
	}
	require.Equal(t, Effective, r.standsAt(change).Status)
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
	r.inParts(Bulk{ListRows: 1, PartRows: 1})
	list := newID()
	r.mustIn(r.app, schoolAPath, func(tx *Tx) error {
		_, _, err := tx.BeginRoster(NewRoster{ID: list, School: r.school[schoolAPath], OrgPath: schoolAPath, FileSHA256: list[:]})
		if err != nil {
			return err
		}
		rows := []StagedRow{}
		for i := range 2 {
			rows = append(rows, StagedRow{RowNo: 3 + i, Verdict: RowAccepted, ClassID: r.classes["2026101"], ClassCode: "2026101", Values: twin})
		}
		if err := tx.StageRosterRows(list, 1, rows); err != nil {
			return err
		}
		_, err = tx.FinishRosterCheck(list, 1, RosterResult{Template: "test", Pupils: 2})
		return err
	})
	change, err := r.file(list)
	require.NoError(t, err)
	for row := 3; row < 5; row++ {
		r.mustIn(r.worker, "", func(tx *Tx) error {
			up, err := tx.lockRoster(list)
			if err != nil {
				return err
			}
			e := tx.newEnrolment(up, change, tx.today())
			e.first, e.last = int64(row), int64(row)
			return e.enrol()
		})
	}
	require.Equal(t, 2, r.count(`SELECT count(*) FROM student`))
}

// failingWork is a work whose parts do what the test says.
type failingWork struct{ do func() error }

func (w failingWork) Part(*Tx, *Job, *JobPart) error { return w.do() }

func (r *recordsRig) runnerOf(do func() error) *JobRunner {
	r.t.Helper()
	runner, err := NewJobRunner(map[JobKind]JobWork{JobRosterEnrol: failingWork{do}})
	require.NoError(r.t, err)
	return runner
}

// What breaks is tried again; what is refused stops the job, which says why, and goes on
// when a person resumes it.
func TestAJobStopsAtARefusalAndGoesOnWhenResumed(t *testing.T) {
	r := newRecordsRig(t)
	change, _ := r.approvedRoster(11)
	j := r.jobOfChange(change)
	broken := errors.New("the connection broke")
	_, err := r.runnerOf(func() error { return broken }).Do(t.Context(), r.worker, j.ID, 1)
	require.ErrorIs(t, err, broken)
	require.Equal(t, JobRunning, r.jobOfChange(change).State)

	at, err := r.runnerOf(func() error { return refusal.New(refusal.RosterState) }).Do(t.Context(), r.worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, JobFailed, at.State)
	require.Equal(t, refusal.RosterState, at.Problem)
	require.Zero(t, at.PartsDone)

	runner := r.runner()
	at, err = runner.Do(t.Context(), r.worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, JobFailed, at.State, "nobody resumed it")
	r.mustIn(r.app, schoolAPath, func(tx *Tx) error {
		said, err := tx.SayToJob(j.ID, JobResume)
		require.True(t, said.ResumeAsked)
		return err
	})
	at, err = runner.Do(t.Context(), r.worker, j.ID, 1)
	require.NoError(t, err)
	require.Equal(t, JobRunning, at.State)
	require.Equal(t, 1, at.PartsDone)
}

// Whoever stops a job is heard before the next part, also when that part fails for ever.
func TestAJobIsStoppedBetweenTwoParts(t *testing.T) {
	r := newRecordsRig(t)
	change, _ := r.approvedRoster(11)
	j, runner := r.jobOfChange(change), r.runner()
	_, err := runner.Do(t.Context(), r.worker, j.ID, 1)
	require.NoError(t, err)
	said := func(verb JobVerb) error {
		return r.in(r.app, schoolAPath, func(tx *Tx) error {
			_, err := tx.SayToJob(j.ID, verb)
			return err
		})
	}
	require.ErrorIs(t, said(JobResume), refusal.New(refusal.JobRuns))
	require.NoError(t, said(JobCancel))
	require.NoError(t, said(JobCancel), "saying it again changes nothing")
	require.Equal(t, 1, r.count(`SELECT count(*) FROM job_word`))
	at, err := runner.Do(t.Context(), r.worker, j.ID, 2)
	require.NoError(t, err)
	require.Equal(t, JobCancelled, at.State)
	require.Equal(t, 5, r.count(`SELECT count(*) FROM student`))
	require.Equal(t, Running, r.standsAt(change).Status, "the change stays open")
	require.ErrorIs(t, said(JobCancel), refusal.New(refusal.JobStopped))
	require.NoError(t, said(JobResume))
	for part := range 2 {
		at, err = runner.Do(t.Context(), r.worker, j.ID, part+2)
		require.NoError(t, err)
	}
	require.Equal(t, JobDone, at.State)
	require.Equal(t, 11, r.count(`SELECT count(*) FROM student`))
	require.Equal(t, Effective, r.standsAt(change).Status)
	require.ErrorIs(t, said(JobResume), refusal.New(refusal.JobEnded))
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
	change, _ := r.approvedRoster(11)
	j := r.jobOfChange(change)
	for path, sees := range map[string]bool{schoolAPath: true, countyPath: true, schoolBPath: false, "n.p53": false} {
		r.mustIn(r.app, path, func(tx *Tx) error {
			list, err := tx.Jobs(JobFilter{Change: change}, uuid.Nil, 10)
			require.NoError(t, err)
			require.Equal(t, sees, len(list) == 1, path)
			parts, err := tx.JobParts(j.ID, 0, 10)
			require.NoError(t, err)
			require.Equal(t, sees, len(parts) == 3, path)
			return nil
		})
		err := r.in(r.app, path, func(tx *Tx) error {
			_, err := tx.SayToJob(j.ID, JobCancel)
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
		require.Error(t, r.in(r.app, schoolAPath, func(tx *Tx) error {
			_, err := tx.exec(query)
			return err
		}), query)
	}
}

// A kind without a work, and a work without a kind, do not start.
func TestEveryKindOfJobHasAWork(t *testing.T) {
	_, err := NewJobRunner(nil)
	require.ErrorContains(t, err, `no work for jobs of the kind "ROSTER_ENROL"`)
	works := JobWorks()
	works["NO_SUCH_KIND"] = failingWork{}
	_, err = NewJobRunner(works)
	require.ErrorContains(t, err, `unknown kind "NO_SUCH_KIND"`)
}

// The relay finds the jobs whose workflow should run, and those somebody spoke to.
func TestJobsThatWaitAreFound(t *testing.T) {
	r := newRecordsRig(t)
	change, _ := r.approvedRoster(11)
	j, runner := r.jobOfChange(change), r.runner()
	waiting := func() (list []WaitingJob) {
		r.mustIn(r.worker, "", func(tx *Tx) (err error) {
			list, err = tx.WaitingJobs(uuid.Nil, tx.Now().Add(time.Second), 10)
			return err
		})
		return list
	}
	list := waiting()
	require.Len(t, list, 1)
	require.True(t, list[0].Asked, "no workflow has looked at it yet")
	require.Equal(t, "520000", list[0].ProvinceCode)
	_, err := runner.Stand(t.Context(), r.worker, j.ID)
	require.NoError(t, err)
	require.False(t, waiting()[0].Asked)
	r.mustIn(r.app, schoolAPath, func(tx *Tx) error {
		_, err := tx.SayToJob(j.ID, JobCancel)
		return err
	})
	require.True(t, waiting()[0].Asked)
	_, err = runner.Stand(t.Context(), r.worker, j.ID)
	require.NoError(t, err)
	require.Empty(t, waiting())
}
