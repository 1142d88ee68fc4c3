// Package enrolments is how graduates come into the next stage (招生入学): the sheet of a
// school, the list of a bureau, the claims with their states, graduates without a
// school, and their deferrals.
package enrolments

import (
	"context"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
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

// office returns an office in the reach of the caller.
func (s *server) office(ctx context.Context, id uuid.UUID) (org.OfficeRef, error) {
	o, err := rest.InScope(ctx, s.Store, func(tx *change.Tx) (office.Organisation, error) { return office.Read(tx.Tx, id) })
	if err != nil {
		return org.OfficeRef{}, err
	}
	return org.OfficeRef{ID: o.ID, Path: o.Path, Province: o.ProvinceCode}, rest.Allow(ctx, o.Path)
}
