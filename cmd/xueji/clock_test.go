package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/service"
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

// A start with a time begins at that time, every time; the next one without goes on.
func TestATrialBeginsAtTheTimeItIsGiven(t *testing.T) {
	cfg := config.Config{Environment: config.Development, VarDir: filepath.Join(t.TempDir(), "var")}
	_, err := trialClock(cfg)
	require.NoError(t, err)
	for range 2 {
		for at, want := range map[string]string{"2027-03-01": "2027-03-01 00:00", "2026-12-24T23:15": "2026-12-24 23:15"} {
			set := cfg
			set.Clock.At = at
			chosen, err := trialClock(set)
			require.NoError(t, err)
			clock, err := service.Clock(chosen)
			require.NoError(t, err)
			require.Equal(t, want, clock.Now().Format("2006-01-02 15:04"))
			require.Empty(t, chosen.At, "what is started beside it gets the distance, which stays right as time goes by")
			next, err := trialClock(cfg)
			require.NoError(t, err)
			require.Equal(t, chosen, next, "the next start goes on")
		}
	}
}

func TestProductionHasTheRealTime(t *testing.T) {
	dir := t.TempDir()
	clock, err := trialClock(config.Config{Environment: config.Production, VarDir: dir})
	require.NoError(t, err)
	require.Zero(t, clock)
	require.NoFileExists(t, filepath.Join(dir, "clock"))
}
