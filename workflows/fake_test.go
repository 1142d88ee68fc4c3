package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/xueji/xueji/workflows/contract"
)

// What people say and how changes end, as package store writes them.
const (
	approve  = "APPROVE"
	reject   = "REJECT"
	sendBack = "SEND_BACK"
	resubmit = "RESUBMIT"
	withdraw = "WITHDRAW"

	running   = "RUNNING"
	effective = "EFFECTIVE"
	refused   = "REFUSED"
	taken     = "WITHDRAWN"
)

// Why a slip is refused.
const (
	stepMoved      = "step_moved"
	alreadyDecided = "already_decided"
	changeClosed   = "change_closed"
	notSentBack    = "not_sent_back"
)

// register stands in for PostgreSQL and the activities on it. Each call is one
// transaction under one lock and safe to repeat, as the contract asks. It
// keeps book of what must never happen.
type register struct {
	clock func() time.Time

	mu      sync.Mutex
	changes map[string]*filed
	serial  int
	// failures are given back by the next calls of an activity, one each.
	failures map[string][]error
	calls    map[string]int
	wrong    []string // what must never happen and did

	// Hooks around the transaction of a CommitSlip, for tests that stop time there.
	beforeCommit, afterCommit func(ctx context.Context, slip string)
	// Called when a Resume has read the position and not yet answered.
	afterResume func()
	// Called while a Perform asks the world outside.
	whileAsking func(change string)
}

// What the world outside answers to an automatic step.
const (
	pass    = "pass"
	fail    = "fail"
	silence = "silence"
)

// filed is one change with its steps, tasks and slips.
type filed struct {
	id       string
	status   string
	step     int
	round    int
	returnTo int
	offices  [][]string // who decides step 1, 2, …; one task per office
	term     time.Duration
	opened   time.Time
	marks    map[string]bool // reminders sent for the open step
	tasks    map[string]bool // open tasks
	slips    []*slip
	decided  map[string]string // task to slip: nobody decides twice
	timeline []string
	// acts are the automatic steps of the chain, by number.
	acts map[int]string
	// answers of the world outside to the automatic steps: pass, fail or silence,
	// one an attempt; the last one stays.
	answers []string
	retry   time.Time // when the open automatic step is tried again
	// ahead is how long after the last approval the change is in force; zero for at once.
	ahead time.Duration
}

type slip struct {
	id, verb    string
	step, round int
	task        string
	to          int
	outcome     string
	code        string
}

func newRegister(clock func() time.Time) *register {
	return &register{clock: clock, changes: map[string]*filed{}, failures: map[string][]error{}, calls: map[string]int{}}
}

// chain is two steps with one office each: school, then bureau.
func chain() [][]string { return [][]string{{"3301060001"}, {"330106"}} }

// file files a change. A term of 0 means that time has nothing to do.
func (r *register) file(offices [][]string, term time.Duration) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &filed{id: r.newID(), status: running, round: 1, offices: offices, term: term, decided: map[string]string{}}
	r.changes[c.id] = c
	r.open(c, 1)
	return c.id
}

// newID gives IDs that are the same in every run, so that recorded histories are.
func (r *register) newID() string {
	r.serial++
	return fmt.Sprintf("0197f000-0000-7000-8000-%012x", r.serial)
}

// word is what a person says: by default about the first open task.
type word struct {
	verb string
	task string
	to   int // SEND_BACK
}

var errClosed = errors.New("a change that has ended takes no slip")

// handIn writes a slip as the API does, and gives the message about it.
func (r *register) handIn(change string, w word) (contract.SlipMessage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.changes[change]
	if c.status != running {
		return contract.SlipMessage{}, errClosed
	}
	s := &slip{id: r.newID(), verb: w.verb, step: c.step, round: c.round, task: w.task, to: w.to, outcome: contract.Pending}
	if s.task == "" {
		s.task = firstTask(c)
	}
	if w.verb == withdraw {
		s.step, s.round, s.task = contract.AnyStep, 0, ""
	}
	c.slips = append(c.slips, s)
	return contract.SlipMessage{SlipID: s.id, Step: s.step, Round: s.round}, nil
}

func firstTask(c *filed) string {
	names := make([]string, 0, len(c.tasks))
	for name := range c.tasks {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// activities lists the activities under their names.
func (r *register) activities() map[string]any {
	var a contract.Activities = r
	return map[string]any{
		contract.ActivityResume: a.Resume, contract.ActivityCommitSlip: a.CommitSlip, contract.ActivityPassTime: a.PassTime,
		contract.ActivityPerform: a.Perform,
	}
}

func (r *register) provide(to interface {
	RegisterActivityWithOptions(a any, options activity.RegisterOptions)
},
) {
	for name, a := range r.activities() {
		to.RegisterActivityWithOptions(a, activity.RegisterOptions{Name: name})
	}
}

// begin counts the call and gives the failure planned for it.
func (r *register) begin(name string) error {
	r.calls[name]++
	if list := r.failures[name]; len(list) > 0 {
		r.failures[name] = list[1:]
		return list[0]
	}
	return nil
}

func (r *register) find(change string) (*filed, error) {
	if c := r.changes[change]; c != nil {
		return c, nil
	}
	return nil, gone()
}

func gone() error {
	return temporal.NewNonRetryableApplicationError("there is no such change or slip", contract.ErrGone, nil)
}

// Resume reads the position.
func (r *register) Resume(_ context.Context, q contract.ResumeRequest) (contract.Position, error) {
	at, err := r.resume(q)
	if r.afterResume != nil {
		r.afterResume()
	}
	return at, err
}

func (r *register) resume(q contract.ResumeRequest) (contract.Position, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.begin(contract.ActivityResume); err != nil {
		return contract.Position{}, err
	}
	c, err := r.find(q.ChangeID)
	if err != nil {
		return contract.Position{}, err
	}
	return r.position(c), nil
}

// CommitSlip counts or refuses a slip.
func (r *register) CommitSlip(ctx context.Context, q contract.CommitRequest) (contract.Committed, error) {
	if r.beforeCommit != nil {
		r.beforeCommit(ctx, q.SlipID)
	}
	done, err := r.commit(q)
	if r.afterCommit != nil && err == nil {
		r.afterCommit(ctx, q.SlipID)
	}
	return done, err
}

func (r *register) commit(q contract.CommitRequest) (contract.Committed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.begin(contract.ActivityCommitSlip); err != nil {
		return contract.Committed{}, err
	}
	c, err := r.find(q.ChangeID)
	if err != nil {
		return contract.Committed{}, err
	}
	id, err := uuid.Parse(q.SlipID)
	if err != nil {
		return contract.Committed{}, gone()
	}
	at := slices.IndexFunc(c.slips, func(s *slip) bool { return s.id == id.String() })
	if at < 0 {
		return contract.Committed{}, gone()
	}
	s := c.slips[at]
	if s.outcome == contract.Pending {
		r.act(c, s)
	}
	result := contract.SlipResult{SlipID: s.id, Outcome: s.outcome, Code: s.code}
	return contract.Committed{Result: result, Position: r.position(c)}, nil
}

// act does what a slip says, or refuses it.
func (r *register) act(c *filed, s *slip) {
	switch {
	case c.status != running:
		r.settle(s, changeClosed)
	case s.verb == withdraw:
		r.end(c, s, taken)
	case s.verb == resubmit && c.step == 0:
		delete(c.tasks, s.task)
		r.moveTo(c, s, c.returnTo)
	case s.verb == resubmit:
		r.settle(s, notSentBack)
	case c.decided[s.task] != "":
		r.settle(s, alreadyDecided)
	case !c.tasks[s.task] || c.step == 0:
		r.settle(s, stepMoved)
	default:
		r.decide(c, s)
	}
}

func (r *register) decide(c *filed, s *slip) {
	c.decided[s.task] = s.id
	delete(c.tasks, s.task)
	for _, other := range c.slips {
		if other != s && other.task == s.task && other.outcome == contract.Pending {
			r.settle(other, alreadyDecided)
		}
	}
	switch {
	case s.verb == reject:
		r.end(c, s, refused)
	case s.verb == sendBack:
		c.round++
		c.returnTo = 1
		r.moveTo(c, s, s.to)
	case len(c.tasks) > 0: // countersign: others must still sign
		r.settle(s, "")
		c.timeline = append(c.timeline, s.verb)
	case c.step == len(c.offices) && c.ahead > 0:
		r.awaitDay(c, s)
	case c.step == len(c.offices):
		r.end(c, s, effective)
	default:
		r.moveTo(c, s, c.step+1)
	}
}

// settle writes what became of a slip, once.
func (r *register) settle(s *slip, code string) {
	if s.outcome != contract.Pending {
		r.wrong = append(r.wrong, "slip "+s.id+" was settled twice")
	}
	s.outcome, s.code = contract.Counted, code
	if code != "" {
		s.outcome = contract.Refused
	}
}

func (r *register) moveTo(c *filed, s *slip, step int) {
	r.settle(s, "")
	c.timeline = append(c.timeline, s.verb)
	for _, other := range c.slips {
		if other.outcome == contract.Pending && other.step != contract.AnyStep {
			r.settle(other, stepMoved)
		}
	}
	r.open(c, step)
}

func (r *register) end(c *filed, s *slip, status string) {
	r.settle(s, "")
	c.timeline = append(c.timeline, s.verb)
	c.status, c.tasks = status, nil
	for _, other := range c.slips {
		if other.outcome == contract.Pending {
			r.settle(other, changeClosed)
		}
	}
}

func (r *register) open(c *filed, step int) {
	c.retry = r.clock()
	c.step, c.opened, c.marks, c.tasks = step, r.clock(), map[string]bool{}, map[string]bool{}
	if c.acts[step] != "" {
		return // nobody decides there
	}
	for _, office := range seats(c) {
		c.tasks[fmt.Sprintf("%d/%d/%s", c.round, step, office)] = true
	}
}

// seats are the offices of the open step; step 0 is the applicant's.
func seats(c *filed) []string {
	if c.step == 0 {
		return []string{"3301060001"}
	}
	return c.offices[c.step-1]
}

func (r *register) position(c *filed) contract.Position {
	p := contract.Position{Status: c.status, Step: c.step, Round: c.round, Closed: c.status != running}
	if p.Closed {
		return p
	}
	p.Stage = "STEP_" + fmt.Sprint(c.step)
	for name := range c.tasks {
		p.WaitingFor = append(p.WaitingFor, name[strings.LastIndex(name, "/")+1:])
	}
	slices.Sort(p.WaitingFor)
	p.DueAt, p.OpenedAt = c.opened.Add(max(c.term, time.Hour)).UTC(), c.opened.UTC()
	p.Overdue = c.term > 0 && !r.clock().Before(p.DueAt)
	for _, s := range c.slips {
		if s.outcome == contract.Pending {
			p.Slips = append(p.Slips, s.id)
		}
	}
	for _, m := range reminders {
		if c.term > 0 && !c.marks[m.verb] {
			p.Wait = max(c.opened.Add(c.term/100*time.Duration(m.share)).Sub(r.clock()), time.Millisecond)
			break
		}
	}
	if act := c.acts[c.step]; act != "" {
		p.WaitingFor = nil
		if c.step > len(c.offices) {
			c.waitsForDay(&p)
		}
		if left := c.retry.Sub(r.clock()); left <= 0 {
			p.Act = act
		} else if p.Wait == 0 || left < p.Wait {
			p.Wait = left
		}
	}
	return p
}
