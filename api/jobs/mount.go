// Package jobs shows long work on many rows (批量任务), stops it and lets it go on.
package jobs

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/store"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store *store.Store
	// Desk hands words to jobs in.
	Desk *casework.Desk
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.jobRoutes()
}
