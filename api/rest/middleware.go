package rest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
)

// observe writes one log line and one measurement per call. Neither holds the
// path as it was called, a query, a body or a name: only the route's template, and
// the log the caller's address.
func (s *Server) observe(m *metrics) gin.HandlerFunc {
	return func(c *gin.Context) {
		// A duration is not a time of the register: the clock is not asked.
		started := time.Now() //nolint:forbidigo // how long, not when
		c.Next()
		took := time.Since(started) //nolint:forbidigo // how long, not when
		x := exchangeOf(c.Request.Context())
		route := routeOf(c)
		if !x.op.Stream {
			m.observe(c.Request.Method, route, c.Writer.Status(), took)
		}
		level := slog.LevelInfo
		attrs := []slog.Attr{
			slog.String("request_id", x.requestID),
			slog.String("method", methodOf(c.Request.Method)),
			slog.String("route", route),
			slog.String("address", x.address),
			slog.Int("status", c.Writer.Status()),
			slog.Float64("ms", float64(took.Microseconds())/1000),
		}
		if x.principal.Account != uuid.Nil {
			attrs = append(attrs, slog.String("account", x.principal.Account.String()))
		}
		if x.cause != nil {
			// Below 500 the caller was told what to do; only what nobody was told is
			// the operator's to mend.
			level = slog.LevelWarn
			if c.Writer.Status() >= http.StatusInternalServerError {
				level = slog.LevelError
			}
			attrs = append(attrs, slog.String("cause", causeOf(x.cause)))
		}
		s.Log.LogAttrs(c.Request.Context(), level, "http", attrs...)
	}
}

// routeOf is the template of the route, or one word for all unknown paths.
func routeOf(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return "unknown"
}

// methodOf keeps a caller from inventing methods in the log and the metrics.
func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "OTHER"
}

// recoverPanic answers a panic as an internal problem. The panic's value may
// hold personal data, so only its type and the stack's functions are logged.
// While the framework reads what was sent, nothing was done yet and what was sent
// made it panic: that is refused like every body that cannot be read.
func (s *Server) recoverPanic(c *gin.Context) {
	defer func() {
		if r := recover(); r != nil {
			x := exchangeOf(c.Request.Context())
			e := s.Recovered(c.Request.Context(), routeOf(c), r)
			if x.reading {
				e = refusal.New(refusal.MalformedBody).Because(e)
			}
			s.answer(c, e)
		}
	}()
	c.Next()
}

// Recovered logs a panic where it was recovered and makes a refusal of it.
func (s *Server) Recovered(ctx context.Context, where string, r any) *refusal.Error {
	s.Log.ErrorContext(ctx, "panic", "request_id", exchangeOf(ctx).requestID, "route", where, "type", fmt.Sprintf("%T", r), "stack", string(debug.Stack()))
	return refusal.New(refusal.Internal).Because(fmt.Errorf("panic of type %T", r))
}

// answer refuses outside huma.
func (s *Server) answer(c *gin.Context, e *refusal.Error) {
	x := exchangeOf(c.Request.Context())
	p := x.problem(e)
	if c.Writer.Written() {
		c.Abort()
		return
	}
	for name, values := range p.headers {
		for _, value := range values {
			c.Header(name, value)
		}
	}
	c.Header("Content-Type", p.ContentType(""))
	c.AbortWithStatusJSON(p.Status, p)
}

func (s *Server) noRoute(c *gin.Context)  { s.answer(c, refusal.New(refusal.NotFound)) }
func (s *Server) noMethod(c *gin.Context) { s.answer(c, refusal.New(refusal.MethodNotAllowed)) }

// securityHeaders: answers hold personal data, so nothing may keep, frame or sniff them.
func securityHeaders(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("X-Frame-Options", "DENY")
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("Cross-Origin-Resource-Policy", "same-origin")
	c.Header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	c.Header("Strict-Transport-Security", "max-age=31536000")
	c.Next()
}
