// Package api is the HTTP face of Xueji: Gin routes and middleware, typed
// operations from which OpenAPI 3.1 and problem+json come.
//
// Every operation is made with register and names its action in the table of
// package authz; there is no other way to serve a path under /v1.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
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
	Checks []Check
	// Metrics is where the API puts its own metrics and what /metrics serves;
	// a registry of its own is made when nil.
	Metrics *prometheus.Registry
	// Webhooks say which addresses notices may be carried on to.
	Webhooks webhook.Rules
	// Limits on the number of calls; the zero value means the defaults.
	Limits Limits
	// TrustedProxies are the networks whose X-Forwarded-For is believed; none by default.
	TrustedProxies []string
}

// Watch is what the API needs to tell what does not get on.
type Watch interface {
	Look(ctx context.Context, q casework.Question) (*casework.Attention, error)
}

// Check is one part the service stands on.
type Check struct {
	Name string
	// Ask returns nil when the part answers; it must respect the context's deadline.
	Ask func(context.Context) error
	// Optional parts may be down while people can still work: filings are taken and
	// decisions kept without Temporal and without a worker.
	Optional bool
}

// server holds what the operations share. It is immutable after New.
type server struct {
	forwarded sync.Once // an untrusted proxy was named in the log
	deps      Deps
	store     *store.Store
	log       *slog.Logger
	catalogue *refusal.Catalogue
	labels    *labels
	huma      huma.API
	limits    *limits
	sheets    sheets
	papers    *files.Judge
	divisions *division.Table
	list      []Operation
}

// New makes the handler that serves everything: /v1, the description, health and metrics.
func New(deps Deps) (http.Handler, error) {
	s, router, err := build(deps)
	if err != nil {
		return nil, err
	}
	if err := s.serveDescription(router); err != nil {
		return nil, err
	}
	return router, nil
}

// strictNames makes the library match names of fields by their case, once for the
// process. The decoder takes "Verdict" for "verdict", and without this the check of the
// description would have looked at the one and the handler at the other.
var strictNames = sync.OnceFunc(func() { huma.ValidateStrictCasing = true })

// build makes the router with every operation registered.
func build(deps Deps) (*server, *gin.Engine, error) {
	catalogue, err := refusal.LoadCatalogue()
	if err != nil {
		return nil, nil, fmt.Errorf("start the API: %w", err)
	}
	divisions, err := division.Load()
	if err != nil {
		return nil, nil, fmt.Errorf("start the API: %w", err)
	}
	sheets, err := loadSheets(divisions)
	if err != nil {
		return nil, nil, err
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Metrics == nil {
		deps.Metrics = prometheus.NewRegistry()
	}
	s := &server{deps: deps, store: deps.Store, log: deps.Log, catalogue: catalogue, limits: newLimits(deps.Limits), divisions: divisions, sheets: sheets, papers: files.NewJudge()}
	strictNames()
	gin.SetMode(gin.ReleaseMode) // debug mode prints routes to standard output
	router := gin.New()
	if err := router.SetTrustedProxies(deps.TrustedProxies); err != nil {
		return nil, nil, fmt.Errorf("start the API: %w", err)
	}
	router.HandleMethodNotAllowed = true
	router.RedirectTrailingSlash = false // a redirect would echo the path
	metrics, err := newMetrics(deps.Metrics)
	if err != nil {
		return nil, nil, err
	}
	router.Use(s.begin, s.observe(metrics), s.recoverPanic, securityHeaders)
	router.NoRoute(s.noRoute)
	router.NoMethod(s.noMethod)
	s.huma = humagin.New(router, humaConfig(deps.Version))
	s.routes()
	processes := deps.Processes
	if processes == nil { // the description needs no register
		if processes, err = process.Load(); err != nil {
			return nil, nil, fmt.Errorf("start the API: %w", err)
		}
	}
	s.enumerate("/v1/changes", "kind", words(processes.Kinds()))
	s.refineSchemas()
	if s.labels, err = newLabels(s.huma.OpenAPI(), processes, s.sheets.reader.Template()); err != nil {
		return nil, nil, err
	}
	s.serveHealth(router)
	return s, router, nil
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
	s.policyRoutes()
	s.calendarRoutes()
	s.noticeRoutes()
	s.webhookRoutes()
	s.moveRoutes()
	s.troubleRoutes()
	s.orgRoutes()
	s.accountRoutes()
	s.classRoutes()
	s.auditRoutes()
	s.studentRoutes()
	s.studentEditRoutes()
	s.sheetItemRoutes()
	s.punishmentRoutes()
	s.suspensionRoutes()
	s.rosterRoutes()
	s.evidenceRoutes()
	s.operationsRoutes()
}

// Timeouts hold back slow callers.
type Timeouts struct{ Read, Write, Idle time.Duration }

// Listener gives the HTTP server for a handler with limits on slow callers.
func Listener(handler http.Handler, t Timeouts) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       t.Read,
		WriteTimeout:      t.Write,
		IdleTimeout:       t.Idle,
		MaxHeaderBytes:    32 << 10,
	}
}
