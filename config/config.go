// Package config reads Xueji's settings: typed, from a file, the environment
// and the command line, with every problem reported at once.
//
// Later sources win: built-in default, file (xueji.yaml), environment
// (XUEJI_ and the setting's name, dots as underscores: http.listen is
// XUEJI_HTTP_LISTEN), command line. Settings lists all of them with help,
// default and example.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Environment is the kind of installation; it decides what is allowed.
type Environment string

// The three kinds of installation.
const (
	Development Environment = "development" // one computer, embedded servers, demonstration data
	Test        Environment = "test"        // automatic tests
	Production  Environment = "production"  // real children; nothing is assumed
)

// Config is everything that can be set. It is read once at the start, handed
// down by value and never changed.
type Config struct {
	Environment Environment `mapstructure:"environment" default:"development" example:"production" help:"kind of installation: development, test or production"`
	VarDir      string      `mapstructure:"var_dir" default:"var" example:"/var/lib/xueji" help:"folder for everything Xueji writes by default"`
	Log         Log         `mapstructure:"log"`
	HTTP        HTTP        `mapstructure:"http"`
	Database    Database    `mapstructure:"database"`
	Temporal    Temporal    `mapstructure:"temporal"`
	Blob        Blob        `mapstructure:"blob"`
	Keys        Keys        `mapstructure:"keys"`
	Clock       Clock       `mapstructure:"clock"`
	Worker      Worker      `mapstructure:"worker"`
	Bulk        Bulk        `mapstructure:"bulk"`
	Identity    Identity    `mapstructure:"identity"`
	Webhook     Webhook     `mapstructure:"webhook"`

	// Warnings are remarks an operator should read; they do not stop the start.
	Warnings []string `mapstructure:"-"`
}

// Log says how much is logged and in which form.
type Log struct {
	Level  slog.Level `mapstructure:"level" default:"info" example:"debug" help:"debug, info, warn or error"`
	Format string     `mapstructure:"format" default:"text" example:"json" help:"text for people, json for machines"`
}

// HTTP is the address the API serves on and what it accepts.
type HTTP struct {
	Listen         string        `mapstructure:"listen" default:"127.0.0.1:8080" example:"0.0.0.0:8080" help:"host and port of the API"`
	ReadTimeout    time.Duration `mapstructure:"read_timeout" default:"2m" example:"1m" help:"longest time to read a request"`
	WriteTimeout   time.Duration `mapstructure:"write_timeout" default:"2m" example:"2m" help:"longest time to answer a request"`
	IdleTimeout    time.Duration `mapstructure:"idle_timeout" default:"2m" example:"5m" help:"how long an idle connection is kept"`
	EvidenceLimit  int64         `mapstructure:"evidence_limit" default:"10485760" example:"20971520" help:"largest file of evidence in bytes"`
	RosterLimit    int64         `mapstructure:"roster_limit" default:"33554432" example:"67108864" help:"largest roster in bytes"`
	RatePerSecond  float64       `mapstructure:"rate_per_second" default:"200" example:"50" help:"requests a second one account may send"`
	RateBurst      int           `mapstructure:"rate_burst" default:"400" example:"100" help:"requests one account may send at once"`
	TrustedProxies []string      `mapstructure:"trusted_proxies" example:"10.0.0.0/8" help:"networks of reverse proxies whose X-Forwarded-For is believed, separated by commas"`
	PublicURL      string        `mapstructure:"public_url" example:"https://xueji.example.edu.cn" help:"address people open in a browser; https makes the cookie of a session secure behind a proxy that ends TLS"`
	ShutdownGrace  time.Duration `mapstructure:"shutdown_grace" default:"20s" example:"30s" help:"how long running requests may go on when the API stops"`
}

// Database names the PostgreSQL server by three roles. URL belongs to the role
// that owns the tables and migrates; AppURL and WorkerURL to the two roles that
// own nothing and are bound by row-level security.
type Database struct {
	URL               Secret `mapstructure:"url" example:"postgres://xueji_owner:PASSWORD@db:5432/xueji" help:"owner of the tables, for migrate and admin; empty starts an embedded server in development"`
	AppURL            Secret `mapstructure:"app_url" example:"postgres://xueji_app:PASSWORD@db:5432/xueji" help:"role of the API"`
	WorkerURL         Secret `mapstructure:"worker_url" example:"postgres://xueji_worker:PASSWORD@db:5432/xueji" help:"role of the worker"`
	AppConnections    int32  `mapstructure:"app_connections" default:"24" example:"50" help:"connections one API process may hold"`
	WorkerConnections int32  `mapstructure:"worker_connections" default:"24" example:"50" help:"connections one worker process may hold"`
}

// Temporal names the workflow server.
type Temporal struct {
	Address   string `mapstructure:"address" example:"temporal:7233" help:"host and port of Temporal; empty starts an embedded server in development"`
	Namespace string `mapstructure:"namespace" default:"xueji" example:"xueji" help:"namespace; created when missing"`
	UIAddress string `mapstructure:"ui_address" example:"https://temporal.example.edu.cn" help:"address of Temporal's web interface, shown to operators"`
}

// Blob says where evidence and uploaded rosters are kept.
type Blob struct {
	URL string `mapstructure:"url" example:"s3://xueji?region=cn-north-1" help:"bucket; empty is the folder files under var_dir"`
}

// Keys says where the keys of encrypted identity numbers are kept. Losing this
// folder loses every encrypted number for ever.
type Keys struct {
	Dir string `mapstructure:"dir" example:"/etc/xueji/keys" help:"folder of encryption keys; empty is the folder keys under var_dir"`
}

// Clock moves Xueji's time away from the real one; development and tests only.
type Clock struct {
	Offset time.Duration `mapstructure:"offset" default:"0s" example:"48h" help:"added to the real time; not in production"`
	At     string        `mapstructure:"at" example:"2026-11-20" help:"date (or RFC 3339 time) at which the clock stands when the program starts; not in production"`
}

// Worker sizes the process that runs workflows and activities.
type Worker struct {
	Listen            string        `mapstructure:"listen" default:"" example:"127.0.0.1:9090" help:"host and port where the worker serves /metrics and /healthz; empty serves none"`
	WorkflowPollers   int           `mapstructure:"workflow_pollers" default:"16" example:"32" help:"pollers for workflow tasks; with fewer than 8 a burst of updates freezes the worker"`
	Activities        int           `mapstructure:"activities" default:"64" example:"200" help:"activities that may run at once"`
	CachedWorkflows   int           `mapstructure:"cached_workflows" default:"5000" example:"10000" help:"workflows kept in memory"`
	StopTimeout       time.Duration `mapstructure:"stop_timeout" default:"30s" example:"1m" help:"how long running work may go on when the worker stops"`
	ReconcileInterval time.Duration `mapstructure:"reconcile_interval" default:"30s" example:"1m" help:"how often the outbox is relayed and running changes are compared with their workflows"`
	StartsAtOnce      int           `mapstructure:"starts_at_once" default:"4" example:"16" help:"workflows the upkeep starts or wakes at the same time, for example after Temporal lost its database"`
	StartsPerSecond   int           `mapstructure:"starts_per_second" default:"75" example:"300" help:"workflows the upkeep starts in a second at most; each costs about 20 ms of a processor, so more bring all back sooner and slow decisions down meanwhile"`
}

// Bulk sizes the jobs (批量任务): long work on many rows, done part by part beside the
// daily business. They have connections of their own, so that nobody waits for them.
type Bulk struct {
	Connections int32 `mapstructure:"connections" default:"3" example:"5" help:"connections one worker process may hold for jobs; no other work uses them"`
	Parts       int   `mapstructure:"parts" default:"1" example:"2" help:"parts of jobs one worker process does at once; fewer than the connections"`
	PartRows    int   `mapstructure:"part_rows" default:"500" example:"200" help:"rows of one part, which is one transaction; a part of a check has four times as many"`
	Share       int   `mapstructure:"share" default:"25" example:"50" help:"percent of the time in which a worker does parts of a job on a whole province, such as the turn of a school year; the rest is left to those who decide meanwhile"`
	ListRows    int   `mapstructure:"list_rows" default:"2000" example:"1000" help:"rows a list may have that is checked and takes effect at once; a longer one is checked and takes effect as jobs"`
}

// Identity names the gateway to the population database (身份认证) and says how
// patient the worker is with it.
type Identity struct {
	URL             Secret        `mapstructure:"url" example:"https://identity.example.edu.cn/v1/check" help:"address of the gateway to the population database; empty asks a simulator in development and nobody in production"`
	Token           Secret        `mapstructure:"token" example:"TOKEN_OF_THE_GATEWAY" help:"bearer token the gateway expects"`
	Timeout         time.Duration `mapstructure:"timeout" default:"5s" example:"10s" help:"longest time for one attempt to get an answer"`
	Retries         int           `mapstructure:"retries" default:"2" example:"3" help:"attempts after the first one, when the connection or the gateway fails"`
	BreakerFailures int           `mapstructure:"breaker_failures" default:"5" example:"10" help:"attempts in a row that must fail before the gateway is left alone"`
	BreakerPause    time.Duration `mapstructure:"breaker_pause" default:"30s" example:"1m" help:"how long a gateway that failed is left alone"`
	PerSecond       float64       `mapstructure:"per_second" default:"20" example:"5" help:"records of a job that one worker asks about in a second at most; the questions of clerks do not wait for it"`
}

// Webhook says how notices are carried on to the gateways that administrators
// connect (短信、即时通讯网关).
type Webhook struct {
	Hours        string        `mapstructure:"hours" default:"08:00-18:00" example:"08:30-17:30" help:"hours of working days in which notices that are not urgent are sent on; others wait for the next working morning"`
	Timeout      time.Duration `mapstructure:"timeout" default:"10s" example:"5s" help:"longest time for a gateway to take one message"`
	Interval     time.Duration `mapstructure:"interval" default:"1s" example:"5s" help:"how often the worker looks for messages to send"`
	AllowHTTP    bool          `mapstructure:"allow_http" default:"false" example:"true" help:"take gateways without encryption; not in production"`
	AllowPrivate bool          `mapstructure:"allow_private" default:"false" example:"true" help:"take gateways in the own network; leave it off unless one stands there, because administrators of offices choose the addresses"`
}

// Open gives when offices open and close on a working day, since midnight.
func (w Webhook) Open() (from, to time.Duration, err error) {
	begin, end, found := strings.Cut(w.Hours, "-")
	opens, err1 := time.Parse("15:04", begin)
	closes, err2 := time.Parse("15:04", end)
	if !found || err1 != nil || err2 != nil || !opens.Before(closes) {
		return 0, 0, errors.New(`not two times of a day such as "08:00-18:00"`)
	}
	midnight := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	return opens.Sub(midnight), closes.Sub(midnight), nil
}

// Embedded reports which servers must be started here because none is named.
func (c Config) Embedded() (postgres, temporal bool) {
	return c.Database.URL == "", c.Temporal.Address == ""
}

// Start gives the moment at which the clock shall stand when the program
// starts, in the zone of the register; set is false when it is not set.
func (c Clock) Start(zone *time.Location) (at time.Time, set bool, err error) {
	if c.At == "" {
		return time.Time{}, false, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, c.At, zone); err == nil {
			return at, true, nil
		}
	}
	return time.Time{}, false, fmt.Errorf("not a date such as 2026-11-20 or a time such as 2026-11-20T08:00:00+08:00")
}
