package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/config"
)

// load runs Load in an empty folder with this file, environment and command line.
func load(t *testing.T, file string, environ map[string]string, args ...string) (config.Config, error) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	if file != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, config.DefaultFile), []byte(file), 0o600))
	}
	for name, value := range environ {
		t.Setenv(name, value)
	}
	flags := pflag.NewFlagSet("xueji", pflag.ContinueOnError)
	config.AddFlags(flags)
	require.NoError(t, flags.Parse(args))
	return config.Load(flags)
}

// problems gives what an error says is wrong, by setting.
func problems(t *testing.T, err error) map[string]string {
	t.Helper()
	require.Error(t, err)
	found := make(map[string]string)
	var one *config.Problem
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		require.ErrorAs(t, err, &one)
		return map[string]string{one.Setting: one.Error()}
	}
	for _, e := range joined.Unwrap() {
		if errors.As(e, &one) {
			found[one.Setting] = one.Error()
		}
	}
	return found
}

// productionSettings are the fewest with which production starts.
func productionSettings() map[string]string {
	return map[string]string{
		"XUEJI_ENVIRONMENT":      "production",
		"XUEJI_DATABASE_APP_URL": "postgres://xueji_app:9f1c77aa5d0e4b62@127.0.0.1:5432/xueji",
		"XUEJI_TEMPORAL_ADDRESS": "temporal:7233",
		"XUEJI_KEYS_DIR":         "/etc/xueji/keys",
		"XUEJI_BLOB_URL":         "s3://xueji?region=cn-north-1",
		"XUEJI_IDENTITY_URL":     "https://identity.example.edu.cn/v1/check",
		"XUEJI_IDENTITY_TOKEN":   "5d1f0c9be2a84773",
	}
}

func TestDefaultsNeedNothing(t *testing.T) {
	c, err := load(t, "", nil)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:8080", c.HTTP.Listen)
	require.Equal(t, 30*time.Second, c.Worker.ReconcileInterval)
	require.Equal(t, filepath.Join("var", "keys"), c.Keys.Dir)
	require.Regexp(t, `^file:///.*/var/files\?create_dir=true$`, c.Blob.URL)
	require.Empty(t, c.HTTP.TrustedProxies)
	postgres, temporal := c.Embedded()
	require.True(t, postgres)
	require.True(t, temporal)
	require.Empty(t, c.Warnings)
}

func TestLaterSourcesWin(t *testing.T) {
	file := "http:\n  listen: 127.0.0.1:1001\n  evidence_limit: 2097152\n  trusted_proxies: [10.0.0.0/8, 192.0.2.1]\nlog: {level: warn}\ntemporal: {address: 'file:1'}\n"
	c, err := load(t, file, map[string]string{
		"XUEJI_HTTP_LISTEN": "127.0.0.1:1002", "XUEJI_LOG_LEVEL": "error", "XUEJI_WORKER_STOP_TIMEOUT": "45s",
	}, "--listen", "127.0.0.1:1003")
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:1003", c.HTTP.Listen, "flag over environment over file")
	require.Equal(t, slog.LevelError, c.Log.Level, "environment over file")
	require.Equal(t, int64(2097152), c.HTTP.EvidenceLimit, "file over default")
	require.Equal(t, 45*time.Second, c.Worker.StopTimeout, "environment for a setting the file does not have")
	require.Equal(t, []string{"10.0.0.0/8", "192.0.2.1"}, c.HTTP.TrustedProxies)
}

func TestAllProblemsAreToldAtOnceWithoutTheirValues(t *testing.T) {
	const secret = "s3cr3t-value"
	_, err := load(t, "http:\n  listn: x\n  read_timeout: "+secret+"\nwrker:\n  activities: 3\n", map[string]string{
		"XUEJI_LOG_LEVEL":         secret,
		"XUEJI_HTTP_RATE_BURST":   secret,
		"XUEJI_DATABASE_URL":      "mysql://root:" + secret + "@db/xueji",
		"XUEJI_DATABASE_APP_URL":  "postgres://app:%zz" + secret + "@db/xueji",
		"XUEJI_CLOCK_AT":          secret,
		"XUEJI_TEMPORAL_ADDRESS":  secret,
		"XUEJI_BLOB_URL":          "gopher://" + secret,
		"XUEJI_ENVIRONMENT":       secret,
		"XUEJI_WORKER_ACTIVITIES": "0",
	})
	found := problems(t, err)
	for setting, want := range map[string]string{
		"http.listn":        "did you mean http.listen?",
		"wrker":             "is not a setting",
		"http.read_timeout": "is not a duration (for example 1m)",
		"log.level":         "one of debug",
		"http.rate_burst":   "is not a whole number",
		"database.url":      "must be an address with role",
		"database.app_url":  "must be an address with role",
		"clock.at":          "for example 2026-11-20",
		"temporal.address":  "host and port",
		"blob.url":          "s3://",
		"environment":       "development, test or production",
		"worker.activities": "at least 1",
	} {
		require.Contains(t, found[setting], want, setting)
	}
	require.NotContains(t, err.Error(), secret)
}

func TestProductionRefusesWhatIsOnlyForTrials(t *testing.T) {
	environ := productionSettings()
	c, err := load(t, "", environ)
	require.NoError(t, err)
	require.Empty(t, c.Warnings)

	environ["XUEJI_DATABASE_APP_URL"] = "postgres://xueji_app:xueji@127.0.0.1/xueji"
	environ["XUEJI_DATABASE_URL"] = "postgres://xueji_app:9f1c77aa5d0e4b62@127.0.0.1/xueji"
	environ["XUEJI_CLOCK_OFFSET"] = "24h"
	environ["XUEJI_TEMPORAL_ADDRESS"] = ""
	_, err = load(t, "", environ)
	found := problems(t, err)
	require.Contains(t, found["database.url"]+found["database.app_url"], "another role")
	require.Contains(t, err.Error(), "well-known password")
	require.Contains(t, found["clock.offset"], "not be set in production")
	require.Contains(t, found["temporal.address"], "must be set in production")
}

// A browser holds a session where it is encrypted, or on its own computer.
func TestThePublicAddressIsOneForBrowsers(t *testing.T) {
	for _, right := range []string{"https://xueji.example.edu.cn", "https://10.0.0.8:8443", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:8080"} {
		_, err := load(t, "", map[string]string{"XUEJI_HTTP_PUBLIC_URL": right})
		require.NoError(t, err, right)
	}
	for _, wrong := range []string{"xueji.example.edu.cn", "http://xueji.example.edu.cn", "http://10.0.0.8", "https://", "https://a.example/", "https://a.example/x", "https://u:p@a.example", "https://a.example?b", "ftp://localhost"} {
		_, err := load(t, "", map[string]string{"XUEJI_HTTP_PUBLIC_URL": wrong})
		require.Contains(t, problems(t, err)["http.public_url"], "https", wrong)
	}
}

func TestProductionWarnsOfDefaults(t *testing.T) {
	environ := productionSettings()
	environ["XUEJI_KEYS_DIR"], environ["XUEJI_BLOB_URL"] = "", ""
	environ["XUEJI_IDENTITY_URL"], environ["XUEJI_IDENTITY_TOKEN"] = "", ""
	environ["XUEJI_DATABASE_APP_URL"] = "postgres://xueji_app:9f1c77aa5d0e4b62@db:5432/xueji"
	environ["XUEJI_HTTP_LISTEM"] = "0.0.0.0:8080"
	c, err := load(t, "", environ)
	require.NoError(t, err)
	require.Len(t, c.Warnings, 5)
	require.Contains(t, fmt.Sprint(c.Warnings), "XUEJI_HTTP_LISTEM is not a setting")
	require.Contains(t, fmt.Sprint(c.Warnings), "every identity number is lost")
	require.Contains(t, fmt.Sprint(c.Warnings), "sslmode=verify-full")
	require.Contains(t, fmt.Sprint(c.Warnings), "identity.url is not set")
	require.NotContains(t, fmt.Sprint(c.Warnings), "9f1c77aa5d0e4b62")
}

func TestGuessablePasswordsAreRefusedInProduction(t *testing.T) {
	for _, password := range []string{"", "postgres", "xueji_app", "aaaaaaaaaaaaaaaa", "short"} {
		environ := productionSettings()
		environ["XUEJI_DATABASE_APP_URL"] = "postgres://xueji_app:" + password + "@127.0.0.1/xueji"
		_, err := load(t, "", environ)
		require.Contains(t, problems(t, err)["database.app_url"], "password", "password %q", password)
	}
}

func TestNeedNamesWhatACommandCannotDoWithout(t *testing.T) {
	c, err := load(t, "", map[string]string{"XUEJI_TEMPORAL_ADDRESS": "temporal:7233"})
	require.NoError(t, err)
	require.NoError(t, c.Need("temporal.address"))
	found := problems(t, c.Need("temporal.address", "database.app_url", "database.url"))
	require.Len(t, found, 2)
	require.Contains(t, found["database.app_url"], "XUEJI_DATABASE_APP_URL")
}

func TestFileThatIsNamedMustExist(t *testing.T) {
	_, err := load(t, "", nil, "--config", "elsewhere.yaml")
	require.ErrorContains(t, err, "elsewhere.yaml does not exist")
	_, err = load(t, "http: [\n", nil)
	require.ErrorContains(t, err, "not valid YAML")
}

func TestClockStart(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	for _, row := range []struct{ at, want string }{
		{"2026-11-20", "2026-11-20T00:00:00+08:00"},
		{"2026-11-20T09:30", "2026-11-20T09:30:00+08:00"},
		{"2026-11-20T01:30:00Z", "2026-11-20T01:30:00Z"},
	} {
		at, set, err := config.Clock{At: row.at}.Start(zone)
		require.NoError(t, err)
		require.True(t, set)
		require.Equal(t, row.want, at.Format(time.RFC3339))
	}
	_, set, err := config.Clock{}.Start(zone)
	require.NoError(t, err)
	require.False(t, set)
}

func TestSecretIsNeverShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z0-9]{12,40}`).Draw(t, "secret")
		c := config.Config{Database: config.Database{URL: config.Secret(word)}}
		var shown bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			_, _ = fmt.Fprintf(&shown, verb+verb, c.Database.URL, c)
		}
		asJSON, err := json.Marshal(c)
		require.NoError(t, err)
		asYAML, err := yaml.Marshal(c)
		require.NoError(t, err)
		shown.Write(asJSON)
		shown.Write(asYAML)
		slog.New(slog.NewTextHandler(&shown, nil)).Info("settings", "url", c.Database.URL, "all", c)
		slog.New(slog.NewJSONHandler(&shown, nil)).Info("settings", "url", c.Database.URL, "all", c)
		require.NotContains(t, shown.String(), word)
		require.NotContains(t, shown.String(), fmt.Sprintf("%x", word))
		require.Contains(t, shown.String(), "[hidden]")
		require.Equal(t, word, c.Database.URL.Reveal())
	})
}

func TestEverySettingIsDescribedAndItsExampleIsRight(t *testing.T) {
	for _, s := range config.Settings() {
		t.Run(s.Name, func(t *testing.T) {
			require.NotEmpty(t, s.Help)
			require.NotEmpty(t, s.Example)
			environ := map[string]string{s.Variable(): s.Example}
			if s.Name == "environment" {
				environ = productionSettings()
			}
			_, err := load(t, "", environ)
			require.NoError(t, err)
		})
	}
}

func FuzzLoadNeverEchoesTheFile(f *testing.F) {
	f.Add("http:\n  listen: 127.0.0.1:1\n")
	f.Add("database: {url: 'postgres://a:hunter2hunter2@b/c'}\n")
	f.Add("http: 3\n")
	f.Add("- a\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(t.TempDir(), "xueji.yaml")
		require.NoError(t, os.WriteFile(file, []byte("database:\n  url: zzsecretzz\n"+text), 0o600))
		flags := pflag.NewFlagSet("xueji", pflag.ContinueOnError)
		config.AddFlags(flags)
		require.NoError(t, flags.Parse([]string{"--config", file}))
		if _, err := config.Load(flags); err != nil {
			require.NotContains(t, err.Error(), "zzsecretzz")
		}
	})
}

func TestWebhookHours(t *testing.T) {
	from, to, err := config.Webhook{Hours: "08:00-18:30"}.Open()
	require.NoError(t, err)
	require.Equal(t, []time.Duration{8 * time.Hour, 18*time.Hour + 30*time.Minute}, []time.Duration{from, to})
	for _, bad := range []string{"", "08:00", "18:00-08:00", "8-18", "08:00-24:00", "08:00-08:00"} {
		_, _, err := config.Webhook{Hours: bad}.Open()
		require.Error(t, err, bad)
	}
}
