package workflows_test

import (
	"slices"

	"github.com/xueji/xueji/workflows/contract"
)

// What follows lets tests look, and do what happens outside a workflow.

func (r *register) at(change string) contract.Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.position(r.changes[change])
}

func (r *register) said(change string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.changes[change].timeline)
}

func (r *register) result(change, id string) contract.SlipResult {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.changes[change].slips {
		if s.id == id {
			return contract.SlipResult{SlipID: id, Outcome: s.outcome, Code: s.code}
		}
	}
	return contract.SlipResult{}
}

func (r *register) called(name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls[name]
}

func (r *register) failNext(name string, errs ...error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures[name] = append(r.failures[name], errs...)
}

func (r *register) mistakes() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.wrong)
}

// tasksOf lists the open tasks.
func (r *register) tasksOf(change string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for name := range r.changes[change].tasks {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// behind settles a slip without the workflow that now runs: an activity of an
// earlier run that commits late.
func (r *register) behind(change, id string) error {
	_, err := r.commit(contract.CommitRequest{ChangeID: change, SlipID: id})
	return err
}
