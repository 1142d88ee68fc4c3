package service

import (
	"log/slog"

	sdklog "go.temporal.io/sdk/log"
)

// sdkLogger passes the SDK's log lines on from warnings up: it logs every poll
// and reconnection as information.
func sdkLogger(log *slog.Logger) sdklog.Logger { return quiet{sdklog.NewStructuredLogger(log)} }

type quiet struct{ sdklog.Logger }

// Debug drops the line.
func (quiet) Debug(string, ...any) {}

// Info drops the line.
func (quiet) Info(string, ...any) {}
