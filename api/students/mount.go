// Package students is the record of a pupil (学籍): search, page, edits, history, problem records,
// punishments and suspensions.
package students

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store     *store.Store
	Processes *process.Catalogue
	Sheets    sheet.Sheets
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.studentRoutes()
	s.studentEditRoutes()
	s.cardRoutes()
	s.sheetItemRoutes()
	s.problemRoutes()
	s.punishmentRoutes()
	s.suspensionRoutes()
}
