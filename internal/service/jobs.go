package service

import (
	"context"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/store"
)

// Job reads a job of any office, for an operator.
func (o *Operator) Job(ctx context.Context, id uuid.UUID) (j *store.Job, err error) {
	err = o.register.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
		j, err = tx.Job(id)
		return err
	})
	return j, err
}

// Jobs lists the newest jobs of all offices.
func (o *Operator) Jobs(ctx context.Context, f store.JobFilter, most int) (list []store.Job, err error) {
	err = o.register.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
		list, err = tx.Jobs(f, uuid.Nil, most)
		return err
	})
	return list, err
}

// SayToJob stops or resumes a job as an operator, whom the audit trail names. The job
// counts the word between two parts.
func (o *Operator) SayToJob(ctx context.Context, id uuid.UUID, verb store.JobVerb, operator string) (j *store.Job, err error) {
	err = o.register.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
		j, err = tx.OperatorSaysToJob(id, verb, operator)
		return err
	})
	if err == nil {
		o.desk.WakeJob(ctx, j)
	}
	return j, err
}
