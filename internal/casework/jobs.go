package casework

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/client"
)

// SayToJob hands a word to a job in and wakes its workflow. It does not wait: the job
// counts the word between two parts, and the relay wakes it when Temporal is down. May
// judges whether the caller may say anything at the office with this path.
func (d *Desk) SayToJob(ctx context.Context, scope store.Scope, id uuid.UUID, verb job.JobVerb, may func(path string) error) (*job.Job, error) {
	var j *job.Job
	err := d.register.Store.InScope(ctx, scope, func(tx *store.Tx) (err error) {
		if j, err = job.ReadJob(tx, id); err != nil {
			return err
		}
		if err = may(j.OrgPath); err != nil {
			return err
		}
		j, err = job.SayToJob(tx, id, verb)
		return err
	})
	if err != nil {
		return nil, err
	}
	d.WakeJob(ctx, j)
	return j, nil
}

// WakeJob makes the workflow of a job run and read what was said; where Temporal does not
// answer the relay does it.
func (d *Desk) WakeJob(ctx context.Context, j *job.Job) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	start := client.StartingJob{JobID: j.ID.String(), Kind: string(j.Kind), CaseNo: j.CaseNo, Province: j.ProvinceCode}
	if err := errors.Join(d.engine.StartJob(ctx, start), d.engine.RefreshJob(ctx, start.JobID)); err != nil && !errors.Is(err, client.ErrNotRunning) {
		d.log.Info("the relay will wake the job", "job", start.JobID, "error", err.Error())
	}
}
