package service

import (
	"context"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/store"
)

// Job reads a job of any office, for an operator.
func (o *Operator) Job(ctx context.Context, id uuid.UUID) (j *job.Job, err error) {
	err = o.register.Store.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
		j, err = job.ReadJob(tx, id)
		return err
	})
	return j, err
}

// Jobs lists the newest jobs of all offices.
func (o *Operator) Jobs(ctx context.Context, f job.JobFilter, most int) (list []job.Job, err error) {
	err = o.register.Store.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
		list, err = job.Jobs(tx, f, uuid.Nil, most)
		return err
	})
	return list, err
}

// SayToJob stops or resumes a job as an operator, whom the audit trail names. The job
// counts the word between two parts.
func (o *Operator) SayToJob(ctx context.Context, id uuid.UUID, verb job.JobVerb, operator string) (j *job.Job, err error) {
	err = o.register.Store.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
		j, err = job.OperatorSaysToJob(tx, id, verb, operator)
		return err
	})
	if err == nil {
		o.desk.WakeJob(ctx, j)
	}
	return j, err
}
