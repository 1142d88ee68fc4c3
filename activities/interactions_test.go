package activities_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/activities"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/countersign"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows"
	"github.com/xueji/xueji/workflows/contract"
)

// deed is something that happens to a change. What exactly is thrown with Dice when
// it happens, because it depends on where the change stands then.
type deed struct {
	Kind  string // say, crash before, crash after, reset, refresh
	After time.Duration
	Dice  uint64
	By    string
	Blind bool // said without asking first whether it may be
}

func drawDeeds(t *rapid.T) []deed {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deed {
		return deed{
			Kind:  rapid.SampledFrom([]string{"say", "say", "say", "say", "say", "say", "say", "say", "say", "say", "crash before", "crash after", "reset", "refresh"}).Draw(t, "kind"),
			After: rapid.SampledFrom([]time.Duration{time.Second, time.Second, time.Hour, 30 * time.Hour}).Draw(t, "after"),
			Dice:  rapid.Uint64().Draw(t, "dice"),
			By:    rapid.SampledFrom([]string{"update", "update", "update", "signal", "nothing"}).Draw(t, "by"),
			Blind: rapid.Bool().Draw(t, "blind"),
		}
	}), 40, 40).Draw(t, "deeds")
}

// verbs are thrown in these proportions: few end a change.
func verbs() []store.Verb {
	return slices.Concat(
		slices.Repeat([]store.Verb{store.Approve}, 12), slices.Repeat([]store.Verb{store.SendBack, store.TakeBack, store.Resubmit}, 4),
		slices.Repeat([]store.Verb{store.AddSigner, store.RemoveSigner, store.ClaimTask, store.Release, store.TransferTask, store.Delegate, store.Answer, store.HandOver}, 3),
		[]store.Verb{store.Remind, store.CopyTo, store.Supervise, store.Reject, store.Reject, store.Reject, store.Withdraw, store.Close},
	)
}

func drawChain(t *rapid.T) []process.Step {
	label, term := process.Text{Zh: "步骤", En: "step"}, calendar.Term{}
	require.NoError(t, term.UnmarshalText([]byte("10wd")))
	var steps []process.Step
	for i := range rapid.IntRange(1, 3).Draw(t, "steps") {
		s := process.Step{Name: "STEP_" + strconv.Itoa(i+1), Label: label, Side: process.SideFiler, Level: process.LevelSchool, Role: org.SchoolLeader, Term: term}
		if i > 0 && rapid.Bool().Draw(t, "at the bureau") {
			s.Level, s.Role = process.LevelManaging, org.BureauReviewer
		}
		switch rapid.IntRange(0, 5).Draw(t, "shared") {
		case 0:
			s.Sign = process.Sign{Mode: countersign.All}
		case 1:
			s.Sign = process.Sign{Mode: countersign.Ratio, Percent: 60}
		case 2:
			s.Sign = process.Sign{Mode: countersign.Any, Seats: []process.Seat{{}, {Level: process.LevelSchool, Role: org.Principal}}}
		case 3:
			s.Sign = process.Sign{Mode: countersign.Sequential, Seats: []process.Seat{{}, {}, {Level: process.LevelManaging, Role: org.BureauReviewer}}}
		}
		steps = append(steps, s)
	}
	return steps
}

// cases is how many sequences are played a kind: hundreds in make test, ten
// thousand in make soak.
func cases(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("XUEJI_SOAK")); err == nil {
		return n
	}
	if testing.Short() {
		return 20
	}
	return 100
}

// TestWhateverPeopleDoACaseHoldsTogether lets random people do random things to one
// change, on a real database and the real workflow, with crashes and resets in
// between, and looks at it after each of them.
func TestWhateverPeopleDoACaseHoldsTogether(t *testing.T) {
	c := newCrowd(t)
	require.NoError(t, flag.Set("rapid.checks", strconv.Itoa(cases(t))))
	t.Cleanup(func() { _ = flag.Set("rapid.checks", "100") })
	said := map[string]int{}
	for _, kind := range []process.Kind{process.Suspension, process.KeyDataChange} {
		t.Run(string(kind), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				c.hand.Set(opening)
				c.rules(t, drawChain(t), rapid.SampledFrom([]string{"ALLOW", "ALLOW", "FORBID"}).Draw(t, "same person"))
				p := &play{t: t, crowd: c, kind: kind, change: c.file(t, kind), said: said, now: opening}
				rest := drawDeeds(t)
				for ended := false; !ended; {
					rest, ended = p.run(rest)
				}
				p.over()
			})
		})
	}
	t.Log("slips by verb and outcome:", said)
	for _, verb := range store.Verbs() {
		require.Positive(t, said[string(verb)+" COUNTED"], "%s was never counted: the test does not try it", verb)
	}
}

// play is one change and what happens to it, over as many runs as there are resets.
type play struct {
	t      *rapid.T
	crowd  *crowd
	kind   process.Kind
	change uuid.UUID
	slips  []uuid.UUID
	told   []*answered
	said   map[string]int
	now    time.Time
	serial int

	env    *testsuite.TestWorkflowEnvironment
	wrong  []string // what the register could not do
	before int      // activities that fail before their transaction
	after  int      // and after it
}

// answered is what the sender of an update is told.
type answered struct {
	slip               uuid.UUID
	accepted, complete bool
	result             contract.SlipResult
}

// faulty lets activities crash, and gives the register the time of the run.
type faulty struct {
	*play

	real contract.Activities
}

var errCrash = errors.New("the worker crashed")

func crash[Out any](f *faulty, do func() (Out, error)) (Out, error) {
	f.crowd.hand.Set(f.env.Now())
	var none Out
	if f.before > 0 {
		f.before--
		return none, errCrash
	}
	out, err := do()
	if err == nil && f.after > 0 {
		f.after--
		return none, errCrash
	}
	return out, err
}

func (f *faulty) Resume(ctx context.Context, r contract.ResumeRequest) (contract.Position, error) {
	return crash(f, func() (contract.Position, error) { return f.real.Resume(ctx, r) })
}

func (f *faulty) CommitSlip(ctx context.Context, r contract.CommitRequest) (contract.Committed, error) {
	return crash(f, func() (contract.Committed, error) {
		done, err := f.real.CommitSlip(ctx, r)
		if err != nil {
			f.wrong = append(f.wrong, f.why(r))
		}
		return done, err
	})
}

// why asks the register itself what it could not do: what crosses into the engine
// is a code.
func (f *faulty) why(r contract.CommitRequest) string {
	err := f.crowd.worker.InScope(context.Background(), store.Scope{}, func(tx *store.Tx) error {
		_, err := tx.CommitSlip(uuid.MustParse(r.ChangeID), uuid.MustParse(r.SlipID))
		return err
	})
	return fmt.Sprint(err)
}

func (f *faulty) Perform(ctx context.Context, r contract.ResumeRequest) (contract.Position, error) {
	return crash(f, func() (contract.Position, error) { return f.real.Perform(ctx, r) })
}

func (f *faulty) PassTime(ctx context.Context, r contract.ResumeRequest) (contract.Position, error) {
	return crash(f, func() (contract.Position, error) { return f.real.PassTime(ctx, r) })
}

// quiet is a logger that drops lines.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

var _ log.Logger = quiet{}

// run lets one run live until the next reset, or to the end of the change.
func (p *play) run(list []deed) (rest []deed, ended bool) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	p.env = suite.NewTestWorkflowEnvironment()
	p.env.SetStartTime(p.now)
	p.env.SetTestTimeout(time.Minute)
	workflows.Register(p.env, []process.Kind{p.kind})
	a := &faulty{play: p, real: activities.NewChanges(p.crowd.worker, nil)}
	for name, f := range map[string]any{
		contract.ActivityResume: a.Resume, contract.ActivityCommitSlip: a.CommitSlip, contract.ActivityPassTime: a.PassTime, contract.ActivityPerform: a.Perform,
	} {
		p.env.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
	p.told, p.before, p.after = nil, 0, 0
	var at time.Duration
	reset := false
	for i, d := range list {
		at += d.After
		if reset = d.Kind == "reset"; reset {
			rest = list[i+1:]
			break
		}
		p.env.RegisterDelayedCallback(func() { p.do(d) }, at)
	}
	p.env.RegisterDelayedCallback(func() {
		if reset {
			p.env.CancelWorkflow()
			return
		}
		p.before, p.after = 0, 0
		p.env.SignalWorkflow(contract.SignalRefresh, nil)
		p.env.RegisterDelayedCallback(p.finish, time.Hour)
	}, at+time.Hour)
	p.env.ExecuteWorkflow(p.kind.WorkflowName(), contract.ChangeInput{ChangeID: p.change.String(), Kind: string(p.kind), Province: "52"})
	require.True(p.t, p.env.IsWorkflowCompleted())
	p.now = p.env.Now()
	p.crowd.agrees(p.t, p.change)
	err := p.env.GetWorkflowError()
	var stopped *temporal.CanceledError
	if reset && errors.As(err, &stopped) {
		return rest, false
	}
	require.NoError(p.t, err)
	p.answers()
	return nil, true
}

// finish looks whether the workflow stands where the register does, and ends the
// change.
func (p *play) finish() {
	p.crowd.hand.Set(p.env.Now())
	var register contract.Position
	r := activities.NewChanges(p.crowd.worker, nil)
	register, err := r.Resume(context.Background(), contract.ResumeRequest{ChangeID: p.change.String()})
	require.NoError(p.t, err)
	value, err := p.env.QueryWorkflow(contract.QueryPosition)
	require.NoError(p.t, err)
	var believed contract.Position
	require.NoError(p.t, value.Get(&believed))
	require.True(p.t, register.DueAt.Equal(believed.DueAt))
	believed.Wait, register.Wait, believed.DueAt, register.DueAt = 0, 0, time.Time{}, time.Time{}
	require.Equal(p.t, register, believed, "the workflow stands where the register does")
	require.Empty(p.t, register.Slips, "every slip was counted or refused")
	registrar := p.crowd.who("registrar")
	s, err := p.handIn(registrar, store.Word{ChangeID: p.change, Verb: store.Withdraw, Step: contract.AnyStep})
	require.NoError(p.t, err)
	p.tell("signal", s)
}

// over checks what is true of every change that has ended.
func (p *play) over() {
	p.crowd.agrees(p.t, p.change)
	for _, id := range p.slips {
		s := p.slip(id)
		require.NotEqual(p.t, store.SlipPending, s.Outcome, "%s was left lying", s.Verb)
		p.said[strings.TrimSpace(string(s.Verb)+" "+s.Outcome+" "+s.OutcomeCode)]++
	}
	var slots int
	require.NoError(p.t, p.crowd.owner.QueryRow(context.Background(), `SELECT count(*) FROM slot WHERE change_id = $1`, p.change).Scan(&slots))
	require.Zero(p.t, slots, "the pupil is free again")
}

// answers looks at what the senders of the last run were told.
func (p *play) answers() {
	for _, a := range p.told {
		if !a.accepted {
			continue
		}
		require.True(p.t, a.complete, "accepted and never answered")
		s := p.slip(a.slip)
		require.Equal(p.t, s.Outcome, a.result.Outcome, "told otherwise than the register says")
		require.Equal(p.t, s.OutcomeCode, a.result.Code)
	}
}

func (p *play) slip(id uuid.UUID) *store.Slip {
	var s *store.Slip
	err := p.crowd.worker.InScope(context.Background(), store.Scope{}, func(tx *store.Tx) (err error) {
		s, err = tx.Slip(id)
		return err
	})
	require.NoError(p.t, err)
	return s
}

func (p *play) do(d deed) {
	require.Empty(p.t, p.wrong, "the register fails: %s", p.crowd.story(p.change))
	p.crowd.hand.Set(p.env.Now())
	p.crowd.agrees(p.t, p.change)
	switch d.Kind {
	case "refresh":
		p.env.SignalWorkflow(contract.SignalRefresh, nil)
	case "crash before":
		p.before += 1 + int(d.Dice%2)
		p.env.SignalWorkflow(contract.SignalRefresh, nil)
	case "crash after":
		p.after += 1 + int(d.Dice%2)
		p.env.SignalWorkflow(contract.SignalRefresh, nil)
	case "say":
		p.say(d)
	}
}

func (p *play) say(d deed) {
	p.serial++
	dice := rand.New(rand.NewPCG(d.Dice, uint64(p.serial)))
	tasks := p.crowd.tasks(p.t, p.change)
	verb := verbs()[dice.IntN(len(verbs()))]
	if ends := verb == store.Reject || verb == store.Withdraw || verb == store.Close; ends && dice.IntN(4) > 0 {
		verb = store.AddSigner
	}
	var k taskRow
	if len(tasks) > 0 {
		k = tasks[dice.IntN(len(tasks))]
		if live := slices.IndexFunc(tasks, func(k taskRow) bool { return k.Status != "OPEN" }); dice.IntN(10) > 0 && live != 0 {
			k = tasks[dice.IntN(max(live, 1))]
		}
		if k.Status == "OPEN" && k.Step == 0 && dice.IntN(2) > 0 {
			verb = store.Resubmit
		}
		added := slices.IndexFunc(tasks, func(k taskRow) bool { return k.Added != nil && (k.Status == "OPEN" || k.Status == "WAITING") })
		switch {
		case verb == store.RemoveSigner && added >= 0:
			k = tasks[added]
		case verb == store.RemoveSigner && dice.IntN(4) > 0:
			verb = store.AddSigner
		case (verb == store.Resubmit || verb == store.Answer) && k.Step != 0 && dice.IntN(4) > 0:
			verb = []store.Verb{store.Approve, store.Delegate, store.SendBack}[dice.IntN(3)]
		}
		if k.Owner != nil && dice.IntN(2) > 0 {
			verb = []store.Verb{store.Answer, store.Answer, store.Release, store.Approve}[dice.IntN(4)]
		}
	} else if verb.OnTask() {
		return
	}
	who := p.actor(dice, verb, k)
	w := store.Word{ChangeID: p.change, Verb: verb, Step: contract.AnyStep, Opinion: "理由"}
	if verb.OnTask() {
		w.TaskID, w.Step, w.Round = k.ID, k.Step, k.Round
	}
	if k.Holder != nil {
		w.Body.From = *k.Holder
	}
	there := slices.DeleteFunc(p.there(k.Path), func(one person) bool { return one.id == who.id || !one.judges })
	if dice.IntN(10) == 0 {
		there = p.crowd.people
	}
	for range 1 + dice.IntN(2) {
		w.Body.To = append(w.Body.To, there[dice.IntN(len(there))].id)
	}
	if verb == store.TransferTask || verb == store.Delegate || verb == store.HandOver {
		w.Body.To = w.Body.To[:1]
	}
	w.Body.SendBackTo, w.Body.ToMe, w.Body.Before, w.Body.Advice = dice.IntN(max(k.Step, 1)), dice.IntN(2) == 0, dice.IntN(2) == 0, store.Approve
	if !d.Blind && verb.OnTask() {
		err := p.crowd.app.InScope(context.Background(), store.Scope{Paths: []string{who.path}, Account: who.id}, func(tx *store.Tx) (err error) {
			w.OfficeID, w.Key = who.org, uuid.NewString()
			w.Step, w.Round, err = tx.MaySay(w)
			return err
		})
		if err != nil {
			var refusal *problem.Error
			require.ErrorAs(p.t, err, &refusal, "people are told what to do")
			return
		}
	}
	s, err := p.handIn(who, w)
	if err != nil {
		var refusal *problem.Error
		require.ErrorAs(p.t, err, &refusal)
		return
	}
	p.tell(d.By, s)
}

// actor is who does a deed: mostly somebody it is about, sometimes anybody.
func (p *play) actor(dice *rand.Rand, verb store.Verb, k taskRow) person {
	var about *uuid.UUID
	switch verb { //nolint:exhaustive // the others are anybody's at the task's office
	case store.Resubmit, store.Withdraw, store.Remind:
		return p.crowd.who([]string{"registrar", "registrar 2"}[dice.IntN(2)])
	case store.Close, store.Supervise:
		return p.crowd.who([]string{"city head", "county head"}[dice.IntN(2)])
	case store.HandOver:
		return p.crowd.who([]string{"administrator", "principal", "county head"}[dice.IntN(3)])
	case store.RemoveSigner:
		about = k.Added
	case store.Release:
		about = k.Owner
	case store.TakeBack:
		about = p.lastDecider()
	}
	if about == nil {
		about = k.Holder
	}
	if i := slices.IndexFunc(p.crowd.people, func(one person) bool { return about != nil && one.id == *about }); i >= 0 && dice.IntN(5) > 0 {
		return p.crowd.people[i]
	}
	if dice.IntN(10) == 0 {
		return p.crowd.people[dice.IntN(len(p.crowd.people))]
	}
	there := p.there(k.Path)
	return there[dice.IntN(len(there))]
}

func (p *play) there(path string) []person {
	var list []person
	for _, one := range p.crowd.people {
		if one.path == path || path == "" {
			list = append(list, one)
		}
	}
	return list
}

// lastDecider is who decided last.
func (p *play) lastDecider() *uuid.UUID {
	var who *uuid.UUID
	_ = p.crowd.owner.QueryRow(context.Background(), `SELECT account_id FROM decision WHERE change_id = $1 ORDER BY decided_at DESC, slip_id DESC LIMIT 1`, p.change).Scan(&who)
	return who
}

func (p *play) handIn(who person, w store.Word) (*store.Slip, error) {
	p.serial++
	w.OfficeID, w.Key = who.org, p.change.String()+":"+strconv.Itoa(p.serial)
	var s *store.Slip
	err := p.crowd.app.InScope(context.Background(), store.Scope{Paths: []string{who.path}, Account: who.id}, func(tx *store.Tx) (err error) {
		s, err = tx.HandIn(w)
		return err
	})
	if err == nil {
		p.slips = append(p.slips, s.ID)
	}
	return s, err
}

func (p *play) tell(by string, s *store.Slip) {
	m := contract.SlipMessage{SlipID: s.ID.String(), Step: s.StepNo, Round: s.Round}
	switch by {
	case "signal":
		p.env.SignalWorkflow(contract.SignalSlip, m)
	case "update":
		got := &answered{slip: s.ID}
		p.told = append(p.told, got)
		p.env.UpdateWorkflow(contract.UpdateSlip, uuid.NewString(), &testsuite.TestUpdateCallback{
			OnAccept: func() { got.accepted = true },
			OnReject: func(error) {},
			OnComplete: func(value any, err error) {
				if result, ok := value.(contract.SlipResult); ok && err == nil {
					got.complete, got.result = true, result
				}
			},
		}, m)
	}
}
