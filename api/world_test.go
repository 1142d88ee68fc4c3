package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// place is an office of the test world.
type place struct {
	id   uuid.UUID
	name string
	path string
	kind org.Kind
}

// The offices: two schools in one county, a second county in the same city, and
// a school and a county in another province.
var worldPaths = []struct {
	name, path, code, division string
	kind                       org.Kind
}{
	{"nation", "n", "000000", "000000", org.Nation},
	{"province", "n.p52", "520000", "520000", org.Province},
	{"city", "n.p52.c5201", "520100", "520100", org.City},
	{"county", "n.p52.c5201.d520102", "520102", "520102", org.County},
	{"county2", "n.p52.c5201.d520103", "520103", "520103", org.County},
	{"school", "n.p52.c5201.d520102.s2152000123", "2152000123", "520102", org.School},
	{"school2", "n.p52.c5201.d520102.s2152000456", "2152000456", "520102", org.School},
	{"school3", "n.p52.c5201.d520103.s2152000789", "2152000789", "520103", org.School},
	{"province2", "n.p11", "110000", "110000", org.Province},
	{"county3", "n.p11.d110101", "110101", "110101", org.County},
	{"school4", "n.p11.d110101.s2111000123", "2111000123", "110101", org.School},
}

// world is a database with offices, an API on it and a worker without Temporal.
type world struct {
	t        *testing.T
	closing  func(func()) // when the world ends, which may outlive the test that t is now
	db       embeddedtest.Database
	owner    *pgx.Conn
	app      *change.Engine
	worker   *change.Engine
	hand     *calendar.Hand
	clock    *calendar.Clock
	deps     Deps
	server   *rest.Server
	handler  http.Handler
	log      *bytes.Buffer
	places   map[string]place
	hash     string // of worldPassword
	process  *process.Catalogue
	options  store.Options // with which the register is opened
	accounts int
}

const (
	worldOwner    = "xueji_owner"
	worldPassword = "Guiyang#2026"
)

var worldHash = sync.OnceValue(func() string { return account.HashPassword(worldPassword) })

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, func(*Deps) {})
}

// newWorldWith makes a world whose API is set up in another way.
func newWorldWith(t *testing.T, setUp func(*Deps)) *world {
	t.Helper()
	db := embeddedtest.Template{
		Name: "api", Fingerprint: embeddedtest.Fingerprint(t, os.DirFS("../models/migrations/sql")), Prepare: embeddedtest.OwnedBy(worldOwner, []string{migrations.AppRole, migrations.WorkerRole}, func(ctx context.Context, dsn string) error {
			return migrations.Up(ctx, dsn, migrations.Passwords{})
		}),
	}.Database(t)
	w := &world{t: t, closing: t.Cleanup, db: db, places: map[string]place{}, log: &bytes.Buffer{}, hash: worldHash()}
	var err error
	w.clock, w.hand = calendar.Stopped(time.Date(2026, 11, 20, 9, 0, 0, 0, calendar.Shanghai()))
	w.process, err = process.Load()
	require.NoError(t, err)
	workdays, err := calendar.Load()
	require.NoError(t, err)
	keys, err := secret.NewEphemeral()
	require.NoError(t, err)
	items, err := roster.NationalRules()
	require.NoError(t, err)
	w.options = store.Options{Clock: w.clock, Keys: keys, Processes: w.process, Workdays: workdays, Items: items, MaxConns: 6}
	w.app, w.worker = w.open(migrations.AppRole), w.open(migrations.WorkerRole)
	w.owner, err = pgx.Connect(t.Context(), db.DSN(worldOwner))
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.owner.Close(context.Background()) })
	cabinet, err := files.Open(t.Context(), t.TempDir(), keys)
	require.NoError(t, err)
	t.Cleanup(func() { _ = cabinet.Close() })
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	deps := Deps{
		Store: w.app, Desk: casework.New(w.app, directEngine{w.worker}, log), Watch: casework.NewWatch(w.app.Store, directEngine{w.worker}), Processes: w.process, Files: cabinet, Log: log, Version: "test",
		Limits: rest.Limits{LoginPerAddress: 1e6, LoginBurst: 1e6, PerAccount: 1e6, AccountBurst: 1e6},
	}
	setUp(&deps)
	w.deps = deps
	w.build()
	w.populate()
	return w
}

// open opens the register as a role.
func (w *world) open(role string) *change.Engine {
	w.t.Helper()
	o := w.options
	o.DSN = w.db.DSN(role)
	s, err := kinds.Open(w.t.Context(), o)
	require.NoError(w.t, err)
	w.closing(s.Close)
	return s
}

// build makes the API anew, as its dependencies are now.
func (w *world) build() {
	w.t.Helper()
	server, err := build(w.deps)
	require.NoError(w.t, err)
	w.server, w.handler = server, server
}

// directEngine counts slips at once, as a worker would.
type directEngine struct{ worker *change.Engine }

func (directEngine) Ensure(context.Context) error                              { return nil }
func (directEngine) Start(context.Context, client.Starting) error              { return nil }
func (directEngine) Leave(context.Context, string, contract.SlipMessage) error { return nil }
func (directEngine) Refresh(context.Context, string) error                     { return nil }
func (directEngine) StartJob(context.Context, client.StartingJob) error        { return nil }
func (directEngine) RefreshJob(context.Context, string) error                  { return nil }
func (directEngine) Healthy(context.Context) error                             { return nil }
func (directEngine) Running(context.Context, func(client.Listed)) error        { return nil }
func (directEngine) Setup(context.Context) (client.Setup, error)               { return client.Setup{}, nil }

// Latest tells of a run that stands at its first step and whose activity fails.
func (directEngine) Latest(context.Context, string) (client.Run, error) {
	return client.Run{State: "Running", Running: true, StepRound: "1/1", Activities: []client.PendingActivity{{Name: "Perform", Attempt: 3, Failure: "away"}}}, nil
}

func (e directEngine) Say(ctx context.Context, one string, m contract.SlipMessage) (contract.SlipResult, error) {
	return contract.SlipResult{}, e.worker.InScope(ctx, store.Scope{}, func(tx *change.Tx) error {
		_, err := tx.CommitSlip(uuid.MustParse(one), uuid.MustParse(m.SlipID))
		return err
	})
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	_, err := w.owner.Exec(w.t.Context(), query, args...)
	require.NoError(w.t, err)
}

func one[T any](w *world, query string, args ...any) T {
	w.t.Helper()
	var v T
	require.NoError(w.t, w.owner.QueryRow(w.t.Context(), query, args...).Scan(&v))
	return v
}

func (w *world) populate() {
	w.exec(`INSERT INTO worker_beat (name, beat_at, every) VALUES ('w', now(), '1 hour')`) // directEngine
	byPath := map[string]uuid.UUID{}
	for _, o := range worldPaths {
		p := place{id: uuid.Must(uuid.NewV7()), name: o.name, path: o.path, kind: o.kind}
		var parent *uuid.UUID
		if cut := strings.LastIndexByte(o.path, '.'); cut > 0 {
			id := byPath[o.path[:cut]]
			parent = &id
		}
		stages := []string{}
		if o.kind == org.School {
			stages = []string{"PRIMARY", "SENIOR"}
		}
		province := "000000"
		if o.kind != org.Nation {
			province = o.path[3:5] + "0000"
		}
		w.exec(`INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, stages, created_at)
			VALUES ($1, $2, $3::text::ltree, $4, $5, $6, $7, $8, $9, $10)`,
			p.id, parent, o.path, o.kind, o.code, "单位"+o.name, o.division, province, stages, w.clock.Now())
		byPath[o.path], w.places[o.name] = p.id, p
	}
}

// account makes an account at an office and gives its ID.
func (w *world) account(at place, roles ...org.Role) uuid.UUID {
	w.t.Helper()
	w.accounts++
	id := uuid.Must(uuid.NewV7())
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	w.exec(`INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
		VALUES ($1, $2, $3::text::ltree, $4, '某人', $5, $6, $7, false, $7, $7)`,
		id, at.id, at.path, "user"+id.String(), names, w.hash, w.clock.Now())
	w.exec(`INSERT INTO account_password (account_id, set_at, password_hash) VALUES ($1, $2, $3)`, id, w.clock.Now(), w.hash)
	return id
}

// caller is somebody with a session.
type caller struct {
	at      place
	account uuid.UUID
	session uuid.UUID
	token   string
	roles   []org.Role
}

// login makes an account with these roles and a session of it.
func (w *world) login(at place, roles ...org.Role) caller {
	w.t.Helper()
	c := caller{at: at, account: w.account(at, roles...), session: uuid.Must(uuid.NewV7()), roles: roles}
	c.token = "t-" + c.session.String()
	sum := sha256.Sum256([]byte(c.token))
	w.exec(`INSERT INTO session (id, account_id, kind, token_hash, created_at, last_used_at, expires_at) VALUES ($1, $2, 'LOGIN', $3, $4, $4, $5)`,
		c.session, c.account, sum[:], w.clock.Now(), w.clock.Now().Add(12*time.Hour))
	return c
}

// call is one request of a test.
type call struct {
	method, path string
	body         any
	ifMatch      string
	key          string
	language     string // of the answer; Chinese when empty
}

// send sends a call as somebody; an empty token sends none.
func (w *world) send(token string, c call) *httptest.ResponseRecorder {
	w.t.Helper()
	var text []byte
	if c.body != nil {
		var err error
		text, err = json.Marshal(c.body)
		require.NoError(w.t, err)
	}
	r := httptest.NewRequest(c.method, c.path, bytes.NewReader(text))
	if c.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if c.ifMatch != "" {
		r.Header.Set("If-Match", c.ifMatch)
	}
	if c.key != "" {
		r.Header.Set("Idempotency-Key", c.key)
	}
	if c.language != "" {
		r.Header.Set("Accept-Language", c.language)
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return recorder
}

// must sends a call, expects the status and reads the body into out.
func (w *world) must(status int, token string, c call, out any) *httptest.ResponseRecorder {
	w.t.Helper()
	answer := w.send(token, c)
	require.Equal(w.t, status, answer.Code, "%s %s: %s", c.method, c.path, answer.Body.String())
	if out != nil {
		require.NoError(w.t, json.Unmarshal(answer.Body.Bytes(), out))
	}
	return answer
}

// refused sends a call and expects a problem with this code.
func (w *world) refused(code, token string, c call) rest.Problem {
	w.t.Helper()
	answer := w.send(token, c)
	var p rest.Problem
	require.NoError(w.t, json.Unmarshal(answer.Body.Bytes(), &p), answer.Body.String())
	require.Equal(w.t, code, p.Code, "%s %s: %s\n%s", c.method, c.path, answer.Body.String(), w.log.String())
	require.Equal(w.t, p.Status, answer.Code)
	return p
}
