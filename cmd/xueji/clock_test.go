package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/service"
)

func TestTheClockOfATrialGoesOn(t *testing.T) {
	cfg := config.Config{Environment: config.Development, VarDir: filepath.Join(t.TempDir(), "var")}
	first, err := trialClock(cfg)
	require.NoError(t, err)
	clock, err := service.Clock(first)
	require.NoError(t, err)
	require.Equal(t, "2026-11-20", clock.Today().String())
	again, err := trialClock(cfg)
	require.NoError(t, err)
	require.Equal(t, first, again, "the second start stands no earlier than the first")

	cfg.Clock.Offset = time.Hour
	set, err := trialClock(cfg)
	require.NoError(t, err)
	require.Equal(t, cfg.Clock, set, "what is set by hand stays")

	require.NoError(t, os.WriteFile(filepath.Join(cfg.VarDir, "clock"), []byte("yesterday\n"), 0o600))
	cfg.Clock.Offset = 0
	_, err = trialClock(cfg)
	require.ErrorContains(t, err, "does not hold a duration")
}

func TestProductionHasTheRealTime(t *testing.T) {
	dir := t.TempDir()
	clock, err := trialClock(config.Config{Environment: config.Production, VarDir: dir})
	require.NoError(t, err)
	require.Zero(t, clock)
	require.NoFileExists(t, filepath.Join(dir, "clock"))
}
