package service

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/xueji/xueji/upkeep"
)

// roundMetrics makes the gauges the upkeep fills: what an operator watches.
func roundMetrics(registry *prometheus.Registry) (func(upkeep.Round), error) {
	if registry == nil {
		return nil, nil //nolint:nilnil // nobody watches
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "xueji", Name: name, Help: help})
	}
	var (
		waiting = gauge("outbox_waiting", "Changes whose workflow has not reported itself yet.")
		age     = gauge("outbox_age_seconds", "Age of the oldest of them.")
		open    = gauge("steps_open", "Steps that wait for a decision.")
		overdue = gauge("steps_overdue", "Steps past their due time.")
		slips   = gauge("slips_pending", "Slips neither counted nor refused.")
		started = prometheus.NewCounter(prometheus.CounterOpts{Namespace: "xueji", Name: "upkeep_started_total", Help: "Workflows the upkeep had to start."})
		woken   = prometheus.NewCounter(prometheus.CounterOpts{Namespace: "xueji", Name: "upkeep_refreshed_total", Help: "Workflows the upkeep had to refresh."})
		failed  = prometheus.NewCounter(prometheus.CounterOpts{Namespace: "xueji", Name: "upkeep_failed_total", Help: "Rounds of the upkeep in which a part failed."})
	)
	var list []error
	for _, c := range []prometheus.Collector{waiting, age, open, overdue, slips, started, woken, failed} {
		list = append(list, registry.Register(c))
	}
	return func(r upkeep.Round) {
		waiting.Set(float64(r.Backlog.OutboxWaiting))
		age.Set(r.Backlog.OutboxAge)
		open.Set(float64(r.Backlog.OpenSteps))
		overdue.Set(float64(r.Backlog.OverdueSteps))
		slips.Set(float64(r.Backlog.PendingSlips))
		started.Add(float64(r.Started))
		woken.Add(float64(r.Refreshed))
		if r.Failed {
			failed.Inc()
		}
	}, errors.Join(list...)
}
