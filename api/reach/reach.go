// Package reach reads offices at which the caller may do what the running operation does.
// Every area asks it alike; it is no area and has no operations.
package reach

import (
	"context"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// Office returns an office at which the caller may do what is asked. It refuses any other,
// because everybody may read the directory, and the database lets the row through (P3).
func Office(ctx context.Context, tx *store.Tx, id uuid.UUID) (office.Organisation, error) {
	at, err := office.Read(tx, id)
	if err != nil {
		return at, err
	}
	return at, rest.Allow(ctx, at.Path)
}

// Ref returns a reference to an office at which the caller may do what is asked. It reads the
// office in a transaction of its own, for operations that ask for more than one.
func Ref(ctx context.Context, register *store.Store, id uuid.UUID) (org.OfficeRef, error) {
	at, err := rest.InScope(ctx, register, func(tx *store.Tx) (office.Organisation, error) { return Office(ctx, tx, id) })
	return org.OfficeRef{ID: at.ID, Path: at.Path, Province: at.ProvinceCode}, err
}
