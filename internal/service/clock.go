package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
)

// clockWatch logs when the clock of this process goes wrong and when it is right again.
// Deadlines are computed with it, and no other process sees it.
type clockWatch struct {
	log *slog.Logger
	off bool
}

func (w *clockWatch) tell(off time.Duration) {
	switch wrong := off.Abs() > worklist.ClockSlack; {
	case wrong && !w.off:
		direction := "ahead of"
		if off < 0 {
			direction = "behind"
		}
		w.log.Warn("the clock of this computer is "+direction+" the database's; set both by NTP: deadlines are counted by it",
			"seconds", int(off.Abs().Seconds()))
		w.off = true
	case !wrong && w.off:
		w.log.Info("the clock of this computer agrees with the database's again")
		w.off = false
	}
}

// watchClock compares the clock of an API process with the database's until ctx ends.
func watchClock(ctx context.Context, p *parts) {
	watch := clockWatch{log: p.log}
	for ctx.Err() == nil {
		err := p.register.Store.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
			off, err := worklist.ReadClockOff(tx)
			if err == nil {
				watch.tell(off)
			}
			return err
		})
		if err != nil && ctx.Err() == nil {
			p.log.Info("the clock could not be compared with the database's", "error", err.Error())
		}
		pause(ctx, 10*worklist.BeatEvery)
	}
}
