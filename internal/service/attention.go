package service

import (
	"context"
	"time"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/store"
)

// operatorPatience is how long Temporal may be asked at a terminal, where
// nobody's page waits and all provinces are compared.
const operatorPatience = 20 * time.Second

// Attention tells what does not get on, in all provinces.
func (o *Operator) Attention(ctx context.Context, only casework.Finding, limit int) (*casework.Attention, error) {
	return casework.NewWatch(o.register, o.engine).Look(ctx, casework.Question{
		Scope: store.Scope{Paths: []string{"n"}}, Only: only, Limit: limit, Patience: operatorPatience,
	})
}
