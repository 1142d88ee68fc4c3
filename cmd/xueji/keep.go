package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"
)

// A server that dies is started again; one that dies more often than this within
// the time has a reason that starting it does not cure.
const (
	restartsMost   = 5
	restartsWithin = time.Minute
	restartPause   = time.Second
)

// child is a server that was started here.
type child interface {
	Exited() <-chan struct{}
	Ending() string
	Restart(context.Context) error
	Stop() error
}

// keep starts a server again, on the same ports, whenever it dies by itself: the
// API and the worker outlive that as they outlive a server's restart elsewhere.
// When one cannot be kept alive, it ends the context with the reason. The
// function it gives waits until nothing is being started any more.
func (s *stack) keep(ctx context.Context, cancel context.CancelCauseFunc) (wait func()) {
	var group sync.WaitGroup
	watch := func(name, log string, server child) {
		group.Go(func() {
			if err := s.keepAlive(ctx, name, log, server); err != nil {
				cancel(err)
			}
		})
	}
	if s.postgres != nil {
		watch("PostgreSQL", filepath.Join(s.postgres.Dir(), "server.log"), s.postgres)
	}
	if s.temporal != nil {
		watch("Temporal", s.temporal.LogFile(), s.temporal)
	}
	return group.Wait
}

// keepAlive returns when the context ends, or with the reason for giving up.
func (s *stack) keepAlive(ctx context.Context, name, log string, server child) error {
	var starts []time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-server.Exited():
		}
		ending := server.Ending()
		if ending == "" {
			ending = "exit status 0"
		}
		for len(starts) > 0 && time.Since(starts[0]) > restartsWithin { //nolint:forbidigo // how long processes live, not a time of the register
			starts = starts[1:]
		}
		s.say(fmt.Sprintf("%s ended by itself (%s)", name, ending))
		for again := false; !again; {
			if len(starts) == restartsMost {
				return fmt.Errorf("%s ended by itself (%s) and was started again %d times in vain; the end of %s says why", name, ending, restartsMost, log)
			}
			starts = append(starts, time.Now()) //nolint:forbidigo // same
			err := server.Restart(ctx)
			if ctx.Err() != nil {
				return nil //nolint:nilerr // the end was asked for
			}
			if again = err == nil; again {
				s.say(name + " runs again; what was under way goes on by itself")
				continue
			}
			s.say(fmt.Sprintf("%s could not be started again: %v", name, err))
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(restartPause):
			}
		}
	}
}

// lines lets several write to one screen without mixing their lines.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

// Write passes on what comes in one piece.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}
