package job

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Stand reads where a job stands, after counting what people said to it (worker). It
// notes that the workflow of the job is alive.
func (r *JobRunner) Stand(ctx context.Context, s *store.Store, id uuid.UUID) (*Job, error) {
	var at *Job
	err := s.InScope(ctx, store.Scope{}, func(t *store.Tx) error {
		j, err := lockJob(t, id)
		if err != nil {
			return err
		}
		if err := r.settleWords(t, j); err != nil {
			return err
		}
		if _, err := t.Exec(`UPDATE job SET reported_at = ? WHERE id = ? AND reported_at IS NULL`, t.Now(), id); err != nil {
			return fmt.Errorf("note that a job is looked after: %w", err)
		}
		at, err = ReadJob(t, id)
		return err
	})
	return at, err
}

// Do does one part of a job and gives where the job stands then (worker). Words that
// people said are counted first, in a transaction of their own, so that a part which
// fails again and again can be stopped. A part that is done, or a job that does not run,
// is left as it is: doing a part twice changes nothing.
func (r *JobRunner) Do(ctx context.Context, s *change.Engine, id uuid.UUID, no int) (*Job, error) {
	at, err := r.Stand(ctx, s.Store, id)
	if err != nil || at.State != JobRunning {
		return at, err
	}
	began := s.Clock().Now()
	written, err := r.asked(ctx, s.Store, at, no)
	if err != nil {
		return at, err
	}
	err = s.InScope(ctx, store.Scope{}, func(t *change.Tx) error {
		if err := r.part(t, id, no, began, written); err != nil {
			return err
		}
		at, err = ReadJob(t.Tx, id)
		return err
	})
	var refused *refusal.Error
	if errors.As(err, &refused) && refused.Code != refusal.Internal {
		return r.fail(ctx, s.Store, id, no, refused)
	}
	return at, err
}

// asked returns the work that writes the answers to the questions of a part; nil when the
// kind asks nothing outside of the register.
func (r *JobRunner) asked(ctx context.Context, s *store.Store, j *Job, no int) (JobWork, error) {
	asker, ok := r.works[j.Kind].(JobAsker)
	if !ok || no < j.NextPart {
		return nil, nil //nolint:nilnil // nothing to ask
	}
	var p JobPart
	err := s.InScope(ctx, store.Scope{}, func(t *store.Tx) error { return t.DB().Take(&p, "job_id = ? AND no = ?", j.ID, no).Error })
	if err != nil {
		return nil, store.OrMissing(err, "read a part of a job")
	}
	return asker.Ask(ctx, s, j, &p)
}

// part does one part in this transaction, and what follows when it was the last one. Written
// is the work of the kind with the answers to its questions; nil when it asked none.
func (r *JobRunner) part(t *change.Tx, id uuid.UUID, no int, began time.Time, written JobWork) error {
	j, err := lockJob(t.Tx, id)
	if err != nil || j.State != JobRunning {
		return err
	}
	work := r.works[j.Kind]
	if work == nil { // filed by a version of the program that knows more
		return fmt.Errorf("job %s is of the unknown kind %q", id, j.Kind)
	}
	var p JobPart
	if err := t.DB().Take(&p, "job_id = ? AND no = ?", id, no).Error; err != nil {
		return store.OrMissing(err, "read a part of a job")
	}
	if p.DoneAt != nil {
		return nil
	}
	if written == nil {
		written = work
	}
	if err := written.Part(t.Tx, j, &p); err != nil {
		return err
	}
	took := max(t.Store().Clock().Now().Sub(began), time.Millisecond)
	took += r.Rest(j.Kind, took, t.Store().Bulk()) // the rate of a job counts its rests
	_, err = t.Exec(`UPDATE job_part SET done_at = ?, took = make_interval(secs => ?) WHERE job_id = ? AND no = ?`, t.Now(), took.Seconds(), id, no)
	if err != nil {
		return fmt.Errorf("note a part of a job: %w", err)
	}
	if j.PartsDone+1 < j.Parts {
		return nil
	}
	if last, ok := work.(JobFinisher); ok {
		if err := last.Finish(t, j); err != nil {
			return err
		}
	}
	return setJob(t.Tx, j, JobDone, "")
}

// Rest returns how long a worker rests after a part that took so long; zero where the work is
// not gentle.
func (r *JobRunner) Rest(kind JobKind, took time.Duration, b store.Bulk) time.Duration {
	if _, gentle := r.works[kind].(JobGentle); !gentle {
		return 0
	}
	return took * time.Duration(100-b.Share) / time.Duration(b.Share)
}

// fail notes why a part cannot be done, unless the job has gone on meanwhile.
func (r *JobRunner) fail(ctx context.Context, s *store.Store, id uuid.UUID, no int, why *refusal.Error) (*Job, error) {
	var at *Job
	err := s.InScope(ctx, store.Scope{}, func(t *store.Tx) error {
		j, err := lockJob(t, id)
		if err != nil {
			return err
		}
		if j.State == JobRunning && j.NextPart <= no && j.NextPart > 0 {
			if err := r.stop(t, j, JobFailed, why.Code); err != nil {
				return err
			}
		}
		at, err = ReadJob(t, id)
		return err
	})
	return at, err
}

// stop moves a job into a state in which it does not run, and lets its work take back what
// must not stay half done.
func (r *JobRunner) stop(t *store.Tx, j *Job, state JobState, problem refusal.Code) error {
	if err := setJob(t, j, state, problem); err != nil {
		return err
	}
	work, ok := r.works[j.Kind].(JobStopper)
	if !ok {
		return nil
	}
	if _, err := t.Exec(`UPDATE job_part SET done_at = NULL, took = NULL WHERE job_id = ? AND done_at IS NOT NULL`, j.ID); err != nil {
		return fmt.Errorf("take the parts of a job back: %w", err)
	}
	return work.Stopped(t, j)
}

// lockJob holds a job until the transaction ends, so that its parts come one after the
// other, also when two workers believe that they have the same one. People may say
// something to it meanwhile.
func lockJob(t *store.Tx, id uuid.UUID) (*Job, error) {
	rows, err := t.Exec(`SELECT 1 FROM job WHERE id = ? FOR NO KEY UPDATE`, id)
	if err != nil {
		return nil, fmt.Errorf("hold a job: %w", err)
	}
	if rows == 0 {
		return nil, refusal.New(refusal.NotFound)
	}
	return ReadJob(t, id)
}

// setJob moves a job into a state and writes it into the trail.
func setJob(t *store.Tx, j *Job, state JobState, problem refusal.Code) error {
	ended := new(t.Now())
	if state == JobRunning {
		ended = nil
	}
	n, err := t.Exec(`UPDATE job SET state = ?, problem = ?, ended_at = ?, version = version + 1 WHERE id = ? AND version = ?`, state, problem, ended, j.ID, j.Version)
	if err != nil {
		return fmt.Errorf("move a job: %w", err)
	}
	if n != 1 {
		return refusal.New(refusal.VersionConflict)
	}
	detail := map[string]string{"kind": string(j.Kind), "state": string(state), "parts_done": strconv.Itoa(j.PartsDone)}
	if problem != "" {
		detail["code"] = string(problem)
	}
	j.State, j.Problem, j.EndedAt = state, problem, ended
	j.Version++
	return t.Audit("job.state", "job", j.ID.String(), detail)
}

// WaitingJob is a job whose workflow should run.
type WaitingJob struct {
	ID           uuid.UUID
	Kind         JobKind
	CaseNo       string
	ProvinceCode string
	// Asked says that a word of a person, or the first look at the job, has waited longer
	// than a live workflow would let it.
	Asked bool
	// Young says that the job was filed only now: whoever filed it starts its workflow.
	Young bool
	// Word is the oldest word that was not counted, however young; nil when there is none.
	Word *uuid.UUID
}

// WaitingJobs pages through all jobs that run or have a word to count, in order of their
// IDs. Those filed after the given time are young.
func WaitingJobs(t *store.Tx, after uuid.UUID, before time.Time, most int) ([]WaitingJob, error) {
	var list []WaitingJob
	err := t.DB().Raw(`SELECT j.id, j.kind, j.case_no, j.province_code, j.created_at >= @before AS young,
			(SELECT w.id FROM job_word w WHERE w.job_id = j.id AND w.outcome = `+pendingWord+` ORDER BY w.created_at, w.id LIMIT 1) AS word,
			j.reported_at IS NULL AND j.created_at < @before
			OR EXISTS (SELECT 1 FROM job_word w WHERE w.job_id = j.id AND w.outcome = `+pendingWord+` AND w.created_at < @before) AS asked
		FROM job j WHERE j.id > @after
			AND (j.state = `+runningWord+` OR EXISTS (SELECT 1 FROM job_word w WHERE w.job_id = j.id AND w.outcome = `+pendingWord+`))
		ORDER BY j.id LIMIT @most`, map[string]any{"after": after, "before": before, "most": most}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the jobs that wait: %w", err)
	}
	return list, nil
}
