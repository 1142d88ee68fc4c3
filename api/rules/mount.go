// Package rules is what changes run by: the processes, the policies of provinces and the calendar
// of working days.
package rules

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store     *store.Store
	Processes *process.Catalogue
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.processRoutes()
	s.policyRoutes()
	s.calendarRoutes()
	s.schoolYearRoutes()
}
