package upkeep

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"

	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

var errDown = errors.New("no Temporal")

// engine is a Temporal that remembers what it was told. Workflows run in it until a test
// wipes them.
type engine struct {
	mu        sync.Mutex
	down      bool
	onStart   func(id string) error
	onRefresh func(id string) error
	compared  []string          // changes that were asked for
	running   map[string]string // step and round, by workflow ID
	started   []string
	refreshed []string
}

func newEngine() *engine { return &engine{running: map[string]string{}} }

// upkeepOf is the upkeep of a county.
func upkeepOf(t testing.TB, c *storetest.County, e *engine) *Upkeep {
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
	if e.onStart != nil {
		if err := e.onStart(id); err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.answer(); err != nil {
		return err
	}
	e.started = append(e.started, id)
	e.running[id] = ""
	return nil
}

func (e *engine) refresh(id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.answer(); err != nil {
		return err
	}
	if _, ok := e.running[id]; !ok {
		return client.ErrNotRunning
	}
	if e.onRefresh != nil {
		if err := e.onRefresh(id); err != nil {
			return err
		}
	}
	e.refreshed = append(e.refreshed, id)
	return nil
}

func (e *engine) list(prefix string, fn func(client.Listed)) error {
	e.mu.Lock()
	defer e.mu.Unlock()
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
func (e *engine) CountRunning(context.Context) (int64, error) {
	n := int64(0)
	err := e.list(contract.WorkflowID(""), func(client.Listed) { n++ })
	return n, err
}

func (e *engine) Compare(_ context.Context, list []client.Standing) (found []client.Different, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, one := range list {
		e.compared = append(e.compared, one.ChangeID)
		id := contract.WorkflowID(one.ChangeID)
		switch at, runs := e.running[id]; {
		case !runs:
			found = append(found, client.Different{ChangeID: one.ChangeID})
		case at != one.StepRound:
			found = append(found, client.Different{ChangeID: one.ChangeID, Listed: &client.Listed{WorkflowID: id, StepRound: at}})
		}
	}
	return found, e.answer()
}

func (e *engine) CountBetween(_ context.Context, from, to string) (n int64, err error) {
	err = e.list(contract.WorkflowID(""), func(one client.Listed) {
		if one.ChangeID() > from && one.ChangeID() <= to {
			n++
		}
	})
	return n, err
}

func (e *engine) ListBetween(_ context.Context, from, to string, _ client.Page, fn func(client.Listed)) (client.Page, error) {
	return nil, e.list(contract.WorkflowID(""), func(one client.Listed) {
		if one.ChangeID() > from && one.ChangeID() <= to {
			fn(one)
		}
	})
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
