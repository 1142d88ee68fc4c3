package service

import (
	"context"
	"time"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/store"
)

// operatorPatience is how long Temporal may take for an operator at a terminal, where no
// page waits and all provinces are compared.
const operatorPatience = 20 * time.Second

// Attention returns the changes of all provinces that make no progress.
func (o *Operator) Attention(ctx context.Context, only casework.Finding, limit int) (*casework.Attention, error) {
	return casework.NewWatch(o.register.Store, o.engine).Look(ctx, casework.Question{
		Scope: store.Scope{Paths: []string{"n"}}, Only: only, Limit: limit, Patience: operatorPatience,
	})
}
