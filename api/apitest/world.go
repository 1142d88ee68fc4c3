// Package apitest is the API on a county of package storetest, for the tests of its areas.
//
// A test calls operations as people with sessions and looks at what became of it. What
// people have at the beginning came into the county by the doors of the register; the
// slips they hand in are counted at once, as a worker would count them.
package apitest

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/storetest"
)

// Deps are what an API is built with.
type Deps = api.Deps

// World is a county with the API on it.
type World struct {
	*storetest.County

	// Deps are what the API was built with. A test that changes them builds it anew.
	Deps Deps
	// Server is the API.
	Server *rest.Server
	// Log collects the lines that the API logs.
	Log *bytes.Buffer

	t testing.TB
}

// New gives a world to a test.
func New(t testing.TB) *World {
	t.Helper()
	return NewWith(t, func(*Deps) {})
}

// NewWith gives a world whose API is set up in another way.
func NewWith(t testing.TB, setUp func(*Deps)) *World {
	t.Helper()
	w := &World{County: storetest.New(t), Log: &bytes.Buffer{}, t: t}
	cabinet, err := files.Open(t.Context(), t.TempDir(), w.App.Keys())
	require.NoError(t, err)
	t.Cleanup(func() { _ = cabinet.Close() })
	log := slog.New(slog.NewJSONHandler(w.Log, nil))
	w.Deps = Deps{
		Store: w.App, Desk: casework.New(w.App, Worker{w.Worker}, log), Watch: casework.NewWatch(w.App.Store, Worker{w.Worker}),
		Processes: w.Processes, Files: cabinet, Log: log, Version: "test", PlainLoopback: true,
		Limits: rest.Limits{LoginPerAddress: 1e6, LoginBurst: 1e6, PerAccount: 1e6, AccountBurst: 1e6},
	}
	// Nobody beats again in a test, so this one heartbeat is good for an hour.
	w.write(`INSERT INTO worker_beat (name, beat_at, every) VALUES ('worker', now(), '1 hour')`)
	setUp(&w.Deps)
	w.Build()
	return w
}

// Build makes the API anew, as its dependencies are now.
func (w *World) Build() {
	w.t.Helper()
	handler, err := api.New(w.Deps)
	require.NoError(w.t, err)
	server, ok := handler.(*rest.Server)
	require.True(w.t, ok)
	w.Server = server
}

// Connect opens a connection to the database of the world as a role of PostgreSQL.
func (w *World) Connect(role string) *pgx.Conn {
	w.t.Helper()
	c, err := pgx.Connect(w.t.Context(), embeddedtest.Postgres(w.t).DSN(role, w.Text(`SELECT current_database()`)))
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// One is the value that a query of the owner gives. It is for looking.
func One[T any](w *World, query string, args ...any) (v T) {
	w.t.Helper()
	require.NoError(w.t, w.Owner().QueryRow(w.t.Context(), query, args...).Scan(&v), query)
	return v
}
