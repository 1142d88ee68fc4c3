package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

func TestAPanicIsAProblemAndItsValueStaysOutOfTheLog(t *testing.T) {
	w := newWorld(t)
	rest.Register(w.server, rest.Operation{ID: "panic", Method: "GET", Path: "/v1/panic", Action: authz.Public, Tag: "x", Summary: "x"},
		func(context.Context, *rest.Empty) (*rest.Empty, error) { panic("张三 520102201101011234") })
	w.refused("internal", "", get("/v1/panic"))
	rest.Register(w.server, rest.Operation{ID: "fail", Method: "GET", Path: "/v1/fail", Action: authz.Public, Tag: "x", Summary: "x"},
		func(context.Context, *rest.Empty) (*rest.Empty, error) { return nil, errors.New("disk") })
	answer := w.send("", get("/v1/fail"))
	require.NotContains(t, answer.Body.String(), "disk")
	require.Contains(t, w.log.String(), "disk")
	require.NotContains(t, w.log.String(), "520102201101011234")
	require.NotContains(t, w.log.String(), "张三")

	rest.Register(w.server, rest.Operation{ID: "late", Method: "GET", Path: "/v1/late", Action: authz.Public, Tag: "x", Summary: "x"},
		func(context.Context, *rest.Empty) (*rest.Empty, error) {
			return nil, fmt.Errorf("move a record: %w", &pgconn.PgError{Code: "40P01"})
		})
	w.refused("version_conflict", "", get("/v1/late"))
}

// A slip about a change that is not there, or is another office's, is a clerk's
// mistake: the answer tells them, and nothing in the log calls the operator.
func TestAClerksSlipDoesNotAlarmTheOperator(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	foreign, _ := w.change(w.places["school4"], org.SchoolLeader)
	for _, change := range []string{foreign.String(), uuid.NewString()} {
		for _, call := range []call{
			{method: "POST", path: "/v1/changes/" + change + "/withdrawal", body: m{}, key: uuid.NewString()},
			{method: "POST", path: "/v1/changes/" + change + "/reminder", body: m{}, key: uuid.NewString()},
			{method: "POST", path: "/v1/changes/" + change + "/resubmission", body: m{}, key: uuid.NewString()},
		} {
			w.refused("not_found", registrar.token, call)
		}
	}
	require.NotContains(t, w.log.String(), `"level":"ERROR"`)
	require.Contains(t, w.log.String(), `"cause":"postgres 42501"`, "the line still says which wall it was")
}

func TestAnOperationWithoutARuleDoesNotStart(t *testing.T) {
	w := newWorld(t)
	require.Panics(t, func() {
		rest.Register(w.server, rest.Operation{ID: "x", Method: "GET", Path: "/v1/x", Tag: "x", Summary: "x"}, func(context.Context, *rest.Empty) (*rest.Empty, error) { return nil, nil })
	})
}

func TestTheLogNamesTemplatesNeverAddresses(t *testing.T) {
	w := newWorld(t)
	c := w.login(w.places["county"], org.BureauSysadmin)
	w.must(200, c.token, get("/v1/orgs?q=%E5%BC%A0%E4%B8%89"), nil)
	w.must(200, c.token, get(orgPath(w.places["school"], "")), nil)
	w.refused("not_found", c.token, get("/v1/zhangsan/13800138000"))
	log := w.log.String()
	require.Contains(t, log, `"route":"/v1/orgs/:id"`)
	require.Contains(t, log, `"route":"unknown"`)
	for _, secret := range []string{"张三", "%E5", "13800138000", c.token, w.places["school"].id.String(), worldPassword} {
		require.NotContains(t, log, secret)
	}
	metrics := w.send("", get("/metrics")).Body.String()
	require.Contains(t, metrics, `xueji_http_request_duration_seconds_count{method="GET",route="/v1/orgs/:id",status="200"} 1`)
	require.NotContains(t, metrics, "13800138000")
}

// PostgreSQL restarted and the pool does not know yet: already who calls cannot be
// told, and the caller learns that trying again helps.
func TestARestartedDatabaseIsUnavailableToEveryCall(t *testing.T) {
	w := newWorld(t)
	c := w.login(w.places["county"], org.BureauSysadmin)
	w.must(200, c.token, get(orgPath(w.places["school"], "")), nil)
	admin, err := pgx.Connect(t.Context(), w.db.DSN("postgres"))
	require.NoError(t, err)
	defer func() { _ = admin.Close(context.Background()) }()
	_, err = admin.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'xueji_app'`)
	require.NoError(t, err)
	w.refused("unavailable", c.token, get(orgPath(w.places["school"], "")))
	require.Eventually(t, func() bool { return w.send(c.token, get(orgPath(w.places["school"], ""))).Code == http.StatusOK }, 10*time.Second, time.Millisecond)
}

func TestReadinessNamesThePartThatIsDown(t *testing.T) {
	fine := func(context.Context) error { return nil }
	silent := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for _, row := range []struct {
		database, temporal func(context.Context) error
		status             int
		body               string
	}{
		{fine, fine, http.StatusOK, `{"status":"ok","parts":{"database":"ok","temporal":"ok"}}`},
		{fine, silent, http.StatusOK, `{"status":"degraded","parts":{"database":"ok","temporal":"down"}}`},
		{silent, fine, http.StatusServiceUnavailable, `{"status":"down","parts":{"database":"down","temporal":"ok"}}`},
		{silent, silent, http.StatusServiceUnavailable, `{"status":"down","parts":{"database":"down","temporal":"down"}}`},
	} {
		handler, err := New(Deps{Checks: []rest.Check{{Name: "database", Ask: row.database}, {Name: "temporal", Ask: row.temporal, Optional: true}}})
		require.NoError(t, err)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest("GET", "/readyz", nil))
		require.Equal(t, row.status, answer.Code)
		require.JSONEq(t, row.body, answer.Body.String())
	}
}
