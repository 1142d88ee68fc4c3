// Package graduations is the end of a stage (毕业): who of a grade could graduate, the filing
// of a school's list, its lines, and the graduates of a school.
package graduations

import (
	"context"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/process"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store     *change.Engine
	Desk      *casework.Desk
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
	s.listRoutes()
	s.graduateRoutes()
	s.clearingRoutes()
	s.stockRoutes()
	s.certificateRoutes()
}

// allowCertificate refuses what the caller does with a certificate of a school out of reach.
func allowCertificate(ctx context.Context, tx *change.Tx, id uuid.UUID) error {
	c, err := graduation.ReadCertificate(tx.Tx, id)
	if err != nil {
		return err
	}
	_, err = reach.Office(ctx, tx.Tx, c.SchoolID)
	return err
}
