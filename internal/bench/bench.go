// Package bench measures what Xueji costs on top of the engine it stands on.
//
// Case by case, for several kinds of change: the bare Temporal (start, per decision
// one Update whose main loop runs one empty activity, and one regular empty
// activity where the kind has an automatic step) against Xueji over real HTTP
// (file, and all decisions, the last of which ends in the register), with the same
// clients, server and worker settings. And a roster: from the upload to the
// records, against merely reading the same file and against COPY of its rows.
//
// Rounds run in rotated order after a warm-up, so that neither a cold cache nor
// a busy minute of the machine favours one side; medians are compared.
package bench

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/xueji/xueji/config"
)

// Options say what to measure, and how long.
type Options struct {
	// Config is complete: servers run, the database is migrated and holds no pupils.
	Config config.Config
	// Clients work at the same time.
	Clients int
	// Rounds are measured per mode; their median counts.
	Rounds int
	// RoundTime is about how long one round of cases takes.
	RoundTime time.Duration
	// Rows are the pupils of one roster.
	Rows int
	// Turn is how many pupils the turn of a school year has; 0 leaves it out.
	Turn int
	// Modes are the kinds of change to measure, of those that Modes lists.
	Modes []string
	// NoCases and NoImport leave a half out, for profiling the other.
	NoCases, NoImport bool
	// Progress tells a person what goes on.
	Progress io.Writer
}

func (o Options) say(format string, args ...any) {
	_, _ = fmt.Fprintf(o.Progress, format+"\n", args...)
}

// Run measures everything. It writes made-up people into the database.
func Run(ctx context.Context, o Options) (*Report, error) {
	list, err := o.scenes()
	if err != nil {
		return nil, err
	}
	r := &Report{Clients: o.Clients, Rounds: o.Rounds}
	bare, err := startBare(o.Config)
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	x, err := startXueji(ctx, o)
	if err != nil {
		return nil, err
	}
	defer x.stop()
	if len(list) > 0 {
		if err := bare.start(ctx); err != nil {
			return nil, err
		}
	}
	for _, s := range list {
		o.say("%s", s.title)
		figures, err := measureCases(ctx, o, append(bare.modes(s), x.mode(s)), s.shape.Decisions)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.title, err)
		}
		r.Scenes = append(r.Scenes, compared(s, figures))
	}
	if !o.NoImport {
		if r.Import, err = measureImport(ctx, o, x); err != nil {
			return nil, err
		}
	}
	if o.Turn > 0 {
		if r.Turn, err = measureTurn(ctx, o, x); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// mode is one way of deciding cases.
type mode interface {
	name() string
	// prepare makes everything cases need, before the clock runs.
	prepare(ctx context.Context, cases int) error
	// decideOne runs one case to its end and tells how long each decision took.
	decideOne(ctx context.Context, client int, decided func(time.Duration)) error
	// verify says whether what was measured really happened.
	verify(ctx context.Context, cases int) error
}

// warmUp is how many decisions every mode takes before anything counts; their
// rate says how many cases fill a round.
const warmUp = 320

func measureCases(ctx context.Context, o Options, modes []mode, decisions int) ([]CaseFigures, error) {
	warmUp := warmUp / decisions
	cases := make([]int, len(modes))
	rounds := make([][]round, len(modes))
	for i, m := range modes {
		o.say("warm-up: %s", m.name())
		first, err := runRound(ctx, m, o.Clients, warmUp)
		if err != nil {
			return nil, err
		}
		cases[i] = max(warmUp, int(first.perSecond()*o.RoundTime.Seconds()))
	}
	for n := range o.Rounds {
		for turn := range modes {
			i := (n + turn) % len(modes)
			done, err := runRound(ctx, modes[i], o.Clients, cases[i])
			if err != nil {
				return nil, err
			}
			o.say("round %d: %-24s %6.1f cases/s", n+1, modes[i].name(), done.perSecond())
			rounds[i] = append(rounds[i], done)
		}
	}
	figures := make([]CaseFigures, len(modes))
	for i, m := range modes {
		figures[i] = figuresOf(m.name(), rounds[i])
	}
	return figures, nil
}

func runRound(ctx context.Context, m mode, clients, cases int) (round, error) {
	if err := m.prepare(ctx, cases); err != nil {
		return round{}, fmt.Errorf("%s: prepare: %w", m.name(), err)
	}
	done, err := drive(ctx, clients, cases, m.decideOne)
	if err != nil {
		return round{}, fmt.Errorf("%s: %w", m.name(), err)
	}
	if err := m.verify(ctx, cases); err != nil {
		return round{}, fmt.Errorf("%s: %w", m.name(), err)
	}
	return done, nil
}
