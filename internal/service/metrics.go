package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"

	"github.com/xueji/xueji/internal/upkeep"
)

// engineMetrics puts Temporal's own metrics (workflow tasks, schedule-to-start,
// slots) into the registry.
func engineMetrics(registry *prometheus.Registry) (sdk.MetricsHandler, error) {
	if registry == nil {
		return nil, nil //nolint:nilnil // nobody watches
	}
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return nil, fmt.Errorf("metrics of the engine: %w", err)
	}
	meter := metric.NewMeterProvider(metric.WithReader(exporter)).Meter("temporal")
	return opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{Meter: meter}), nil
}

// ServeMetrics serves /metrics and /healthz of a worker on an address of its
// own until ctx ends.
func ServeMetrics(ctx context.Context, address string, registry *prometheus.Registry) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("the address %s cannot be used (%w); set worker.listen to another one", address, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}

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
