package e2e_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/migrations"
)

// What the product itself wrote over HTTP at commit 1e671e1, in a trial of the
// demonstration: a roster of 491 pupils in the register and these running changes.
const (
	wroteSuspension = "01a22931-fc1b-7877-91ef-34bd6d625262" // filed, at the leader
	wroteAtBureau   = "01a22931-fc4f-74e9-bbda-23fd9e098db3" // a suspension at the bureau
	wroteKeyData    = "01a22931-ffa1-794b-8e88-e1c797bd725e" // sent back and resubmitted, at the leader
	wroteTransfer   = "01a22932-25c3-79fb-9444-2f2307eccc7e" // at the receiving bureau
)

// written loads the register that was written before.
func written(t *testing.T) embeddedtest.Database {
	t.Helper()
	return embeddedtest.Template{
		Name: "writtenbefore", Fingerprint: embeddedtest.Fingerprint(t, os.DirFS("testdata/before_00037")),
		Prepare: func(ctx context.Context, server *embedded.Postgres, database string) error {
			for _, login := range []string{e2e.Owner, migrations.AppRole, migrations.WorkerRole} {
				if err := server.EnsureLogin(ctx, login); err != nil {
					return err
				}
			}
			file, err := os.Open("testdata/before_00037/register.sql.gz")
			if err != nil {
				return err
			}
			defer func() { _ = file.Close() }()
			plain, err := gzip.NewReader(file)
			if err != nil {
				return err
			}
			text, err := io.ReadAll(plain)
			if err != nil {
				return err
			}
			text = regexp.MustCompile(`(?m)^\\.*$`).ReplaceAll(text, nil) // commands of psql
			conn, err := pgx.Connect(ctx, server.DSN(embedded.Superuser, database))
			if err != nil {
				return err
			}
			defer func() { _ = conn.Close(ctx) }()
			if _, err = conn.PgConn().Exec(ctx, string(text)).ReadAll(); err != nil {
				return err
			}
			_, err = conn.Exec(ctx, `ALTER SCHEMA public OWNER TO `+e2e.Owner) // a copy of the database belongs to whoever copies it
			return err
		},
	}.Database(t)
}

// Data of the newest commit before the list of migrations migrates and serves on:
// people log in, running changes are decided to their end, numbers are found, papers
// are read, and an upload of the same roster finds everybody registered.
func TestDataWrittenBeforeServesOn(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true})
	s.Hand.Set(s.Clock.Now().Add(time.Hour))
	db, cfg := written(t), s.Config
	cfg.Database.URL = config.Secret(db.DSN(e2e.Owner))
	cfg.Database.AppURL = config.Secret(db.DSN(migrations.AppRole))
	cfg.Database.WorkerURL = config.Secret(db.DSN(migrations.WorkerRole))
	cfg.VarDir, cfg.Temporal.Namespace = t.TempDir(), "e2e-"+uuid.NewString()[:13]
	require.NoError(t, os.CopyFS(filepath.Join(cfg.VarDir, "files"), os.DirFS("testdata/before_00037/files")))
	require.NoError(t, os.Mkdir(filepath.Join(cfg.VarDir, "keys"), 0o700))
	ring, err := os.ReadFile("testdata/before_00037/keyring.json")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(cfg.VarDir, "keys", "keyring.json"), ring, 0o600))

	_, err = service.OpenAPI(t.Context(), cfg, s.Clock, s.Logger(), nil)
	require.ErrorContains(t, err, "xueji migrate", "an API that comes before the migration says so")
	require.NoError(t, service.Migrate(t.Context(), cfg.Database, migrations.Passwords{}, s.Clock))
	made, err := service.Mend(t.Context(), cfg.Database)
	require.NoError(t, err)
	require.Empty(t, made, "an upgraded database has what a new one has")
	_, err = service.CreateKeys(t.Context(), cfg, s.Clock)
	require.NoError(t, err)
	checked, err := service.CheckKeys(t.Context(), cfg, s.Clock, true, func(files.Resealed) {})
	require.NoError(t, err)
	require.True(t, checked.Sound(), "%+v", checked)

	now := s.At(cfg)
	now.StartWorker()
	token := map[string]string{}
	as := func(login string) string {
		if token[login] == "" {
			answer := now.Call("", http.MethodPost, "/v1/sessions", map[string]any{"login": login, "password": "Xueji-2026"}, "")
			require.Equal(t, http.StatusCreated, answer.Status, string(answer.Raw))
			token[login] = answer.Text("token")
		}
		return token[login]
	}
	approve := func(login, change string) {
		t.Helper()
		var task string
		now.Eventually(login+" has a task of "+change, 30*time.Second, func() bool {
			page := now.Call(as(login), http.MethodGet, "/v1/changes/"+change, nil, "")
			if page.Text("open.task_id") != "" {
				task = page.Text("open.task_id")
			}
			return task != ""
		})
		answer := now.Call(as(login), http.MethodPost, "/v1/changes/"+change+"/decisions", map[string]any{"task_id": task, "verdict": "APPROVE", "opinion": "同意"}, uuid.NewString())
		require.Contains(t, []int{http.StatusOK, http.StatusAccepted}, answer.Status, string(answer.Raw))
		now.Eventually(login+" has decided", 30*time.Second, func() bool {
			page := now.Call(as(login), http.MethodGet, "/v1/changes/"+change, nil, "")
			return page.Text("status") != "RUNNING" || page.Text("open.task_id") != task
		})
	}
	approve("leader", wroteSuspension)
	approve("county.reviewer", wroteSuspension)
	approve("county.reviewer", wroteAtBureau)
	approve("leader", wroteKeyData)
	approve("county.reviewer", wroteKeyData)
	for _, change := range []string{wroteSuspension, wroteAtBureau, wroteKeyData} {
		require.Equal(t, "EFFECTIVE", now.Call(as("registrar"), http.MethodGet, "/v1/changes/"+change, nil, "").Text("status"), change)
	}
	for _, login := range []string{"dongcheng.reviewer", "leader", "county.reviewer"} {
		approve(login, wroteTransfer)
	}
	require.Equal(t, "EFFECTIVE", now.Call(as("registrar3"), http.MethodGet, "/v1/changes/"+wroteTransfer, nil, "").Text("status"))

	paper := e2e.Value[string](now, `SELECT evidence_id::text FROM change_evidence WHERE change_id = $1 LIMIT 1`, wroteSuspension)
	require.Equal(t, http.StatusOK, now.Call(as("registrar"), http.MethodGet, "/v1/evidence/"+paper+"/content", nil, "").Status)
	require.NoError(t, service.RotateKeys(t.Context(), without(cfg), s.Clock, silent()), "and its keys rotate")
}

// without lets no upload be under way.
func without(cfg config.Config) config.Config {
	cfg.HTTP.ReadTimeout, cfg.HTTP.WriteTimeout = 0, 0
	return cfg
}
