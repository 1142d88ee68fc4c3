package activities_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/log"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/contract"
)

// faulty lets the activities of one run crash, and gives the register the time of
// the run. People act while an activity is at work: that is how the engine does it, too.
type faulty struct {
	crowd *crowd
	now   func() time.Time
	real  contract.Activities

	atWork sync.Mutex // held by the activity that is at work
	over   bool       // under atWork: the run has ended, what comes now comes too late

	mu     sync.Mutex
	before int      // activities that fail before their transaction
	after  int      // and after it
	wrong  []string // what the register could not do
}

var errCrash = errors.New("the worker crashed")

func crash[Out any](f *faulty, do func() (Out, error)) (Out, error) {
	f.atWork.Lock()
	defer f.atWork.Unlock()
	var none Out
	if f.over || f.strikes(&f.before) {
		return none, errCrash
	}
	f.crowd.hand.Set(f.now())
	out, err := do()
	if err == nil && f.strikes(&f.after) {
		return none, errCrash
	}
	return out, err
}

func (f *faulty) strikes(left *int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if *left == 0 {
		return false
	}
	*left--
	return true
}

// fail lets so many more activities fail before, or after, their transaction.
func (f *faulty) fail(before, after int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.after = f.before+before, f.after+after
}

// heal ends the faults.
func (f *faulty) heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.after = 0, 0
}

// failures are what the register could not do until now.
func (f *faulty) failures() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.wrong)
}

// stop waits for the activity that the end of the run left at work.
func (f *faulty) stop() {
	f.atWork.Lock()
	defer f.atWork.Unlock()
	f.over = true
}

func (f *faulty) Resume(ctx context.Context, r contract.ResumeRequest) (contract.Position, error) {
	return crash(f, func() (contract.Position, error) { return f.real.Resume(ctx, r) })
}

func (f *faulty) CommitSlip(ctx context.Context, r contract.CommitRequest) (contract.Committed, error) {
	return crash(f, func() (contract.Committed, error) {
		done, err := f.real.CommitSlip(ctx, r)
		if err != nil {
			why := f.why(r)
			f.mu.Lock()
			f.wrong = append(f.wrong, why)
			f.mu.Unlock()
		}
		return done, err
	})
}

// why asks the register itself what it could not do: what crosses into the engine
// is a code.
func (f *faulty) why(r contract.CommitRequest) string {
	err := f.crowd.worker.InScope(context.Background(), store.Scope{}, func(tx *change.Tx) error {
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
