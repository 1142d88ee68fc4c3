package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/client"
)

// Looker is what a watch needs of Temporal: only looking.
type Looker interface {
	Healthy(ctx context.Context) error
	Latest(ctx context.Context, changeID string) (client.Run, error)
	Running(ctx context.Context, fn func(client.Listed)) error
	Setup(ctx context.Context) (client.Setup, error)
}

// Watch tells what needs attention (待处理异常): which running changes do not get
// on, and why, joining the register and Temporal. It changes nothing, and when
// Temporal is down it still tells what the register knows.
type Watch struct {
	register *store.Store
	engine   Looker
	turn     chan struct{} // one comparison with all running workflows at a time
}

// NewWatch makes a watch. A register opened as the application role shows what
// the question's scope may see.
func NewWatch(register *store.Store, engine Looker) *Watch {
	return &Watch{register: register, engine: engine, turn: make(chan struct{}, 1)}
}

const (
	// quickEngine is how long Temporal may take to say that it lives.
	quickEngine = 2 * time.Second
	// lookPatience is how long Temporal may take for all that one look asks.
	lookPatience = 5 * time.Second
	// lookers is how many workflows are described at the same time.
	lookers = 8
	// standingPage is how many changes are compared at a time.
	standingPage = 1000
	// mostMissing is after how many missing workflows there is nothing to gain from finding more.
	mostMissing = 5000
)

// Question is what somebody wants to know of a watch.
type Question struct {
	Scope store.Scope
	// Only asks for one finding, "" for all; see AttentionFindings.
	Only Finding
	// After is the last change of the page before; nil is the first page, the
	// only one with what comparing with Temporal's list has found.
	After *store.AttentionKey
	Limit int
	// Patience bounds what Temporal is asked; 5 seconds when zero.
	Patience time.Duration
}

// Attention is the answer: what does not get on, the most urgent first.
type Attention struct {
	Now     time.Time
	Workers store.Workers
	// Off are the processes whose clock is off: workers, and the one that looks.
	Off []store.ClockOff
	// Whole is what is wrong with the service: Temporal down, no worker.
	Whole []Finding
	// Counts has all changes in scope per reason of the register, and what
	// Temporal told of those that were looked at.
	Counts map[Finding]int64
	// Setup is what Temporal lacks of what Xueji needs.
	Setup client.Setup
	Items []Stuck
	// Next continues the list; nil at its end.
	Next *store.AttentionKey
	// Complete is false when Temporal could not be asked everything in time.
	Complete bool
}

// Fill gives what the sentences say of the service.
func (a *Attention) Fill() Fill {
	return Fill{
		"at": Stamp(a.Workers.Last), "clocks": clocks(a.Off),
		"missing": strings.Join(a.Setup.Missing, ", "), "wrong": strings.Join(a.Setup.Wrong, ", "),
	}
}

// AttentionFindings lists what one can ask for: the reasons of the register and
// what the run of a workflow shows.
func AttentionFindings() []Finding {
	list := []Finding{FindNeverStarted, FindNotRunning, FindBehind, FindNoStep, FindAttributes, FindFailing, FindActivityRetrying}
	for _, reason := range store.Reasons() {
		list = append(list, Finding(reason))
	}
	return list
}

// Look answers a question. Only the database can make it fail.
func (w *Watch) Look(ctx context.Context, q Question) (*Attention, error) {
	if q.Patience == 0 {
		q.Patience = lookPatience
	}
	limited, cancel := context.WithTimeout(ctx, q.Patience)
	defer cancel()
	l := &look{Watch: w, q: q, a: &Attention{Counts: map[Finding]int64{}, Complete: true}}
	l.until, _ = limited.Deadline()
	if err := l.begin(ctx); err != nil {
		return nil, err
	}
	if q.After == nil {
		l.q.After = &store.AttentionKey{}
		if err := l.compare(ctx); err != nil {
			return nil, err
		}
	}
	return l.a, l.list(ctx)
}

// look is one look of a watch.
type look struct {
	*Watch

	q      Question
	a      *Attention
	until  time.Time // how long Temporal may be asked
	silent bool      // Temporal is not asked any more
}

func (l *look) within(ctx context.Context, fn func(*store.Tx) error) error {
	return l.register.InScope(ctx, l.q.Scope, fn)
}

// begin reads what concerns the service as a whole.
func (l *look) begin(ctx context.Context) error {
	var counts map[store.Reason]int64
	err := l.within(ctx, func(tx *store.Tx) (err error) {
		l.a.Now = tx.Now()
		if l.a.Workers, err = tx.Workers(); err != nil {
			return err
		}
		own, err := tx.ClockOff()
		if err != nil {
			return err
		}
		l.a.Off = l.a.Workers.Off
		if own.Abs() > store.ClockSlack {
			l.a.Off = append([]store.ClockOff{{Name: "xueji", By: own}}, l.a.Off...)
		}
		counts, err = tx.AttentionCounts()
		return err
	})
	if err != nil {
		return err
	}
	for reason, n := range counts {
		l.a.Counts[Finding(reason)] = n
	}
	l.a.Whole = appendIf(l.a.Whole, !l.a.Workers.Live, FindWorkersDown)
	l.a.Whole = appendIf(l.a.Whole, len(l.a.Off) > 0, FindClockOff)
	quick, cancel := context.WithTimeout(ctx, min(quickEngine, l.q.Patience))
	defer cancel()
	if err := l.engine.Healthy(quick); err != nil {
		l.down()
		return nil
	}
	l.setup(quick)
	return nil
}

// setup notes what Temporal lacks: without it every workflow fails, which is the
// cause of much that is told of single changes.
func (l *look) setup(ctx context.Context) {
	var err error
	if l.a.Setup, err = l.engine.Setup(ctx); err != nil {
		l.a.Complete = false // what can be asked is asked all the same
		return
	}
	l.a.Whole = appendIf(l.a.Whole, len(l.a.Setup.Missing) > 0, FindNotSetUp)
	l.a.Whole = appendIf(l.a.Whole, len(l.a.Setup.Wrong) > 0, FindWrongType)
}

// machine is the time of this computer.
func (l *look) machine() time.Time { return l.register.Clock().Machine() }

// down notes that Temporal does not answer; it is not asked again.
func (l *look) down() {
	l.silent, l.a.Complete = true, false
	l.a.Whole = append(l.a.Whole, FindEngineDown)
}

// unanswered notes that Temporal left a question open: it was lost with its
// database, or there was too much to ask.
func (l *look) unanswered(err error) {
	l.a.Complete = false
	if errors.Is(err, client.ErrNotSetUp) && !l.silent {
		l.down()
	}
	l.silent = true
}

// list fills the answer with changes the register has a reason for.
func (l *look) list(ctx context.Context) error {
	only := store.Reason(l.q.Only)
	if !slices.Contains(store.Reasons(), only) {
		only = "" // only Temporal knows: all are looked at
	}
	after := *l.q.After
	for len(l.a.Items) < l.q.Limit {
		var rows []store.AttentionRow
		want := l.q.Limit - len(l.a.Items)
		err := l.within(ctx, func(tx *store.Tx) (err error) {
			rows, err = tx.Attention(only, after, want+1)
			return err
		})
		if err != nil {
			return err
		}
		more := len(rows) > want
		rows = rows[:min(want, len(rows))]
		if err := l.judge(ctx, rows); err != nil {
			return err
		}
		if !more {
			l.a.Next = nil
			return nil
		}
		after = rows[len(rows)-1].Key()
		l.a.Next = &after
		if l.silent {
			return nil
		}
	}
	if l.a.Next == nil {
		l.a.Next = &after // what the comparison found has filled the page
	}
	return nil
}
