// Package uploads is the papers that go with changes (佐证材料).
package uploads

import (
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/change"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store  *change.Engine
	Files  *files.Cabinet
	Papers *files.Judge
	// EvidenceLimit bounds one paper, in bytes; zero means the default.
	EvidenceLimit int64
}

// server answers the operations of the area.
type server struct {
	Deps

	rest *rest.Server
}

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps, rest: r}
	s.evidenceRoutes()
}
