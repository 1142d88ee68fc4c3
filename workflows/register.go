package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

// Registry is what workflows are registered with: a worker, a replayer or a
// test environment.
type Registry interface {
	RegisterWorkflowWithOptions(w any, options workflow.RegisterOptions)
}

// Register registers Change once for each kind, under the kind's workflow
// name. A shipped name stays registered while a change of it may be open: a
// kind is never taken out of the list merely because nobody may file it any more.
func Register(r Registry, kinds []process.Kind) {
	for _, kind := range kinds {
		r.RegisterWorkflowWithOptions(Change, workflow.RegisterOptions{Name: kind.WorkflowName()})
	}
}

// RegisterJobs registers the workflow of jobs, for the workers of the queue of jobs.
func RegisterJobs(r Registry) {
	r.RegisterWorkflowWithOptions(Job, workflow.RegisterOptions{Name: contract.WorkflowJob})
}
