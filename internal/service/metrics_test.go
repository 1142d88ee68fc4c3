package service_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/service"
)

// A worker that runs a change counts it: Temporal's own metrics and the backlog
// of the register lie in one registry.
func TestAWorkerIsMeasured(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true})
	registry := prometheus.NewRegistry()
	w, err := service.OpenWorker(t.Context(), s.Config, s.Clock, s.Logger(), registry)
	require.NoError(t, err)
	s.Attach(w.Run)
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
	s.Eventually("the metrics are there", 10*time.Second, func() bool {
		families, err := registry.Gather()
		require.NoError(t, err)
		seen := map[string]float64{}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				seen[f.GetName()] += m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
		return seen["xueji_steps_open"] == 1 && seen["temporal_local_activity_total_total"]+seen["temporal_local_activity_total"] > 0
	})
}
