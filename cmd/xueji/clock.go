package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/demo"
	"github.com/xueji/xueji/service"
)

// trialClock gives the clock of a trial: at the first start it stands at the
// day the demonstration begins, and from then on it runs. The distance from the
// real time is kept under var, because a clock that jumped back at every start
// would put decisions before the filings they decide.
//
// Production never comes here; a clock that is set by hand is left as it is.
func trialClock(cfg config.Config) (config.Clock, error) {
	if cfg.Environment == config.Production || cfg.Clock.At != "" || cfg.Clock.Offset != 0 {
		return cfg.Clock, nil
	}
	path := filepath.Join(cfg.VarDir, "clock")
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		begun, err := service.Clock(config.Clock{At: demo.Beginning})
		if err != nil {
			return cfg.Clock, err
		}
		kept := config.Clock{Offset: begun.Offset().Round(time.Second)}
		return kept, errors.Join(os.MkdirAll(cfg.VarDir, 0o700), os.WriteFile(path, []byte(kept.Offset.String()+"\n"), 0o600))
	}
	if err != nil {
		return cfg.Clock, err
	}
	offset, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		return cfg.Clock, fmt.Errorf("the file %s does not hold a duration such as -48h0m0s; it says how far the clock of this trial "+
			"is from the real time: correct it, or set clock.offset", path)
	}
	return config.Clock{Offset: offset}, nil
}
