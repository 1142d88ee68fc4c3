// Package operations is what those look at who keep the service running: the audit trail and the cases
// that do not get on, which they set going again.
package operations

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store     *store.Store
	Processes *process.Catalogue
	// Watch tells what does not get on.
	Watch Watch
	// Desk sets a change going again.
	Desk *casework.Desk
	// EnginePage gives the address of a workflow's page in Temporal's web interface, of
	// one run where it is named; empty when there is none. May be nil.
	EnginePage func(workflow, run string) string
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.auditRoutes()
	s.attentionRoutes()
	s.rebuildRoutes()
}
