// Package rosters is sheets of pupils: rosters that register (学籍注册) and sheets that update records.
package rosters

import (
	"log/slog"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/store"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store *store.Store
	// Desk wakes the jobs that check long sheets.
	Desk  *casework.Desk
	Files *files.Cabinet
	// RosterLimit bounds one sheet, in bytes; zero means the default.
	RosterLimit int64
	Sheets      sheet.Sheets
	Log         *slog.Logger
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.studentUpdateRoutes()
	s.presentRoutes()
	s.rosterRoutes()
}
