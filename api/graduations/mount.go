// Package graduations is the end of a stage (毕业): who of a grade could graduate, the filing
// of a school's list, its lines, and the graduates of a school.
package graduations

import (
	"context"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
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

// school returns an office in the reach of the caller.
func (s *server) school(ctx context.Context, id uuid.UUID) (org.OfficeRef, error) {
	o, err := rest.InScope(ctx, s.Store, func(tx *change.Tx) (office.Organisation, error) { return office.Read(tx.Tx, id) })
	if err != nil {
		return org.OfficeRef{}, err
	}
	return org.OfficeRef{ID: o.ID, Path: o.Path, Province: o.ProvinceCode}, rest.Allow(ctx, o.Path)
}

// allowAt refuses what the caller does for a school other than that of the rule.
func allowAt(ctx context.Context, tx *change.Tx, school uuid.UUID) error {
	o, err := office.Read(tx.Tx, school)
	if err != nil {
		return err
	}
	return rest.Allow(ctx, o.Path)
}

// allowCertificate is allowAt for the school of a certificate.
func allowCertificate(ctx context.Context, tx *change.Tx, id uuid.UUID) error {
	c, err := graduation.ReadCertificate(tx.Tx, id)
	if err != nil {
		return err
	}
	return allowAt(ctx, tx, c.SchoolID)
}
