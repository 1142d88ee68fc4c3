package rest

import (
	"context"

	"github.com/xueji/xueji/models/store"
)

// register is a register whose transactions are a Tx: the kernel, or the engine of changes.
type register[Tx any] interface {
	InScope(ctx context.Context, scope store.Scope, do func(Tx) error) error
}

// InScope gives what a transaction gives that sees what the caller may see.
func InScope[T, Tx any](ctx context.Context, in register[Tx], do func(Tx) (T, error)) (value T, err error) {
	err = in.InScope(ctx, ScopeOf(ctx), func(tx Tx) (err error) {
		value, err = do(tx)
		return err
	})
	return value, err
}

// Answer is InScope for what an operation answers.
func Answer[T, Tx any](ctx context.Context, in register[Tx], do func(Tx) (T, error)) (*Body[T], error) {
	value, err := InScope(ctx, in, do)
	if err != nil {
		return nil, err
	}
	return BodyOf(value), nil
}
