package activities_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/activities"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows"
	"github.com/xueji/xueji/workflows/contract"
)

// cases is how many sequences are played a kind: a hundred of both in make test, ten
// thousand in make soak.
func cases(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("XUEJI_SOAK")); err == nil {
		return n
	}
	if testing.Short() {
		return 20
	}
	return 50
}

// TestRandomHistoriesKeepACaseConsistent lets random people do random things to one
// change, on a real database and the real workflow, with crashes and resets in
// between, and looks at it after each of them.
func TestRandomHistoriesKeepACaseConsistent(t *testing.T) {
	c := newCrowd(t)
	require.NoError(t, flag.Set("rapid.checks", strconv.Itoa(cases(t))))
	t.Cleanup(func() { _ = flag.Set("rapid.checks", "100") })
	said := map[string]int{}
	for round := 1; round == 1 || round <= 5 && untried(said) != ""; round++ { // chance may leave out what is rare
		for _, kind := range []process.Kind{process.Suspension, process.KeyDataChange} {
			t.Run(fmt.Sprint(kind, round), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					c.hand.Set(opening)
					c.rules(t, drawChain(t), rapid.SampledFrom([]string{"ALLOW", "ALLOW", "FORBID"}).Draw(t, "same person"))
					p := &play{t: t, crowd: c, kind: kind, change: c.file(t, kind, rapid.SampledFrom(firstDays()).Draw(t, "first day")), said: said, now: opening}
					rest := drawDeeds(t)
					for ended := false; !ended; {
						rest, ended = p.run(rest)
					}
					p.over()
				})
			})
		}
	}
	t.Log("slips by verb and outcome:", said)
	require.Empty(t, untried(said), "no history came this far: the test does not try it")
}

// untried names what no history has come to yet; empty when all was tried.
func untried(said map[string]int) string {
	wanted := []string{"waited", "in force on its day"}
	for _, verb := range change.Verbs() {
		wanted = append(wanted, string(verb)+" COUNTED")
	}
	for _, what := range wanted {
		if said[what] == 0 {
			return what
		}
	}
	return ""
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
	faults *faulty
}

// answered is what the sender of an update is told.
type answered struct {
	slip               uuid.UUID
	accepted, complete bool
	result             contract.SlipResult
}

// run lets one run live until the next reset, or to the end of the change.
func (p *play) run(list []deed) (rest []deed, ended bool) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	p.env = suite.NewTestWorkflowEnvironment()
	p.env.SetStartTime(p.now)
	p.env.SetTestTimeout(time.Minute)
	workflows.Register(p.env, []process.Kind{p.kind})
	a := &faulty{crowd: p.crowd, now: p.env.Now, real: activities.NewChanges(p.crowd.worker, matching{}, nil)}
	for name, f := range map[string]any{
		contract.ActivityResume: a.Resume, contract.ActivityCommitSlip: a.CommitSlip, contract.ActivityPassTime: a.PassTime, contract.ActivityPerform: a.Perform,
	} {
		p.env.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
	p.told, p.faults = nil, a
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
		a.heal()
		p.env.SignalWorkflow(contract.SignalRefresh, nil)
		p.env.RegisterDelayedCallback(p.finish, time.Hour)
	}, at+time.Hour)
	p.env.ExecuteWorkflow(p.kind.WorkflowName(), contract.ChangeInput{ChangeID: p.change.String(), Kind: string(p.kind), Province: "52"})
	require.True(p.t, p.env.IsWorkflowCompleted())
	a.stop()
	p.now = p.env.Now()
	require.Empty(p.t, a.failures(), "the register fails: %s", p.crowd.story(p.change))
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
// change, unless it waits for its day.
func (p *play) finish() {
	p.crowd.hand.Set(p.env.Now())
	var register contract.Position
	r := activities.NewChanges(p.crowd.worker, matching{}, nil)
	register, err := r.Resume(context.Background(), contract.ResumeRequest{ChangeID: p.change.String()})
	require.NoError(p.t, err)
	value, err := p.env.QueryWorkflow(contract.QueryPosition)
	require.NoError(p.t, err)
	var believed contract.Position
	require.NoError(p.t, value.Get(&believed))
	require.True(p.t, register.DueAt.Equal(believed.DueAt))
	require.True(p.t, register.OpenedAt.Equal(believed.OpenedAt))
	believed.Wait, register.Wait, believed.DueAt, register.DueAt = 0, 0, time.Time{}, time.Time{}
	believed.OpenedAt, register.OpenedAt = time.Time{}, time.Time{}
	require.Equal(p.t, register, believed, "the workflow stands where the register does")
	require.Empty(p.t, register.Slips, "every slip was counted or refused")
	if register.EffectiveOn != "" {
		return // it sleeps until its day, and ends by itself
	}
	registrar := p.crowd.who("registrar")
	s, err := p.handIn(registrar, change.NewSlip{ChangeID: p.change, Verb: change.VerbWithdraw, Step: contract.AnyStep})
	require.NoError(p.t, err)
	p.tell("signal", s)
}

// over checks what is true of every change that has ended.
func (p *play) over() {
	p.crowd.agrees(p.t, p.change)
	for _, id := range p.slips {
		s := p.slip(id)
		require.NotEqual(p.t, change.SlipPending, s.Outcome, "%s was left lying", s.Verb)
		p.said[strings.TrimSpace(string(s.Verb)+" "+s.Outcome+" "+s.OutcomeCode)]++
	}
	p.day()
	var slots int
	require.NoError(p.t, p.crowd.owner.QueryRow(context.Background(), `SELECT count(*) FROM slot WHERE change_id = $1`, p.change).Scan(&slots))
	require.Zero(p.t, slots, "the pupil is free again")
}

// firstDays are the days a suspension is asked for: past, and so many days ahead that
// people mostly get there, or mostly do not.
func firstDays() []string {
	return []string{"2026-11-16", "2026-11-24", "2026-11-24", "2026-12-10", "2026-12-10", "2027-03-01"}
}

// day checks that nothing of a change was on the record before its day.
func (p *play) day() {
	var waited, early, onDay int
	err := p.crowd.owner.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM step s WHERE s.change_id = c.id AND s.act = 'AWAIT_DAY'),
			(SELECT count(*) FROM student_history h WHERE h.change_id = c.id AND h.kind = 'SUSPENSION'
				AND (h.effective_on <> CAST(c.inputs ->> 'from_date' AS date) OR h.recorded_at < CAST((c.inputs ->> 'from_date') || ' 00:00 Asia/Shanghai' AS timestamptz))),
			(SELECT count(*) FROM step s JOIN student_history h ON h.change_id = s.change_id WHERE s.change_id = c.id AND s.act = 'AWAIT_DAY' AND s.status = 'DONE')
		FROM change c WHERE c.id = $1`, p.change).Scan(&waited, &early, &onDay)
	require.NoError(p.t, err)
	require.Zero(p.t, early, "in force before its day, or with another day in the history: %s", p.crowd.story(p.change))
	if waited > 0 {
		p.said["waited"]++
	}
	if onDay > 0 {
		p.said["in force on its day"]++
	}
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

func (p *play) slip(id uuid.UUID) *change.Slip {
	var s *change.Slip
	err := p.crowd.worker.InScope(context.Background(), store.Scope{}, func(tx *change.Tx) (err error) {
		s, err = tx.ReadSlip(id)
		return err
	})
	require.NoError(p.t, err)
	return s
}

func (p *play) do(d deed) {
	require.Empty(p.t, p.faults.failures(), "the register fails: %s", p.crowd.story(p.change))
	p.crowd.hand.Set(p.env.Now())
	p.crowd.agrees(p.t, p.change)
	switch d.Kind {
	case "refresh":
		p.env.SignalWorkflow(contract.SignalRefresh, nil)
	case "crash before":
		p.faults.fail(1+int(d.Dice%2), 0)
		p.env.SignalWorkflow(contract.SignalRefresh, nil)
	case "crash after":
		p.faults.fail(0, 1+int(d.Dice%2))
		p.env.SignalWorkflow(contract.SignalRefresh, nil)
	case "say":
		p.say(d)
	}
}

func (p *play) handIn(who person, w change.NewSlip) (*change.Slip, error) {
	p.serial++
	w.OfficeID, w.Key = who.org, p.change.String()+":"+strconv.Itoa(p.serial)
	var s *change.Slip
	err := p.crowd.app.InScope(context.Background(), store.Scope{Paths: []string{who.path}, Account: who.id}, func(tx *change.Tx) (err error) {
		s, err = tx.HandIn(w)
		return err
	})
	if err == nil {
		p.slips = append(p.slips, s.ID)
	}
	return s, err
}

func (p *play) tell(by string, s *change.Slip) {
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
