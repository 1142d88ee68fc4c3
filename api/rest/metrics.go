package rest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics of the HTTP surface; other parts add theirs to the same registry.
type metrics struct{ duration *prometheus.HistogramVec }

func newMetrics(registry *prometheus.Registry) (*metrics, error) {
	m := &metrics{duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "xueji_http_request_duration_seconds",
		Help:    "Time to answer a call, by method, route template and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"method", "route", "status"})}
	if err := registry.Register(m.duration); err != nil {
		return nil, fmt.Errorf("register the HTTP metrics: %w", err)
	}
	return m, nil
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	m.duration.WithLabelValues(methodOf(method), route, strconv.Itoa(status)).Observe(took.Seconds())
}
