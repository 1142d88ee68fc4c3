package main

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// screen is a screen that is read while it is written.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// mayfly is a server that dies as soon as it runs.
type mayfly struct {
	dead   chan struct{}
	starts int
}

func (m *mayfly) Exited() <-chan struct{}       { return m.dead }
func (m *mayfly) Ending() string                { return "exit status 3" }
func (m *mayfly) Restart(context.Context) error { m.starts++; return nil }
func (m *mayfly) Stop() error                   { return errors.New("is dead") }

func TestAServerThatDiesAgainAndAgainIsGivenUp(t *testing.T) {
	m := &mayfly{dead: make(chan struct{})}
	close(m.dead)
	s := &stack{out: &screen{}}
	err := s.keepAlive(t.Context(), "Temporal", "temporal.log", m)
	require.ErrorContains(t, err, "Temporal ended by itself (exit status 3)")
	require.ErrorContains(t, err, "temporal.log says why")
	require.Equal(t, restartsMost, m.starts)
}
