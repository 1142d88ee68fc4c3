package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
)

// Looker is the part of Temporal that a watch needs. It only reads.
type Looker interface {
	Healthy(ctx context.Context) error
	Latest(ctx context.Context, changeID string) (client.Run, error)
	Compare(ctx context.Context, list []client.Standing) ([]client.Different, error)
	Setup(ctx context.Context) (client.Setup, error)
}

// Watch finds running changes that need attention (待处理异常) and the reasons, from the
// register and from Temporal. It changes nothing. When Temporal is down it still reports
// what the register knows.
type Watch struct {
	register *store.Store
	engine   Looker
	turn     chan struct{} // one comparison with all running workflows at a time
}

// NewWatch makes a watch. With a register opened as the application role, an answer holds
// only what the question's scope may see.
func NewWatch(register *store.Store, engine Looker) *Watch {
	return &Watch{register: register, engine: engine, turn: make(chan struct{}, 1)}
}

const (
	// quickEngine is how long Temporal may take to answer a check of its health.
	quickEngine = 2 * time.Second
	// lookPatience is how long Temporal may take for all questions of one look.
	lookPatience = 5 * time.Second
	// lookers is how many workflows are described at the same time.
	lookers = 8
	// standingPage is how many changes are compared at a time.
	standingPage = 1000
	// comparers is how many pages of changes are compared at the same time.
	comparers = 3
	// mostMissing is the number of missing workflows after which the search stops.
	mostMissing = 5000
)

// Question is one question to a watch.
type Question struct {
	Scope store.Scope
	// Only asks for one finding, "" for all; see AttentionFindings.
	Only Finding
	// After is the last change of the page before, nil for the first page. Only the
	// first page has the findings of the comparison with Temporal's list.
	After *worklist.AttentionKey
	Limit int
	// Patience bounds the time of all questions to Temporal; 5 seconds when zero.
	Patience time.Duration
}

// Attention is the answer of a watch: changes that make no progress, the most urgent
// first.
type Attention struct {
	Now     time.Time
	Workers worklist.Workers
	// Off are the processes with a wrong clock: workers, and this process.
	Off []worklist.ClockOff
	// Whole are findings about the whole service: Temporal is down, no worker lives.
	Whole []Finding
	// Counts counts all changes in scope by reason of the register, and by findings that
	// Temporal gave for the compared ones.
	Counts map[Finding]int64
	// Setup lists needed settings that Temporal lacks.
	Setup client.Setup
	Items []Stuck
	// Jobs are the jobs in scope that do not get on, on the first page.
	Jobs []StuckJob
	// Next continues the list; nil at its end.
	Next *worklist.AttentionKey
	// Compared is the number of running changes in scope that were compared with Temporal's
	// list, on the first page.
	Compared int64
	// Complete is false when Temporal did not answer all questions in time.
	Complete bool
}

// Fill returns the values for sentences about the service.
func (a *Attention) Fill() Fill {
	return Fill{
		"at": Stamp(a.Workers.Last), "clocks": clocks(a.Off),
		"missing": strings.Join(a.Setup.Missing, ", "), "wrong": strings.Join(a.Setup.Wrong, ", "),
	}
}

// AttentionFindings lists the findings that a question may name: the reasons of the
// register, and findings about the run of a workflow and about a job.
func AttentionFindings() []Finding {
	list := []Finding{FindNeverStarted, FindNotRunning, FindBehind, FindNoStep, FindAttributes, FindFailing, FindActivityRetrying}
	for _, reason := range worklist.Reasons() {
		list = append(list, Finding(reason))
	}
	return append(list, FindJobFailed, FindJobStopped, FindJobStuck)
}

// Look answers a question. It fails only when the database does.
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
		l.q.After = &worklist.AttentionKey{}
		if err := l.jobs(ctx); err != nil {
			return nil, err
		}
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
	until  time.Time // the end of all questions to Temporal
	silent bool      // Temporal is no longer asked
}

func (l *look) within(ctx context.Context, fn func(*store.Tx) error) error {
	return l.register.InScope(ctx, l.q.Scope, fn)
}

// begin reads the findings about the whole service.
func (l *look) begin(ctx context.Context) error {
	var counts map[worklist.Reason]int64
	err := l.within(ctx, func(tx *store.Tx) (err error) {
		l.a.Now = tx.Now()
		if l.a.Workers, err = worklist.ReadWorkers(tx); err != nil {
			return err
		}
		own, err := worklist.ReadClockOff(tx)
		if err != nil {
			return err
		}
		l.a.Off = l.a.Workers.Off
		if own.Abs() > worklist.ClockSlack {
			l.a.Off = append([]worklist.ClockOff{{Name: "xueji", By: own}}, l.a.Off...)
		}
		counts, err = worklist.AttentionCounts(tx)
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

// setup notes settings that Temporal lacks. Without them every workflow fails, so they
// explain many findings of single changes.
func (l *look) setup(ctx context.Context) {
	var err error
	if l.a.Setup, err = l.engine.Setup(ctx); err != nil {
		l.a.Complete = false // the other questions are still asked
		return
	}
	l.a.Whole = appendIf(l.a.Whole, len(l.a.Setup.Missing) > 0, FindNotSetUp)
	l.a.Whole = appendIf(l.a.Whole, len(l.a.Setup.Wrong) > 0, FindWrongType)
}

// machine returns the time of this computer.
func (l *look) machine() time.Time { return l.register.Clock().Machine() }

// down notes that Temporal does not answer. It is not asked again.
func (l *look) down() {
	l.silent, l.a.Complete = true, false
	l.a.Whole = append(l.a.Whole, FindEngineDown)
}

// unanswered notes that Temporal left a question open, because it lost its database or
// because there was too much to ask.
func (l *look) unanswered(err error) {
	l.a.Complete = false
	if errors.Is(err, client.ErrNotSetUp) && !l.silent {
		l.down()
	}
	l.silent = true
}

// list fills the answer with changes for which the register has a reason.
func (l *look) list(ctx context.Context) error {
	if l.q.Only.ofJobs() {
		return nil
	}
	only := worklist.Reason(l.q.Only)
	if !slices.Contains(worklist.Reasons(), only) {
		only = "" // only Temporal knows these findings: compare all changes
	}
	after := *l.q.After
	for len(l.a.Items) < l.q.Limit {
		var rows []worklist.AttentionRow
		want := l.q.Limit - len(l.a.Items)
		err := l.within(ctx, func(tx *store.Tx) (err error) {
			rows, err = worklist.Attention(tx, only, after, want+1)
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
		l.a.Next = &after // findings of the comparison have filled the page
	}
	return nil
}
