// Package api is the HTTP face of Xueji: it mounts the areas of the API on the kernel of
// package rest.
//
// An area registers its operations with rest.Register; each names its action in the
// table of package authz, and there is no other way to serve a path under /v1.
package api

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/xueji/xueji/api/access"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/enrolments"
	"github.com/xueji/xueji/api/figures"
	"github.com/xueji/xueji/api/graduations"
	"github.com/xueji/xueji/api/home"
	"github.com/xueji/xueji/api/jobs"
	"github.com/xueji/xueji/api/messages"
	"github.com/xueji/xueji/api/offices"
	"github.com/xueji/xueji/api/operations"
	"github.com/xueji/xueji/api/placings"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/api/rules"
	"github.com/xueji/xueji/api/schoolyear"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/api/students"
	"github.com/xueji/xueji/api/uploads"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/web"
)

// Deps is everything the API needs from outside.
type Deps struct {
	// Store is opened as the application role.
	Store *change.Engine
	// Desk files changes and takes slips; Processes are the definitions it files by.
	Desk      *casework.Desk
	Processes *process.Catalogue
	// Watch tells what does not get on.
	Watch operations.Watch
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
	// PublicURL is the address people open in a browser; empty: it is not known.
	PublicURL string
	// PlainLoopback lets a browser on this computer hold a session over plain http.
	PlainLoopback bool
	// Trial tells the logins of a trial; nil everywhere else.
	Trial *access.Trial
}

// Site makes the handler that people and programs reach: the API of New and, at every other
// address, the console.
func Site(deps Deps) (http.Handler, error) {
	s, err := New(deps)
	if err != nil {
		return nil, err
	}
	return web.Over(s)
}

// New makes the handler of the API: /v1, the description, health and metrics.
func New(deps Deps) (http.Handler, error) {
	s, err := build(deps)
	if err != nil {
		return nil, err
	}
	s.ServeDescription()
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
	mount(r, deps, sheets, divisions)
	return r, r.Label(labelWords(deps.Processes, sheets.Reader.Template()))
}

// register gives the register without the engine; nil for the description, which needs none.
func (d Deps) register() *store.Store {
	if d.Store == nil {
		return nil
	}
	return d.Store.Store
}

// restConfig returns the settings with which api.New opens the kernel of HTTP.
func restConfig(deps Deps) rest.Config {
	config := rest.Config{
		Version: deps.Version, Log: deps.Log, Caller: access.CallerOf(deps.register()), Checks: deps.Checks, Metrics: deps.Metrics, Limits: deps.Limits,
		TrustedProxies: deps.TrustedProxies, PublicURL: deps.PublicURL, PlainLoopback: deps.PlainLoopback,
		Names: map[string]func(string) *refusal.Error{"person": roster.JudgeName, "office": roster.JudgeOfficeName},
	}
	if deps.Store != nil { // the description needs no register
		config.Clock = deps.Store.Clock()
	}
	return config
}

// mount registers the operations of every area. The page of the description shows them in
// this order.
func mount(r *rest.Server, deps Deps, sheets sheet.Sheets, divisions *division.Table) {
	access.Mount(r, access.Deps{Store: deps.register(), Trial: deps.Trial})
	changes.Mount(r, changes.Deps{Store: deps.Store, Desk: deps.Desk, Processes: deps.Processes, Sheets: sheets})
	home.Mount(r, home.Deps{Store: deps.register()})
	rules.Mount(r, rules.Deps{Store: deps.register(), Processes: deps.Processes})
	messages.Mount(r, messages.Deps{Store: deps.register(), Processes: deps.Processes, Webhooks: deps.Webhooks})
	offices.Mount(r, offices.Deps{Store: deps.register(), Divisions: divisions})
	enrolments.Mount(r, enrolments.Deps{Store: deps.Store, Desk: deps.Desk})
	graduations.Mount(r, graduations.Deps{Store: deps.Store, Desk: deps.Desk, Processes: deps.Processes})
	students.Mount(r, students.Deps{Store: deps.register(), Processes: deps.Processes, Sheets: sheets})
	figures.Mount(r, figures.Deps{Store: deps.register(), Processes: deps.Processes})
	rosters.Mount(r, rosters.Deps{Store: deps.register(), Desk: deps.Desk, Files: deps.Files, RosterLimit: deps.RosterLimit, Sheets: sheets, Log: deps.Log})
	schoolyear.Mount(r, schoolyear.Deps{Store: deps.register(), Desk: deps.Desk})
	placings.Mount(r, placings.Deps{Store: deps.Store, Desk: deps.Desk})
	uploads.Mount(r, uploads.Deps{Store: deps.Store, Files: deps.Files, Papers: files.NewJudge(), EvidenceLimit: deps.EvidenceLimit})
	jobs.Mount(r, jobs.Deps{Store: deps.register(), Desk: deps.Desk})
	operations.Mount(r, operations.Deps{Store: deps.register(), Processes: deps.Processes, Watch: deps.Watch, Desk: deps.Desk, EnginePage: deps.EnginePage})
}

// Advice lists the sentences of pages that tell somebody what to do next, by what they
// belong to and with their {placeholders}.
func Advice() map[string]process.Text {
	all := changes.Advice()
	maps.Copy(all, students.Advice())
	maps.Copy(all, rosters.Advice())
	return all
}
