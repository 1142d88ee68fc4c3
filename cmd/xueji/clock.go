package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/demo"
	"github.com/xueji/xueji/internal/service"
)

// trialClock gives the clock of a trial: at the first start it stands at the
// day the demonstration begins, and from then on it runs. The distance from the
// real time is kept under var, because a clock that jumped back at every start
// would put decisions before the filings they decide.
//
// A start with --clock-at begins at that time, and one with --clock-offset at that
// distance; the next start without either goes on from there. Processes that are
// started beside the trial get the distance too: a time would be another one for
// each of them. Production never comes here.
func trialClock(cfg config.Config) (config.Clock, error) {
	if cfg.Environment == config.Production {
		return cfg.Clock, nil
	}
	path := filepath.Join(cfg.VarDir, "clock")
	wanted := cfg.Clock
	if wanted == (config.Clock{}) {
		kept, found, err := keptClock(path)
		if err != nil || found {
			return kept, err
		}
		wanted.At = demo.Beginning
	}
	begun, err := service.Clock(wanted)
	if err != nil {
		return cfg.Clock, err
	}
	chosen := config.Clock{Offset: begun.Offset()}
	if wanted.At != "" { // whole seconds, and never a moment before: midnight is of its day
		chosen.Offset = chosen.Offset.Truncate(time.Second) + time.Second
	}
	return chosen, errors.Join(os.MkdirAll(cfg.VarDir, 0o700), os.WriteFile(path, []byte(chosen.Offset.String()+"\n"), 0o600))
}

func keptClock(path string) (c config.Clock, found bool, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return c, false, nil
	}
	if err != nil {
		return c, false, err
	}
	if c.Offset, err = time.ParseDuration(strings.TrimSpace(string(text))); err != nil {
		return c, false, fmt.Errorf("the file %s does not hold a duration such as -48h0m0s; it says how far the clock of this trial "+
			"is from the real time: correct it, or set clock.offset", path)
	}
	return c, true, nil
}
