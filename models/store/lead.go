package store

import (
	"context"
	"time"
)

// leadLock is the advisory lock of the one worker that does the upkeep.
const leadLock = 0x7875656a69 // "xueji"

// Lead calls fn every interval while this process is the leader; otherwise it tries to
// become the leader. Only one process leads at a time. When its connection breaks,
// another process takes over. Lead returns when ctx ends.
func (s *Store) Lead(ctx context.Context, interval time.Duration, fn func(context.Context)) {
	for ctx.Err() == nil {
		s.leadOnce(ctx, interval, fn)
		select {
		case <-ctx.Done():
		case <-time.After(interval):
		}
	}
}

func (s *Store) leadOnce(ctx context.Context, interval time.Duration, fn func(context.Context)) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return
	}
	defer conn.Release()
	var leads bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, int64(leadLock)).Scan(&leads); err != nil || !leads {
		return
	}
	defer func() {
		// The lock belongs to the connection; it must not go back into the pool with it.
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(leadLock))
	}()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		fn(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if conn.Ping(ctx) != nil {
			return
		}
	}
}
