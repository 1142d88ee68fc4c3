// Package offices is the tree of offices and the classes of schools (单位、班级).
package offices

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/store"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store     *store.Store
	Divisions *division.Table
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.orgRoutes()
	s.classRoutes()
	s.planRoutes()
}
