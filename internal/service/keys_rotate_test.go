package service

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/models/calendar"
)

// Whoever rotates the keys is told what is waited for, and until when.
func TestTheWaitOfARotationSaysUntilWhen(t *testing.T) {
	var cfg config.Config
	cfg.HTTP.ReadTimeout, cfg.HTTP.WriteTimeout = 2*time.Minute, 90*time.Second
	since := time.Date(2026, 11, 20, 9, 0, 0, 0, calendar.Shanghai())
	line := graceLine(cfg, since.Add(uploadGrace(cfg)).UTC())
	require.Contains(t, line, "until 09:03:30")
	require.Contains(t, line, "http.read_timeout 2m0s + http.write_timeout 1m30s")
}
