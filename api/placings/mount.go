// Package placings is giving pupils classes of their school: the sheet of a year group and
// the proposal that spreads pupils evenly (分班、调班). A list with a few pupils is filed as
// any other change.
package placings

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/change"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store *change.Engine
	// Desk starts what a sheet files.
	Desk *casework.Desk
	// SheetLimit bounds one sheet, in bytes; zero means the default.
	SheetLimit int64
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.sheetRoutes()
	s.proposalRoutes()
}
