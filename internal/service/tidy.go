package service

import (
	"context"
	"errors"

	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// tidyBatch is how many records one transaction compares.
const tidyBatch = 500

// Tidy brings every old record in line with today's rules for names and numbers, and
// returns the counts. With all it begins again with the first record. A run that was cut
// off is continued.
func Tidy(ctx context.Context, register *store.Store, all bool) (job *student.Tidying, err error) {
	if all {
		if err := register.InScope(ctx, store.Scope{}, student.RestartTidying); err != nil {
			return nil, err
		}
	}
	for job == nil || job.DoneAt == nil {
		err := register.InScope(ctx, store.Scope{}, func(tx *store.Tx) (err error) {
			job, err = student.Tidy(tx, tidyBatch)
			return err
		})
		if err != nil {
			return job, err
		}
	}
	return job, nil
}

// Tidy is the same for an operator. It reads and writes numbers, so it needs the keys of
// the register. With other keys every document would count as unreadable, and the work as
// done.
func (o *Operator) Tidy(ctx context.Context, all bool) (*student.Tidying, error) {
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

// tidy does the worker's share in one round. The rest waits for the next round.
func (w *Worker) tidy(ctx context.Context) error {
	_, err := Tidy(ctx, w.parts.register.Store, false)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil
	}
	return err
}
