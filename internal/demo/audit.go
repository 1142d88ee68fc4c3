package demo

import (
	"context"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

// AuditOf gives what seals and verifies the audit trail of a register, reached
// as the worker role. The trail holds no secret, so the keys are not needed.
func AuditOf(worker string, clock *calendar.Clock) func(context.Context) (store.AuditReport, error) {
	return func(ctx context.Context) (report store.AuditReport, err error) {
		keys, err := secret.NewEphemeral()
		if err != nil {
			return report, err
		}
		register, err := store.Open(ctx, store.Options{DSN: worker, MaxConns: 1, Clock: clock, Keys: keys})
		if err != nil {
			return report, err
		}
		defer register.Close()
		err = register.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
			if _, err := tx.SealAudit(); err != nil {
				return err
			}
			report, err = tx.VerifyAudit(nil)
			return err
		})
		return report, err
	}
}
