// Package rest is the kernel of HTTP: operations with their authorisation, refusals as
// problems, pages, texts and bodies, the description, labels, limits, health and metrics.
//
// It knows no area of the API and no subject of the register. What only those know comes
// in as functions and words (Config, Words). There is one way to serve a path under
// /v1: Register, which refuses an operation without a rule in the table of authz.
package rest

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

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
)

// Config is what a server needs from outside. It names no subject: what only the areas
// know comes in as functions and words.
type Config struct {
	// Version of the program, as it stands in the API description.
	Version string
	Log     *slog.Logger
	// Clock gives the time that limits and refusals are reckoned with.
	Clock *calendar.Clock
	// Caller finds out whose the token of a call is, which came as a bearer token or in
	// the cookie of a browser.
	Caller func(ctx context.Context, token string, byCookie bool) (authz.Principal, error)
	// Names judges the names of what the tag named says, for example of persons.
	Names map[string]func(name string) *refusal.Error
	// Checks are the parts /readyz asks.
	Checks []Check
	// Metrics is where the server puts its own metrics and what /metrics serves;
	// a registry of its own is made when nil.
	Metrics *prometheus.Registry
	// Limits on the number of calls; the zero value means the defaults.
	Limits Limits
	// TrustedProxies are the networks whose X-Forwarded-For is believed; none by default.
	TrustedProxies []string
	// PublicURL is the address people open in a browser; empty: it is not known.
	PublicURL string
	// PlainLoopback lets a browser on this computer hold a session over plain http.
	PlainLoopback bool
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

// Server carries operations. The areas register theirs; after Describe it is immutable
// and serves them.
type Server struct {
	Config

	forwarded sync.Once // an untrusted proxy was named in the log
	catalogue *refusal.Catalogue
	labels    *Labels
	huma      huma.API
	router    *gin.Engine
	limits    *limits
	browsers  browsers
	list      []Operation
}

// strictNames makes the library match names of fields by their case, once for the
// process. The decoder takes "Verdict" for "verdict", and without this the check of the
// description would have looked at the one and the handler at the other.
var strictNames = sync.OnceFunc(func() { huma.ValidateStrictCasing = true })

// New makes a server without operations.
func New(config Config) (*Server, error) {
	catalogue, err := refusal.LoadCatalogue()
	if err != nil {
		return nil, fmt.Errorf("start the API: %w", err)
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Metrics == nil {
		config.Metrics = prometheus.NewRegistry()
	}
	strictNames()
	gin.SetMode(gin.ReleaseMode) // debug mode prints routes to standard output
	s := &Server{Config: config, catalogue: catalogue, limits: newLimits(config.Limits), router: gin.New()}
	if err := s.router.SetTrustedProxies(config.TrustedProxies); err != nil {
		return nil, fmt.Errorf("start the API: %w", err)
	}
	if s.browsers, err = newBrowsers(config.PublicURL, config.PlainLoopback); err != nil {
		return nil, fmt.Errorf("start the API: %w", err)
	}
	s.router.HandleMethodNotAllowed = true
	s.router.RedirectTrailingSlash = false // a redirect would echo the path
	metrics, err := newMetrics(config.Metrics)
	if err != nil {
		return nil, err
	}
	s.router.Use(s.begin, s.observe(metrics), s.recoverPanic, securityHeaders)
	s.router.NoRoute(s.noRoute)
	s.router.NoMethod(s.noMethod)
	s.huma = humagin.New(s.router, humaConfig(config.Version))
	s.serveHealth(s.router)
	return s, nil
}

// Label gives the fields of all registered operations the names people know them by. It
// fails when one has none.
func (s *Server) Label(words Words) (err error) {
	s.refineSchemas()
	s.promiseLists()
	s.labels, err = NewLabels(s.huma.OpenAPI(), words)
	return err
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.router.ServeHTTP(w, r) }

// Operations lists every operation with its action, in the order of registration.
func (s *Server) Operations() []Operation { return s.list }

// Logins limits the failed logins of one address.
func (s *Server) Logins() *Buckets { return s.limits.login }

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
