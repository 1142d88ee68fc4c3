package crowd

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/secret"
)

// Size says how many of what a register holds.
type Size struct {
	Schools, Pupils int
	// Closed and Open are pupils with changes that ended, and with one that runs. They are
	// among the pupils.
	Closed, Open int
}

// Of gives the size of a register with so many pupils in the proportions of a province: a
// fifth has had a change, a fiftieth is in one, and a school has 333 pupils.
func Of(pupils int) Size {
	return Size{Schools: max(2, pupils/333), Pupils: pupils, Closed: pupils / 5, Open: pupils / 50}
}

// Fill copies the patterns of a bureau until the register has the size. It runs as the
// owner of the tables, in one transaction, and lets the planner know what was written.
// The bureau is named by its path, such as n.p52.c5201.d520102.
func Fill(ctx context.Context, owner *pgx.Conn, keys *secret.Keyring, bureau string, size Size) error {
	err := pgx.BeginFunc(ctx, owner, func(tx pgx.Tx) error { return fill(ctx, tx, keys, bureau, size) })
	if err != nil {
		return fmt.Errorf("fill the register: %w", err)
	}
	// As autovacuum would in time: the planner knows the tables, and index-only scans find
	// pages that everybody may see.
	_, err = owner.Exec(ctx, `VACUUM ANALYZE`)
	return err
}

func fill(ctx context.Context, tx pgx.Tx, keys *secret.Keyring, bureau string, size Size) error {
	// Compiling statements of many columns takes longer than running them.
	if _, err := tx.Exec(ctx, `SET LOCAL jit = off; SET LOCAL work_mem = '256MB'`); err != nil {
		return err
	}
	units, err := settle(ctx, tx, bureau, size.Schools)
	if err != nil {
		return err
	}
	patterns, err := readPatterns(ctx, tx)
	if err != nil {
		return err
	}
	if err := deal(ctx, tx, keys, patterns, units, size); err != nil {
		return err
	}
	return multiply(ctx, tx)
}
