package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/storetest"
)

// One process leads at a time. When it stops, another one takes over.
func TestOnlyOneProcessLeads(t *testing.T) {
	c := storetest.New(t)
	leads := make(chan string)
	lead := func(ctx context.Context, name string) {
		c.Worker.Lead(ctx, time.Millisecond, func(ctx context.Context) {
			select {
			case leads <- name:
			case <-ctx.Done():
			}
		})
	}
	first, stop := context.WithCancel(t.Context())
	go lead(first, "first")
	require.Equal(t, "first", <-leads)
	second, end := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { lead(second, "second"); close(done) }()
	for range 20 {
		require.Equal(t, "first", <-leads, "while it leads, nobody else does")
	}
	stop()
	require.Eventually(t, func() bool { return <-leads == "second" }, 10*time.Second, time.Millisecond)
	end()
	<-done
}
