package rest

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// readyTimeout is how long a part may take before it counts as down.
const readyTimeout = 2 * time.Second

// serveHealth adds liveness, readiness and metrics, which need no login and say
// nothing about persons.
func (s *Server) serveHealth(router *gin.Engine) {
	router.GET("/healthz", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })
	router.GET("/readyz", s.ready)
	router.GET("/metrics", gin.WrapH(promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{})))
}

// ready asks every part at once and names those that are down. A load balancer keeps
// a process that is degraded: people can file and decide there.
func (s *Server) ready(c *gin.Context) {
	parts, status, word := s.Parts(c.Request.Context()), http.StatusOK, "ok"
	for _, check := range s.Checks {
		switch {
		case parts[check.Name] == "ok":
		case !check.Optional:
			status, word = http.StatusServiceUnavailable, "down"
		case word == "ok":
			word = "degraded"
		}
	}
	c.JSON(status, gin.H{"status": word, "parts": parts})
}

// Parts asks every part of the service at once whether it answers: "ok" or "down".
func (s *Server) Parts(ctx context.Context) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	states := make([]string, len(s.Checks))
	var group sync.WaitGroup
	for i, check := range s.Checks {
		group.Go(func() {
			states[i] = "ok"
			if err := check.Ask(ctx); err != nil {
				states[i] = "down"
				s.Log.Warn("part is down", "part", check.Name, "cause", causeOf(err))
			}
		})
	}
	group.Wait()
	parts := make(map[string]string, len(states))
	for i, check := range s.Checks {
		parts[check.Name] = states[i]
	}
	return parts
}
