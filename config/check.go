package config

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fillDefaults derives folders that were left empty from var_dir.
func (c *Config) fillDefaults() {
	if c.Keys.Dir == "" {
		c.Keys.Dir = filepath.Join(c.VarDir, "keys")
		if c.Environment == Production {
			c.Warnings = append(c.Warnings, "keys.dir is not set: the encryption keys lie in "+c.Keys.Dir+
				" beside the data; give them a folder of their own and back it up, without it every identity number is lost")
		}
	}
	if c.Blob.URL == "" {
		folder, err := filepath.Abs(filepath.Join(c.VarDir, "files"))
		if err != nil {
			folder = filepath.Join(c.VarDir, "files")
		}
		c.Blob.URL = (&url.URL{Scheme: "file", Path: filepath.ToSlash(folder), RawQuery: "create_dir=true"}).String()
		if c.Environment == Production {
			c.Warnings = append(c.Warnings, "blob.url is not set: files lie in "+folder+
				"; several API or worker processes need a bucket or a shared folder")
		}
	}
}

// checker collects problems; settings that could not be read are left alone.
type checker struct {
	unread   []*Problem
	problems []*Problem
}

func (k *checker) wrong(setting, what, example string) {
	if !slices.ContainsFunc(k.unread, func(p *Problem) bool { return p.Setting == setting }) {
		k.problems = append(k.problems, &Problem{Setting: setting, What: what, Example: example})
	}
}

func (k *checker) require(ok bool, setting, what, example string) {
	if !ok {
		k.wrong(setting, what, example)
	}
}

// check finds what is readable but wrong.
func (c *Config) check(unread []*Problem) []*Problem {
	k := &checker{unread: unread}
	k.require(c.Environment == Development || c.Environment == Test || c.Environment == Production,
		"environment", "must be development, test or production", "production")
	k.require(c.VarDir != "", "var_dir", "must not be empty", "var")
	k.require(c.Log.Format == "text" || c.Log.Format == "json", "log.format", "must be text or json", "json")
	c.checkHTTP(k)
	c.checkDatabase(k)
	c.checkTemporal(k)
	c.checkPlaces(k)
	c.checkClock(k)
	c.checkWorker(k)
	c.checkBulk(k)
	c.checkIdentity(k)
	c.checkWebhook(k)
	return k.problems
}

func (c *Config) checkBulk(k *checker) {
	b := c.Bulk
	k.require(b.Connections >= 2, "bulk.connections", "must be at least 2", "3")
	k.require(b.Parts >= 1 && b.Parts < int(b.Connections), "bulk.parts", "must be at least 1 and fewer than bulk.connections", "1")
	k.require(b.PartRows >= 1 && b.PartRows <= 5000, "bulk.part_rows", "must be between 1 and 5000", "500")
	k.require(b.Share >= 1 && b.Share <= 100, "bulk.share", "must be between 1 and 100", "25")
	k.require(b.ListRows >= 1, "bulk.list_rows", "must be at least 1", "2000")
}

func (c *Config) checkHTTP(k *checker) {
	k.require(hostPort(c.HTTP.Listen, true), "http.listen", "must be host and port", "127.0.0.1:8080")
	k.require(c.HTTP.ReadTimeout > 0, "http.read_timeout", "must be longer than nothing", "30s")
	k.require(c.HTTP.WriteTimeout > 0, "http.write_timeout", "must be longer than nothing", "60s")
	k.require(c.HTTP.IdleTimeout > 0, "http.idle_timeout", "must be longer than nothing", "2m")
	k.require(c.HTTP.ShutdownGrace > 0, "http.shutdown_grace", "must be longer than nothing", "20s")
	k.require(c.HTTP.EvidenceLimit >= 1<<20, "http.evidence_limit", "must be at least 1048576 bytes", "10485760")
	k.require(c.HTTP.RosterLimit >= 1<<20, "http.roster_limit", "must be at least 1048576 bytes", "33554432")
	k.require(c.HTTP.RatePerSecond > 0, "http.rate_per_second", "must be more than nothing", "50")
	k.require(c.HTTP.RateBurst > 0, "http.rate_burst", "must be more than nothing", "100")
	k.require(c.HTTP.PublicURL == "" || publicAddress(c.HTTP.PublicURL), "http.public_url",
		"must be https and a host without a path, or http and a loopback address", "https://xueji.example.edu.cn")
	for _, network := range c.HTTP.TrustedProxies {
		_, prefixErr := netip.ParsePrefix(network)
		_, addressErr := netip.ParseAddr(network)
		k.require(prefixErr == nil || addressErr == nil, "http.trusted_proxies", "must be addresses or networks", "10.0.0.0/8")
	}
}

func (c *Config) checkDatabase(k *checker) {
	d := c.Database
	k.require(d.AppConnections >= 2, "database.app_connections", "must be at least 2", "24")
	k.require(d.WorkerConnections >= 2, "database.worker_connections", "must be at least 2", "24")
	for _, role := range []struct {
		setting string
		url     Secret
		example string
	}{
		{"database.url", d.URL, "postgres://xueji_owner:PASSWORD@db:5432/xueji"},
		{"database.app_url", d.AppURL, "postgres://xueji_app:PASSWORD@db:5432/xueji"},
		{"database.worker_url", d.WorkerURL, "postgres://xueji_worker:PASSWORD@db:5432/xueji"},
	} {
		if role.url != "" {
			c.checkDSN(k, role.setting, role.url, role.example)
		}
	}
	if c.Environment == Production {
		k.require(d.URL != "" || d.AppURL != "" || d.WorkerURL != "", "database.url", "must be set in production", "postgres://xueji_owner:PASSWORD@db:5432/xueji")
		users := make(map[string]string)
		for setting, secret := range map[string]Secret{"database.url": d.URL, "database.app_url": d.AppURL, "database.worker_url": d.WorkerURL} {
			u, err := url.Parse(secret.Reveal())
			if err != nil || secret == "" {
				continue
			}
			if other, twice := users[u.User.Username()]; twice {
				k.wrong(max(setting, other), "must use another role than "+min(setting, other)+": the role that owns the tables is not bound by row-level security", "")
			}
			users[u.User.Username()] = setting
		}
	}
}

func (c *Config) checkDSN(k *checker, setting string, secret Secret, example string) {
	u, err := url.Parse(secret.Reveal())
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Host == "" || u.User.Username() == "" || strings.Trim(u.Path, "/") == "" {
		k.wrong(setting, "must be an address with role, host and database", example)
		return
	}
	if c.Environment != Production {
		return
	}
	password, _ := u.User.Password()
	if u.Query().Get("sslcert") == "" && guessable(password, u.User.Username()) {
		k.wrong(setting, "must not have an empty, short or well-known password in production", "one made by: openssl rand -hex 24")
	}
	if !local(u.Hostname()) && (u.Query().Get("sslmode") == "" || u.Query().Get("sslmode") == "disable") {
		c.Warnings = append(c.Warnings, setting+" does not ask for encryption; add ?sslmode=verify-full unless the network is your own")
	}
}

// guessable reports passwords that everybody tries first.
func guessable(password, user string) bool {
	known := []string{"password", "postgres", "xueji", "changeme", "change-me", "secret", "admin", "123456", "12345678", user}
	return len(password) < 12 || slices.Contains(known, strings.ToLower(password)) || strings.Trim(password, password[:1]) == ""
}

func (c *Config) checkTemporal(k *checker) {
	k.require(c.Temporal.Address == "" || hostPort(c.Temporal.Address, false), "temporal.address", "must be host and port", "temporal:7233")
	k.require(c.Temporal.Address != "" || c.Environment != Production, "temporal.address", "must be set in production", "temporal:7233")
	k.require(c.Temporal.Namespace != "", "temporal.namespace", "must not be empty", "xueji")
	if c.Temporal.UIAddress != "" {
		k.require(webAddress(c.Temporal.UIAddress), "temporal.ui_address", "must be a web address", "https://temporal.example.edu.cn")
	}
}

func (c *Config) checkPlaces(k *checker) {
	u, err := url.Parse(c.Blob.URL)
	k.require(err == nil && (u.Scheme == "file" || u.Scheme == "s3"), "blob.url", "must begin with file:// or s3://", "s3://xueji?region=cn-north-1")
}

func (c *Config) checkClock(k *checker) {
	_, set, err := c.Clock.Start(time.UTC)
	k.require(err == nil, "clock.at", "is not a date or time", "2026-11-20")
	k.require(c.Clock.Offset == 0 || !set, "clock.offset", "must not be set together with clock.at", "")
	if c.Environment == Production {
		k.require(c.Clock.Offset == 0, "clock.offset", "must not be set in production: deadlines and decisions need the real time", "")
		k.require(c.Clock.At == "", "clock.at", "must not be set in production: deadlines and decisions need the real time", "")
	}
}

func (c *Config) checkWorker(k *checker) {
	w := c.Worker
	k.require(w.Listen == "" || hostPort(w.Listen, true), "worker.listen", "must be host and port", "127.0.0.1:9090")
	k.require(w.WorkflowPollers >= 8, "worker.workflow_pollers", "must be at least 8, or a burst of updates freezes the worker", "16")
	k.require(w.Activities >= 1, "worker.activities", "must be at least 1", "64")
	k.require(w.CachedWorkflows >= 0, "worker.cached_workflows", "must not be negative", "5000")
	k.require(w.StopTimeout > 0, "worker.stop_timeout", "must be longer than nothing", "30s")
	k.require(w.ReconcileInterval > 0, "worker.reconcile_interval", "must be longer than nothing", "30s")
	k.require(w.StartsAtOnce >= 1, "worker.starts_at_once", "must be at least 1", "4")
	k.require(w.StartsPerSecond >= 1, "worker.starts_per_second", "must be at least 1", "75")
}

func (c *Config) checkIdentity(k *checker) {
	i := c.Identity
	k.require(i.Timeout > 0, "identity.timeout", "must be longer than nothing", "5s")
	k.require(i.Retries >= 0 && i.Retries <= 10, "identity.retries", "must be between 0 and 10", "2")
	k.require(i.BreakerFailures >= 1, "identity.breaker_failures", "must be at least 1", "5")
	k.require(i.BreakerPause > 0, "identity.breaker_pause", "must be longer than nothing", "30s")
	k.require(i.PerSecond > 0 && i.PerSecond <= 10_000, "identity.per_second", "must be more than 0 and at most 10000", "20")
	k.require(!strings.ContainsFunc(i.Token.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }),
		"identity.token", "must consist of printable ASCII characters without spaces", "TOKEN_OF_THE_GATEWAY")
	if i.URL == "" {
		if c.Environment == Production {
			c.Warnings = append(c.Warnings, "identity.url is not set: no identity can be checked, and what needs a check waits until it is set")
		}
		return
	}
	const example = "https://identity.example.edu.cn/v1/check"
	u, err := url.Parse(i.URL.Reveal())
	switch {
	case err != nil || !webAddress(i.URL.Reveal()):
		k.wrong("identity.url", "must be a web address", example)
	case u.User != nil:
		k.wrong("identity.url", "must not hold a password; set identity.token instead", example)
	case u.Scheme != "https" && !local(u.Hostname()):
		k.wrong("identity.url", "must begin with https://, because names and identity numbers go there", example)
	}
	k.require(i.Token != "" || c.Environment != Production, "identity.token", "must be set in production when identity.url is",
		"TOKEN_OF_THE_GATEWAY")
}

func (c *Config) checkWebhook(k *checker) {
	w := c.Webhook
	_, _, err := w.Open()
	k.require(err == nil, "webhook.hours", "must be two times of a day", "08:00-18:00")
	k.require(w.Timeout > 0 && w.Timeout <= time.Minute, "webhook.timeout", "must be longer than nothing and at most a minute", "10s")
	k.require(w.Interval > 0, "webhook.interval", "must be longer than nothing", "1s")
	k.require(!w.AllowHTTP || c.Environment != Production, "webhook.allow_http", "must not be set in production: notices name people's logins", "")
}

// hostPort reports whether an address is "host:port"; a listener may leave the
// host empty and choose port 0.
func hostPort(address string, listener bool) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && (listener || host != "" && n > 0)
}

func webAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// publicAddress reports whether browsers can hold a session at an address: encrypted, or
// on this computer.
func publicAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && local(u.Hostname())
}

func local(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
