package service

import (
	"context"
	"errors"

	"github.com/xueji/xueji/models/store"
)

// tidyBatch is how many records one transaction looks at.
const tidyBatch = 500

// Tidy brings every record of before in line with the rules by which names and numbers
// are tidied today, and says what became of them. With all it begins again with the
// first record. It goes on where it was cut off.
func Tidy(ctx context.Context, register *store.Store, all bool) (job *store.Tidying, err error) {
	if all {
		if err := register.InScope(ctx, store.Scope{}, (*store.Tx).ForgetTidying); err != nil {
			return nil, err
		}
	}
	for job == nil || job.DoneAt == nil {
		err := register.InScope(ctx, store.Scope{}, func(tx *store.Tx) (err error) {
			job, err = tx.Tidy(tidyBatch)
			return err
		})
		if err != nil {
			return job, err
		}
	}
	return job, nil
}

// Tidy is the same for an operator. It reads and writes numbers, so it needs the keys
// of the register: with others every document would count as unreadable, and the job as done.
func (o *Operator) Tidy(ctx context.Context, all bool) (*store.Tidying, error) {
	keys, err := openKeys(o.config)
	if err != nil {
		return nil, err
	}
	as := workerLogin(o.config)
	register, err := store.Open(ctx, store.Options{DSN: as.dsn.Reveal(), MaxConns: operatorConnections, Clock: o.clock, Keys: keys})
	if err != nil {
		return nil, err
	}
	defer register.Close()
	if err := checkKeys(ctx, register); err != nil {
		return nil, err
	}
	return Tidy(ctx, register, all)
}

// tidy is what the worker does of it in a round. The rest waits for the next one.
func (w *Worker) tidy(ctx context.Context) error {
	_, err := Tidy(ctx, w.parts.register, false)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil
	}
	return err
}
