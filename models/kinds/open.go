package kinds

import (
	"context"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/store"
)

// Open connects to the register, as store.Open does, and gives it with the engine of all
// kinds of change. The options must name the catalogue of processes.
func Open(ctx context.Context, o store.Options) (*change.Engine, error) {
	s, err := store.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	engine, err := change.NewEngine(s, All(), Followers())
	if err != nil {
		s.Close()
		return nil, err
	}
	return engine, nil
}
