// Package enrolments is how graduates come into the next stage (招生入学): the sheet of a
// school, the list of a bureau, the claims with their states, graduates without a
// school, and their deferrals.
package enrolments

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/change"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store *change.Engine
	Desk  *casework.Desk
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.filingRoutes()
	s.claimRoutes()
	s.graduateRoutes()
}
