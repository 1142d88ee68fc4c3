package upkeep

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

var errDown = errors.New("no Temporal")

// engine is a Temporal that remembers what it was told. Workflows run in it until a test
// wipes them.
type engine struct {
	down      bool
	running   map[string]string // step and round, by workflow ID
	started   []string
	refreshed []string
}

func newEngine() *engine { return &engine{running: map[string]string{}} }

// upkeepOf is the upkeep of a county.
func upkeepOf(t *testing.T, c *storetest.County, e *engine) *Upkeep {
	t.Helper()
	return &Upkeep{Register: c.Worker, Engine: e, Log: slog.New(slog.DiscardHandler)}
}

// heard gives the workflows that were refreshed since it was asked last.
func (e *engine) heard() []string {
	list := e.refreshed
	e.refreshed = nil
	return list
}

func (e *engine) answer() error {
	if e.down {
		return errDown
	}
	return nil
}

func (e *engine) start(id string) error {
	if err := e.answer(); err != nil {
		return err
	}
	e.started = append(e.started, id)
	e.running[id] = ""
	return nil
}

func (e *engine) refresh(id string) error {
	if err := e.answer(); err != nil {
		return err
	}
	if _, ok := e.running[id]; !ok {
		return client.ErrNotRunning
	}
	e.refreshed = append(e.refreshed, id)
	return nil
}

func (e *engine) list(prefix string, fn func(client.Listed)) error {
	for id, at := range e.running {
		if len(id) >= len(prefix) && id[:len(prefix)] == prefix {
			fn(client.Listed{WorkflowID: id, StepRound: at})
		}
	}
	return e.answer()
}

func (e *engine) Setup(context.Context) (client.Setup, error) { return client.Setup{}, e.answer() }
func (e *engine) Ensure(context.Context) error                { return e.answer() }
func (e *engine) Latest(context.Context, string) (client.Run, error) {
	return client.Run{}, e.answer()
}
func (e *engine) Restart(_ context.Context, s client.Starting) error {
	return e.start(contract.WorkflowID(s.ChangeID))
}
func (e *engine) Start(_ context.Context, s client.Starting) error {
	return e.start(contract.WorkflowID(s.ChangeID))
}
func (e *engine) Refresh(_ context.Context, id string) error {
	return e.refresh(contract.WorkflowID(id))
}
func (e *engine) Running(_ context.Context, fn func(client.Listed)) error {
	return e.list(contract.WorkflowID(""), fn)
}
func (e *engine) StartJob(_ context.Context, s client.StartingJob) error {
	return e.start(contract.JobWorkflowID(s.JobID))
}
func (e *engine) RefreshJob(_ context.Context, id string) error {
	return e.refresh(contract.JobWorkflowID(id))
}
func (e *engine) RunningJobs(_ context.Context, fn func(client.Listed)) error {
	return e.list(contract.JobWorkflowID(""), fn)
}
