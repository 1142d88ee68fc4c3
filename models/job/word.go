package job

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// JobVerb is what people say to a job.
type JobVerb string

// The verbs.
const (
	JobCancel JobVerb = "CANCEL" // stop between two parts, or give a job up that failed
	JobResume JobVerb = "RESUME" // go on with the first part that is not done
)

// The words of a job in the text of statements. They stand in the text and not among the
// parameters: an index of words that wait, and of jobs that run, serves a plan only when
// the word is known to the plan.
const (
	runningWord = `'` + string(JobRunning) + `'`
	pendingWord = `'` + change.SlipPending + `'`
	countedWord = `'` + change.SlipCounted + `'`
	cancelWord  = `'` + string(JobCancel) + `'`
	resumeWord  = `'` + string(JobResume) + `'`
)

// SayToJob hands a word in: the worker counts it. Saying a word again that waits changes
// nothing. A word that says what is so already is refused.
func SayToJob(t *store.Tx, id uuid.UUID, verb JobVerb) (*Job, error) {
	j, err := ReadJob(t, id)
	if err != nil {
		return nil, err
	}
	if refused := j.cannot(verb); refused != nil {
		return nil, refused
	}
	said, err := t.Exec(`INSERT INTO job_word (id, job_id, org_path, verb, account_id, created_at) SELECT ?, j.id, j.org_path, ?, ?, ? FROM job j WHERE j.id = ?
		ON CONFLICT DO NOTHING`, store.NewID(), verb, store.OrNull(t.Scope().Account), t.Now(), id)
	if err != nil {
		return nil, fmt.Errorf("say something to a job: %w", err)
	}
	if said > 0 {
		if err := auditJobWord(t, j, verb); err != nil {
			return nil, err
		}
	}
	return ReadJob(t, id)
}

// OperatorSaysToJob is the same for an operator of the service, whom the trail names.
func OperatorSaysToJob(t *store.Tx, id uuid.UUID, verb JobVerb, operator string) (*Job, error) {
	j, err := SayToJob(t, id, verb)
	if err != nil {
		return nil, err
	}
	return j, t.Audit("job.operator", "job", id.String(), map[string]string{"verb": string(verb), "operator": operator})
}

// StopUnfinished says to the job of a kind that works on a subject, if there is one which
// runs or has failed, that nobody wants its work any more.
func StopUnfinished(t *store.Tx, kind JobKind, subject uuid.UUID) error {
	j, err := Unfinished(t, kind, subject)
	if err != nil || j == nil || j.State == JobCancelled {
		return err
	}
	_, err = SayToJob(t, j.ID, JobCancel)
	return err
}

func auditJobWord(t *store.Tx, j *Job, verb JobVerb) error {
	if verb == JobCancel {
		return t.Audit("job.cancel", "job", j.ID.String(), map[string]string{"kind": string(j.Kind)})
	}
	return t.Audit("job.resume", "job", j.ID.String(), map[string]string{"kind": string(j.Kind)})
}

// cannot says why a word makes no sense for the job as it stands, or nil. Words that
// wait count: a job whose stop is asked for may be resumed.
func (j *Job) cannot(verb JobVerb) *refusal.Error {
	is := j.State.Text()
	switch {
	case j.State == JobDone:
		return refusal.New(refusal.JobEnded)
	case verb == JobCancel && j.State == JobCancelled && !j.ResumeAsked:
		return refusal.New(refusal.JobStopped).WithText("state", is.Zh, is.En)
	case verb == JobResume && j.State == JobRunning && !j.CancelAsked:
		return refusal.New(refusal.JobRuns)
	}
	return nil
}

// settleWords counts what people said to a job, oldest first, and says what state the
// job is in then (worker). The caller holds the job.
func (r *JobRunner) settleWords(t *store.Tx, j *Job) error {
	var words []struct {
		ID   uuid.UUID
		Verb JobVerb
	}
	err := t.DB().Raw(`SELECT id, verb FROM job_word WHERE job_id = ? AND outcome = `+pendingWord+` ORDER BY created_at, id`, j.ID).Scan(&words).Error
	if err != nil {
		return fmt.Errorf("read what was said to a job: %w", err)
	}
	for _, w := range words {
		outcome := change.SlipRefused
		switch {
		case w.Verb == JobCancel && (j.State == JobRunning || j.State == JobFailed):
			outcome, err = change.SlipCounted, r.stop(t, j, JobCancelled, "")
		case w.Verb == JobResume && (j.State == JobFailed || j.State == JobCancelled):
			outcome, err = change.SlipCounted, setJob(t, j, JobRunning, "")
		}
		if err != nil {
			return err
		}
		if _, err := t.Exec(`UPDATE job_word SET outcome = ?, settled_at = ? WHERE id = ?`, outcome, t.Now(), w.ID); err != nil {
			return fmt.Errorf("settle a word: %w", err)
		}
	}
	return nil
}
