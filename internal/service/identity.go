package service

import (
	"context"
	"fmt"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/internal/identity/httpcheck"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/store"
)

// openChecker chooses the service for identity checks: the gateway when one is set, else
// the simulator in development and tests, else none, because production must never take a
// simulated answer for a real one.
func openChecker(cfg config.Config) (identity.Checker, error) {
	i := cfg.Identity
	switch {
	case i.URL != "":
		c, err := httpcheck.New(httpcheck.Options{
			URL: i.URL.Reveal(), Token: i.Token.Reveal(), Timeout: i.Timeout, Retries: i.Retries,
			Failures: i.BreakerFailures, Rest: i.BreakerPause,
		})
		if err != nil {
			return nil, fmt.Errorf("identity.url: %w", err)
		}
		return c, nil
	case cfg.Environment == config.Development || cfg.Environment == config.Test:
		return simulator.New(simulator.Options{}), nil
	}
	return nobody{}, nil
}

// askForJob asks the population database about one record of many, at the rate of the
// settings, so that clerks who wait for one answer do not wait for a crowd.
func (w *Worker) askForJob(ctx context.Context, name string, number ident.CitizenID) (ident.Answer, error) {
	w.limit.Do(func() { w.limited = identity.Limited(w.identity, w.cfg.Identity.PerSecond) })
	return w.limited.Check(ctx, identity.Question{Name: name, Number: number})
}

// checkIdentities is the worker's hourly chore: it files a job for every province with
// records whose identity was not checked (P21). Without a gateway there is nothing to ask.
func (w *Worker) checkIdentities(ctx context.Context) error {
	if _, none := w.identity.(nobody); none {
		return nil
	}
	return w.parts.register.InScope(ctx, store.Scope{}, func(t *change.Tx) error {
		_, err := problem.FileIdentityChecks(t.Tx)
		return err
	})
}

// nobody is the checker when no gateway is set.
type nobody struct{}

// Check returns an error that tells the operator which setting is missing.
func (nobody) Check(context.Context, identity.Question) (identity.Answer, error) {
	return "", fmt.Errorf("%w: identity.url is not set; set it to the address of the gateway and start the worker again", identity.ErrNoAnswer)
}
