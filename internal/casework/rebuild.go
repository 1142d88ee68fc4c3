package casework

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/client"
)

// Rebuild sets a running change in scope going again, as the operator's command does: its
// workflow is told to read its position, or started where there is none. It is safe at any
// time: no decision is made twice, and none is lost. The audit trail names who
// asked for it.
func (d *Desk) Rebuild(ctx context.Context, scope store.Scope, id uuid.UUID) error {
	var c *change.Change
	err := d.register.InScope(ctx, scope, func(tx *change.Tx) (err error) {
		if c, err = tx.Read(id); err != nil {
			return err
		}
		if err := tx.RefusalIfEnded(id); err != nil {
			return err
		}
		return tx.Audit("case.rebuild", "change", id.String(), nil)
	})
	if err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = d.engine.Refresh(waiting, id.String())
	if errors.Is(err, client.ErrNotRunning) {
		if err = d.engine.Ensure(waiting); err == nil {
			err = d.engine.Start(waiting, startingOf(c))
		}
	}
	if err != nil { // it goes on by itself when the engine is back
		return refusal.New(refusal.Unavailable).WithText("part", "流程引擎", "workflow engine").Because(err)
	}
	return nil
}
