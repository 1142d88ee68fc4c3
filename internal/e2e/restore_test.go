package e2e_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/migrations"
)

// newCluster is a server on which nobody has made any role yet.
func newCluster(t *testing.T) *embedded.Postgres {
	t.Helper()
	server, err := embedded.StartPostgres(t.Context(), embedded.PostgresOptions{Dir: filepath.Join(t.TempDir(), "postgres"), Volatile: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Remove()) })
	return server
}

// restored gives the settings of a register on another server.
func restored(cfg config.Config, server *embedded.Postgres) config.Config {
	cfg.Database.URL = config.Secret(server.DSN(e2e.Owner, "xueji"))
	cfg.Database.AppURL = config.Secret(server.DSN(migrations.AppRole, "xueji"))
	cfg.Database.WorkerURL = config.Secret(server.DSN(migrations.WorkerRole, "xueji"))
	return cfg
}

// shell runs lines of a document in a folder that holds the dump.
func shell(t *testing.T, s *e2e.Stack, server *embedded.Postgres, cfg config.Config, dir, lines string) (string, error) {
	t.Helper()
	super, err := url.Parse(server.DSN(embedded.Superuser, "postgres"))
	require.NoError(t, err)
	password, _ := super.User.Password()
	program := filepath.Join(t.TempDir(), "xueji") // under the name the document calls it by
	require.NoError(t, os.Symlink(s.Command().Path, program))
	cmd := exec.Command("sh", "-euc", lines)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"PATH="+strings.Join([]string{filepath.Dir(program), filepath.Dir(server.Program("postgres")), os.Getenv("PATH")}, ":"),
		"SUPERUSER_URL="+super.String(), "OWNER_PASSWORD="+password,
		"XUEJI_ENVIRONMENT=test", "XUEJI_VAR_DIR="+cfg.VarDir, "XUEJI_DATABASE_URL="+cfg.Database.URL.Reveal(),
		"XUEJI_DATABASE_APP_URL="+cfg.Database.AppURL.Reveal(), "XUEJI_DATABASE_WORKER_URL="+cfg.Database.WorkerURL.Reveal())
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The commands of the document, typed on a server that knows nothing of Xueji, bring
// the register back: people log in, numbers are read, a running change goes on.
func TestARestoreAsDocumented(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Named(c, 2024, simulator.Matches)
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil.ID))
	text, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	dump := regexp.MustCompile(`(?m)^ +(pg_dump .*)$`).FindSubmatch(text)
	restore := regexp.MustCompile("(?s)<!-- restore -->\n```sh\n(.*?)```\n<!-- /restore -->").FindSubmatch(text)
	require.NotNil(t, dump)
	require.NotNil(t, restore)

	dir, server := t.TempDir(), newCluster(t)
	out, err := shell(t, s, server, s.Config, dir, string(dump[1]))
	require.NoError(t, err, out)
	cfg := restored(s.Config, server)
	cfg.Temporal.Namespace += "-r"
	out, err = shell(t, s, server, cfg, dir, string(restore[1]))
	require.NoError(t, err, out)
	require.NotContains(t, out, "mended:", "with the roles there nothing is left out")
	require.Contains(t, out, "those of the register")

	again := s.At(cfg)
	require.Equal(t, http.StatusOK, again.Call(c.Registrar.Token, http.MethodGet, "/v1/students/"+pupil.ID.String(), nil, "").Status)
	found := again.Call(c.Registrar.Token, http.MethodPost, "/v1/students/search", map[string]any{"id_number": pupil.Card}, "")
	require.Contains(t, string(found.Raw), pupil.ID.String())
	require.Equal(t, "LEADER_REVIEW", again.Call(c.Registrar.Token, http.MethodGet, "/v1/changes/"+change, nil, "").Text("open.name"))
}

// Without the serving roles a restore leaves out what names them; the migration makes
// it and says so, where it used to end well and every login failed.
func TestARestoreWithoutTheRolesIsMended(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true})
	c := s.County()
	dir, server := t.TempDir(), newCluster(t)
	out, err := shell(t, s, server, s.Config, dir, `pg_dump -Fc --enable-row-security --file xueji.dump "$XUEJI_DATABASE_URL"`)
	require.NoError(t, err, out)
	cfg := restored(s.Config, server)
	out, err = shell(t, s, server, cfg, dir, `psql "$SUPERUSER_URL" -c "CREATE ROLE xueji_owner LOGIN CREATEROLE PASSWORD '$OWNER_PASSWORD'" -c "CREATE DATABASE xueji OWNER xueji_owner"
		pg_restore --no-owner --dbname "$XUEJI_DATABASE_URL" xueji.dump || true`)
	require.NoError(t, err, out)
	require.Contains(t, out, `role "xueji_app" does not exist`)
	_, err = service.OpenAPI(context.Background(), cfg, s.Clock, s.Logger(), nil)
	require.Error(t, err, "nothing serves it as it is")
	out, err = shell(t, s, server, cfg, dir, `xueji migrate`)
	require.NoError(t, err, out)
	require.Greater(t, strings.Count(out, "mended: POLICY"), 50, out)
	require.Greater(t, strings.Count(out, "mended: GRANT"), 100, out)
	again := s.At(cfg)
	require.Equal(t, http.StatusOK, again.Call(c.Registrar.Token, http.MethodGet, "/v1/me", nil, "").Status)
	out, err = shell(t, s, server, cfg, dir, `xueji migrate`)
	require.NoError(t, err)
	require.NotContains(t, out, "mended:", "once")
}
