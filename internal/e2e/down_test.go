package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/org"
)

// unanswered is everything said to changes while nothing moves them.
type unanswered struct {
	s                                           *e2e.Stack
	c                                           *e2e.County
	approve, duplicate, withdraw, superviseSlip string // slips
	filed, approved, withdrawn                  string // changes
}

// sayWhileDown files, decides, withdraws and orders while workers or Temporal are down.
func sayWhileDown(s *e2e.Stack, c *e2e.County, approved, withdrawn string) *unanswered {
	s.T.Helper()
	u := &unanswered{s: s, c: c, approved: approved, withdrawn: withdrawn}
	u.filed = c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	colleague := s.Person(c.School, org.SchoolLeader)
	task := c.Leader.OpenTask(approved)
	say := func(p *e2e.Person, path string, body any) <-chan later {
		out := make(chan later, 1)
		go func() {
			begun := time.Now()
			a, err := s.TryCall(s.T.Context(), p.Token, http.MethodPost, path, body, uuid.NewString())
			out <- later{a, err, time.Since(begun)}
		}()
		return out
	}
	first := say(c.Leader, "/v1/changes/"+approved+"/decisions", map[string]any{"task_id": task, "verdict": "APPROVE"})
	s.Eventually("the first decision is handed in", 5*time.Second, func() bool { return count(s, "slip WHERE account_id = $1", c.Leader.ID) == 1 })
	second := say(colleague, "/v1/changes/"+approved+"/decisions", map[string]any{"task_id": task, "verdict": "REJECT", "opinion": "材料不全"})
	third := say(c.Registrar, "/v1/changes/"+withdrawn+"/withdrawal", map[string]any{"opinion": "家长改变主意"})
	fourth := say(c.Head, "/v1/changes/"+approved+"/supervision", map[string]any{"opinion": "请办理"})
	for slip, answer := range map[*string]<-chan later{&u.approve: first, &u.duplicate: second, &u.withdraw: third, &u.superviseSlip: fourth} {
		a := <-answer
		require.NoError(s.T, a.err)
		require.Equal(s.T, http.StatusAccepted, a.answer.Status, string(a.answer.Raw))
		require.Equal(s.T, "PENDING", a.answer.Text("outcome"))
		require.Equal(s.T, "/v1/slips/"+a.answer.Text("id"), a.answer.Header.Get("Location"))
		require.Less(s.T, a.took, patience)
		*slip = a.answer.Text("id")
	}
	return u
}

// settled checks that everything counted or was refused with its reason.
func (u *unanswered) settled() {
	s, c := u.s, u.c
	s.T.Helper()
	s.Eventually("every slip is counted or refused", time.Minute, func() bool { return count(s, "slip WHERE outcome = 'PENDING'") == 0 })
	outcome := func(p *e2e.Person, slip string) e2e.Answer {
		a := p.Do(http.MethodGet, "/v1/slips/"+slip, nil, "")
		require.Equal(s.T, http.StatusOK, a.Status, string(a.Raw))
		return a
	}
	require.Equal(s.T, "COUNTED", outcome(c.Leader, u.approve).Text("outcome"))
	refused := outcome(c.Leader, u.duplicate)
	require.Equal(s.T, "REFUSED", refused.Text("outcome"))
	require.Equal(s.T, "already_decided", refused.Text("code"))
	require.Contains(s.T, refused.Text("reason"), "测试SCHOOL_LEADER")
	require.Equal(s.T, "COUNTED", outcome(c.Registrar, u.withdraw).Text("outcome"))
	require.Equal(s.T, "COUNTED", outcome(c.Head, u.superviseSlip).Text("outcome"))
	require.Equal(s.T, "WITHDRAWN", e2e.Value[string](s, `SELECT status FROM change WHERE id = $1`, u.withdrawn))
	s.Agree()
	require.Equal(s.T, http.StatusOK, c.Reviewer.Decide(u.approved, "APPROVE", "").Status)
	require.Equal(s.T, http.StatusOK, c.Leader.Decide(u.filed, "APPROVE", "").Status)
}

func TestWorkersAreDown(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	approved := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	withdrawn := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(approved, withdrawn)
	s.StopWorker()
	u := sayWhileDown(s, c, approved, withdrawn)
	s.StartWorker()
	u.settled()
}

func TestTemporalIsDown(t *testing.T) {
	server := embeddedtest.OwnTemporal(t)
	s := e2e.New(t, e2e.Options{Temporal: server})
	c := s.County()
	approved := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	withdrawn := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(approved, withdrawn)
	require.NoError(t, server.Stop())
	u := sayWhileDown(s, c, approved, withdrawn)
	require.NoError(t, server.Restart(t.Context()))
	s.Hand.Advance(time.Minute) // the clock stands; a slip counts as left lying after some seconds
	u.settled()
}

// Somebody decides while somebody else ends the change: the answer says who ended it.
func TestAChangeEndsWhileASlipIsInFlight(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(change)
	hold := s.Hold(change)
	closing := make(chan later, 1)
	go func() {
		a, err := s.TryCall(t.Context(), c.Head.Token, http.MethodPost, "/v1/changes/"+change+"/closure", map[string]any{"opinion": "长期未办，终止"}, uuid.NewString())
		closing <- later{answer: a, err: err}
	}()
	hold.UntilBlocked()
	said := decideLater(t.Context(), s, c.Leader, change, "APPROVE", "")
	s.Eventually("the decision is handed in", 5*time.Second, func() bool { return count(s, "slip WHERE change_id = $1", change) == 2 })
	hold.Release()
	closed, decision := <-closing, <-said
	require.NoError(t, closed.err)
	require.Equal(t, http.StatusOK, closed.answer.Status, string(closed.answer.Raw))
	require.NoError(t, decision.err)
	require.Equal(t, http.StatusConflict, decision.answer.Status, string(decision.answer.Raw))
	require.Equal(t, "change_closed", decision.answer.Text("code"))
	require.Contains(t, string(decision.answer.Raw), "测试BUREAU_HEAD", "who ended it")
	require.Zero(t, count(s, "slip WHERE outcome = 'PENDING'"))
}

// Roles and accounts change while a slip waits: the right is checked again when it is counted.
func TestRightsAreCheckedAgainWhenASlipIsCounted(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*e2e.Person){
		"role removed":   func(p *e2e.Person) { p.GiveRoles(org.SchoolRegistrar) },
		"account closed": (*e2e.Person).Leave,
		"account sealed": (*e2e.Person).Seal,
	} {
		t.Run(name, func(t *testing.T) {
			s := e2e.New(t, e2e.Options{})
			c := s.County()
			id := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
			s.UntilAsked(id)
			s.StopWorker()
			said := decideLater(t.Context(), s, c.Leader, id, "APPROVE", "")
			s.Eventually("the decision is handed in", 5*time.Second, func() bool { return count(s, "slip") == 1 })
			change(c.Leader)
			s.StartWorker()
			answer := <-said
			require.NoError(t, answer.err)
			s.Eventually("the slip is settled", 20*time.Second, func() bool { return count(s, "slip WHERE outcome = 'PENDING'") == 0 })
			require.Equal(t, "not_your_step", e2e.Value[string](s, `SELECT outcome_code FROM slip`))
			require.Zero(t, count(s, "decision"))
			require.Equal(t, "OPEN", e2e.Value[string](s, `SELECT status FROM step WHERE change_id = $1`, id))
		})
	}
}

// Who submits does not review, even with both roles at different times.
func TestWhoSubmitsDoesNotReview(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	id := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	c.Registrar.GiveRoles(org.SchoolLeader)
	c.Registrar.Anew()
	answer := c.Registrar.Decide(id, "APPROVE", "")
	require.Equal(t, http.StatusForbidden, answer.Status, string(answer.Raw))
	require.Equal(t, "own_filing", answer.Text("code"))
	require.Zero(t, count(s, "slip"))
	require.Equal(t, http.StatusOK, c.Leader.Decide(id, "APPROVE", "").Status)
}
