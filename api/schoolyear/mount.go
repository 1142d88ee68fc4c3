// Package schoolyear is the turn of the school year of a province (毕业升级) and who came back
// to school at the beginning of a term (报到注册), and who is there without a record (学籍未到).
package schoolyear

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/store"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store *store.Store
	// Desk wakes the jobs of turns.
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
	s.turnRoutes()
	s.checkInRoutes()
	s.receivedRoutes()
	s.classCountRoutes()
	s.arrivalSheetRoutes()
}
