package operations_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/workflows/client"
)

// sleeper is an engine whose workflow is gone, or that does not answer at all.
type sleeper struct {
	apitest.Worker

	asleep  error
	started []string
}

func (s *sleeper) Refresh(context.Context, string) error { return s.asleep }

func (s *sleeper) Start(_ context.Context, what client.Starting) error {
	s.started = append(s.started, what.CaseNo)
	return nil
}

// A case that stands still is set going again by who may, once it is there and open; the trail
// names the person.
func TestACaseIsSetGoingAgain(t *testing.T) {
	w := apitest.New(t)
	id := w.File(process.Suspension, w.Pupils(storetest.SchoolA, 1)[0], nil)
	engine := &sleeper{Worker: apitest.Worker{Engine: w.Worker}, asleep: client.ErrNotRunning}
	w.Deps.Desk = casework.New(w.App, engine, w.Deps.Log)
	w.Build()
	rebuild := apitest.Post("/v1/changes/"+id.String()+"/rebuild", nil)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	w.Must(204, admin.Token, rebuild, nil)
	require.Equal(t, []string{apitest.One[string](w, `SELECT case_no FROM change WHERE id = $1`, id)}, engine.started)
	require.Equal(t, 1, apitest.One[int](w, `SELECT count(*)::int FROM audit_entry WHERE action = 'case.rebuild' AND subject_id = $1 AND account_id = $2`, id.String(), admin.Account))
	engine.asleep = nil
	w.Must(204, admin.Token, rebuild, nil)
	require.Len(t, engine.started, 1, "a workflow that runs is woken")
	engine.asleep = errors.New("no answer")
	p := w.Refused("unavailable", admin.Token, rebuild)
	require.Contains(t, p.Detail, "流程引擎")

	w.Refused("forbidden", w.LogIn(storetest.SchoolA, org.SchoolSysadmin).Token, rebuild)
	w.Refused("not_found", w.LogIn(storetest.FarBureau, org.BureauSysadmin).Token, rebuild)
	engine.asleep = nil
	w.Decide(id, w.Task(id), change.VerbReject)
	w.Refused("change_closed", admin.Token, rebuild)
}
