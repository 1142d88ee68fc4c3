package activities_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"go.temporal.io/sdk/log"

	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/contract"
)

// faulty lets activities crash, and gives the register the time of the run.
type faulty struct {
	*play

	real contract.Activities
}

var errCrash = errors.New("the worker crashed")

func crash[Out any](f *faulty, do func() (Out, error)) (Out, error) {
	f.crowd.hand.Set(f.env.Now())
	var none Out
	if f.before > 0 {
		f.before--
		return none, errCrash
	}
	out, err := do()
	if err == nil && f.after > 0 {
		f.after--
		return none, errCrash
	}
	return out, err
}

func (f *faulty) Resume(ctx context.Context, r contract.ResumeRequest) (contract.Position, error) {
	return crash(f, func() (contract.Position, error) { return f.real.Resume(ctx, r) })
}

func (f *faulty) CommitSlip(ctx context.Context, r contract.CommitRequest) (contract.Committed, error) {
	return crash(f, func() (contract.Committed, error) {
		done, err := f.real.CommitSlip(ctx, r)
		if err != nil {
			f.wrong = append(f.wrong, f.why(r))
		}
		return done, err
	})
}

// why asks the register itself what it could not do: what crosses into the engine
// is a code.
func (f *faulty) why(r contract.CommitRequest) string {
	err := f.crowd.worker.InScope(context.Background(), store.Scope{}, func(tx *store.Tx) error {
		_, err := tx.CommitSlip(uuid.MustParse(r.ChangeID), uuid.MustParse(r.SlipID))
		return err
	})
	return fmt.Sprint(err)
}

func (f *faulty) Perform(ctx context.Context, r contract.ResumeRequest) (contract.Position, error) {
	return crash(f, func() (contract.Position, error) { return f.real.Perform(ctx, r) })
}

func (f *faulty) PassTime(ctx context.Context, r contract.ResumeRequest) (contract.Position, error) {
	return crash(f, func() (contract.Position, error) { return f.real.PassTime(ctx, r) })
}

// quiet is a logger that drops lines.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

var _ log.Logger = quiet{}
