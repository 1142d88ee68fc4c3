package upkeep

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// jobs compares the jobs with their workflows: one that is missing is started, also after
// Temporal was wiped, and one that has not heard what people said is woken. A workflow of a
// job that does not run any more is woken too, and ends.
func (u *Upkeep) jobs(ctx context.Context, round *Round) error {
	running := make(map[string]bool)
	if err := u.Engine.RunningJobs(ctx, func(one client.Listed) { running[one.WorkflowID] = true }); err != nil {
		return err
	}
	u.asked.begin()
	after := uuid.Nil
	for {
		var rows []job.WaitingJob
		err := u.inRegister(ctx, func(tx *change.Tx) (err error) {
			rows, err = job.WaitingJobs(tx.Tx, after, tx.Now().Add(-startGrace), page)
			return err
		})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := u.job(ctx, row, running, round); err != nil {
				return err
			}
			after = row.ID
		}
		if len(rows) < page {
			break
		}
	}
	for id := range running {
		if err := u.wakeJob(ctx, strings.TrimPrefix(id, contract.JobWorkflowID("")), round); err != nil {
			return err
		}
	}
	return nil
}

// job starts or wakes the workflow of one job.
func (u *Upkeep) job(ctx context.Context, row job.WaitingJob, running map[string]bool, round *Round) error {
	id := contract.JobWorkflowID(row.ID.String())
	runs := running[id]
	delete(running, id)
	now := u.Register.Clock().Machine()
	waited := u.asked.ended(row.ID, now, startGrace)
	if row.Young && !waited {
		return nil // whoever filed it starts it
	}
	if !runs {
		start := client.StartingJob{JobID: row.ID.String(), Kind: string(row.Kind), CaseNo: row.CaseNo, Province: row.ProvinceCode}
		if err := u.Engine.StartJob(ctx, start); err != nil {
			return err // Temporal is down: the next round tries again
		}
		round.Started++
	}
	if row.Word != nil && u.asked.ended(*row.Word, now, startGrace) {
		row.Asked = true
	}
	if !row.Asked {
		return nil
	}
	return u.wakeJob(ctx, row.ID.String(), round) // also when the list of workflows was out of date
}

func (u *Upkeep) wakeJob(ctx context.Context, id string, round *Round) error {
	err := u.Engine.RefreshJob(ctx, id)
	if errors.Is(err, client.ErrNotRunning) {
		return nil
	}
	if err == nil {
		round.Refreshed++
	}
	return err
}
