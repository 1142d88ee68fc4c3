// Package api is the HTTP face of Xueji: it mounts the areas of the API on the kernel of
// package rest.
//
// An area registers its operations with rest.Register; each names its action in the
// table of package authz, and there is no other way to serve a path under /v1.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// Deps is everything the API needs from outside.
type Deps struct {
	// Store is opened as the application role.
	Store *store.Store
	// Desk files changes and takes slips; Processes are the definitions it files by.
	Desk      *casework.Desk
	Processes *process.Catalogue
	// Watch tells what does not get on.
	Watch Watch
	// EnginePage gives the address of a workflow's page in Temporal's web interface, of
	// one run where it is named; empty when there is none. May be nil.
	EnginePage func(workflow, run string) string
	// Files keeps evidence and rosters, encrypted.
	Files *files.Cabinet
	// EvidenceLimit and RosterLimit bound one uploaded file, in bytes; zero means the defaults.
	EvidenceLimit, RosterLimit int64
	Log                        *slog.Logger
	// Version of the program, as it stands in the API description.
	Version string
	// Checks are the parts /readyz asks: database, keys, files, temporal, worker.
	Checks []rest.Check
	// Metrics is where the API puts its own metrics and what /metrics serves;
	// a registry of its own is made when nil.
	Metrics *prometheus.Registry
	// Webhooks say which addresses notices may be carried on to.
	Webhooks webhook.Rules
	// Limits on the number of calls; the zero value means the defaults.
	Limits rest.Limits
	// TrustedProxies are the networks whose X-Forwarded-For is believed; none by default.
	TrustedProxies []string
}

// Watch is what the API needs to tell what does not get on.
type Watch interface {
	Look(ctx context.Context, q casework.Question) (*casework.Attention, error)
}

// server holds what the operations share. It is immutable after New.
type server struct {
	Deps

	rest      *rest.Server
	Sheets    sheet.Sheets
	Papers    *files.Judge
	Divisions *division.Table
}

// New makes the handler that serves everything: /v1, the description, health and metrics.
func New(deps Deps) (http.Handler, error) {
	s, err := build(deps)
	if err != nil {
		return nil, err
	}
	if err := s.ServeDescription(); err != nil {
		return nil, err
	}
	return s, nil
}

// build makes the server with every operation registered.
func build(deps Deps) (*rest.Server, error) {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Processes == nil { // the description needs no register
		var err error
		if deps.Processes, err = process.Load(); err != nil {
			return nil, fmt.Errorf("start the API: %w", err)
		}
	}
	divisions, err := division.Load()
	if err != nil {
		return nil, fmt.Errorf("start the API: %w", err)
	}
	sheets, err := sheet.Load(divisions)
	if err != nil {
		return nil, err
	}
	r, err := rest.New(restConfig(deps))
	if err != nil {
		return nil, err
	}
	s := &server{Deps: deps, rest: r, Sheets: sheets, Papers: files.NewJudge(), Divisions: divisions}
	s.routes()
	return r, r.Label(labelWords(deps.Processes, sheets.Reader.Template()))
}

// restConfig is what the kernel of HTTP needs.
func restConfig(deps Deps) rest.Config {
	config := rest.Config{
		Version: deps.Version, Log: deps.Log, Caller: callerOf(deps.Store), Checks: deps.Checks, Metrics: deps.Metrics, Limits: deps.Limits,
		TrustedProxies: deps.TrustedProxies,
		Names:          map[string]func(string) *refusal.Error{"person": roster.JudgeName, "office": roster.JudgeOfficeName},
	}
	if deps.Store != nil { // the description needs no register
		config.Clock = deps.Store.Clock()
	}
	return config
}

// routes registers every operation; each area has a file of its own.
func (s *server) routes() {
	s.authRoutes()
	s.changeRoutes()
	s.changeRevealRoutes()
	s.slipRoutes()
	s.taskRoutes()
	s.batchRoutes()
	s.proxyRoutes()
	s.inboxRoutes()
	s.processRoutes()
	s.policyRoutes()
	s.calendarRoutes()
	s.noticeRoutes()
	s.webhookRoutes()
	s.moveRoutes()
	s.problemRoutes()
	s.dismissalRoutes()
	s.orgRoutes()
	s.accountRoutes()
	s.classRoutes()
	s.auditRoutes()
	s.studentRoutes()
	s.studentEditRoutes()
	s.studentUpdateRoutes()
	s.punishmentRoutes()
	s.suspensionRoutes()
	s.rosterRoutes()
	s.evidenceRoutes()
	s.operationsRoutes()
}

// Advice lists the sentences of pages that tell somebody what to do next, by what they
// belong to and with their {placeholders}.
func Advice() map[string]process.Text {
	all := changeAdvices()
	maps.Copy(all, problemAdvices())
	return all
}
