// Package changes is changes of status (学籍异动): filing, the page, what people say to a running
// change, tasks, the inbox, and what belongs to moves between schools.
package changes

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store     *change.Engine
	Desk      *casework.Desk
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
	s.changeRoutes()
	s.draftRoutes()
	s.changeRevealRoutes()
	s.slipRoutes()
	s.taskRoutes()
	s.batchRoutes()
	s.inboxRoutes()
	s.moveRoutes()
	s.dismissalRoutes()
	s.sheetRoutes()
	s.describeWords()
}
