package change

import (
	"context"
	"errors"

	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// Engine runs changes in a register. It knows chains, tasks, slips and slots, and asks the
// Work of each kind what the kind does.
type Engine struct {
	*store.Store
	works Works
	// followers are the tables whose rows follow a record to another school.
	followers []student.Follower
}

// NewEngine gives the engine of a store. It refuses a list that leaves a kind of the
// catalogue without a Work, or that has a Work for a kind the catalogue does not know.
func NewEngine(s *store.Store, works Works, followers []student.Follower) (*Engine, error) {
	catalogue := s.Processes()
	if catalogue == nil {
		return nil, errors.New("an engine of changes needs the catalogue of processes")
	}
	if err := works.Check(catalogue.Kinds()); err != nil {
		return nil, err
	}
	return &Engine{Store: s, works: works, followers: followers}, nil
}

// Tx is a transaction of the register in which changes can be filed and moved.
type Tx struct {
	*store.Tx
	engine *Engine
}

// InScope runs fn in one transaction that sees what scope allows; see store.InScope.
func (e *Engine) InScope(ctx context.Context, scope store.Scope, fn func(*Tx) error) error {
	return e.Store.InScope(ctx, scope, func(t *store.Tx) error { return fn(&Tx{Tx: t, engine: e}) })
}
