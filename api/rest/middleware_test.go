package rest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

func TestAPanicIsAProblemAndItsValueStaysOutOfTheLog(t *testing.T) {
	w := apitest.New(t)
	rest.Register(w.Server, rest.Operation{ID: "panic", Method: "GET", Path: "/v1/panic", Action: authz.Public, Tag: "x", Summary: "x"},
		func(context.Context, *rest.Empty) (*rest.Empty, error) { panic("张三 520102201101011234") })
	w.Refused("internal", "", apitest.Get("/v1/panic"))
	rest.Register(w.Server, rest.Operation{ID: "fail", Method: "GET", Path: "/v1/fail", Action: authz.Public, Tag: "x", Summary: "x"},
		func(context.Context, *rest.Empty) (*rest.Empty, error) { return nil, errors.New("disk") })
	answer := w.Send("", apitest.Get("/v1/fail"))
	require.NotContains(t, answer.Body.String(), "disk")
	require.Contains(t, w.Log.String(), "disk")
	require.NotContains(t, w.Log.String(), "520102201101011234")
	require.NotContains(t, w.Log.String(), "张三")

	rest.Register(w.Server, rest.Operation{ID: "late", Method: "GET", Path: "/v1/late", Action: authz.Public, Tag: "x", Summary: "x"},
		func(context.Context, *rest.Empty) (*rest.Empty, error) {
			return nil, fmt.Errorf("move a record: %w", &pgconn.PgError{Code: "40P01"})
		})
	w.Refused("version_conflict", "", apitest.Get("/v1/late"))
}

// A slip about a change that is not there, or is another office's, is a clerk's
// mistake: the answer tells them, and nothing in the log calls the operator.
func TestAClerksSlipDoesNotAlarmTheOperator(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	foreign, _ := w.Change(storetest.FarSchool)
	for _, change := range []string{foreign.String(), uuid.NewString()} {
		for _, call := range []apitest.Call{
			{Method: "POST", Path: "/v1/changes/" + change + "/withdrawal", Body: m{}, Key: uuid.NewString()},
			{Method: "POST", Path: "/v1/changes/" + change + "/reminder", Body: m{}, Key: uuid.NewString()},
			{Method: "POST", Path: "/v1/changes/" + change + "/resubmission", Body: m{}, Key: uuid.NewString()},
		} {
			w.Refused("not_found", registrar.Token, call)
		}
	}
	require.NotContains(t, w.Log.String(), `"level":"ERROR"`)
	require.Contains(t, w.Log.String(), `"cause":"postgres 42501"`, "the line still says which wall it was")
}

func TestAnOperationWithoutARuleDoesNotStart(t *testing.T) {
	w := apitest.New(t)
	require.Panics(t, func() {
		rest.Register(w.Server, rest.Operation{ID: "x", Method: "GET", Path: "/v1/x", Tag: "x", Summary: "x"}, func(context.Context, *rest.Empty) (*rest.Empty, error) { return nil, nil })
	})
}

func TestTheLogNamesTemplatesNeverAddresses(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	w.Must(200, c.Token, apitest.Get("/v1/orgs?q=%E5%BC%A0%E4%B8%89"), nil)
	w.Must(200, c.Token, apitest.Get(w.Org(storetest.SchoolA, "")), nil)
	w.Refused("not_found", c.Token, apitest.Get("/v1/zhangsan/13800138000"))
	log := w.Log.String()
	require.Contains(t, log, `"route":"/v1/orgs/:id"`)
	require.Contains(t, log, `"route":"unknown"`)
	for _, secret := range []string{"张三", "%E5", "13800138000", c.Token, w.OfficeID(storetest.SchoolA).String(), apitest.Password} {
		require.NotContains(t, log, secret)
	}
	metrics := w.Send("", apitest.Get("/metrics")).Body.String()
	require.Contains(t, metrics, `xueji_http_request_duration_seconds_count{method="GET",route="/v1/orgs/:id",status="200"} 1`)
	require.NotContains(t, metrics, "13800138000")
}

// PostgreSQL restarted and the pool does not know yet: already who calls cannot be
// told, and the caller learns that trying again helps.
func TestARestartedDatabaseIsUnavailableToEveryCall(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	w.Must(200, c.Token, apitest.Get(w.Org(storetest.SchoolA, "")), nil)
	_, err := w.Connect(embedded.Superuser).Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'xueji_app'`)
	require.NoError(t, err)
	w.Refused("unavailable", c.Token, apitest.Get(w.Org(storetest.SchoolA, "")))
	require.Eventually(t, func() bool { return w.Send(c.Token, apitest.Get(w.Org(storetest.SchoolA, ""))).Code == http.StatusOK }, 10*time.Second, time.Millisecond)
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
		handler, err := rest.New(rest.Config{Checks: []rest.Check{{Name: "database", Ask: row.database}, {Name: "temporal", Ask: row.temporal, Optional: true}}})
		require.NoError(t, err)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest("GET", "/readyz", nil))
		require.Equal(t, row.status, answer.Code)
		require.JSONEq(t, row.body, answer.Body.String())
	}
}
