package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
)

// One person has one seat at a step (会签): nobody gives a seat to somebody who has one
// or has signed, and the seat of somebody who signed another as a proxy is passed on.
func TestAPersonHasOneSeatInAStep(t *testing.T) {
	t.Parallel()
	s, c := shared(t, e2e.Chain("SIGN", "SCHOOL_LEADER", ", sign: {mode: ALL}"))
	second := s.Person(c.School, org.SchoolLeader)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	third := s.Person(c.School, org.SchoolLeader) // has no seat
	mine, theirs := c.Leader.Mine(change), second.Mine(change)
	require.NotContains(t, c.Leader.Tasks(change, "OPEN")[0].May, "RELEASE", "a seat by name is nobody else's")
	takes := func() map[string]string {
		var all []struct {
			Account       string
			Takes, Speaks bool
		}
		list := map[string]string{}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/changes/"+change+"/tasks/"+mine+"/colleagues", nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+c.Leader.Token)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, json.NewDecoder(answer.Body).Decode(&all))
		require.NoError(t, answer.Body.Close())
		for _, one := range all {
			list[one.Account] = fmt.Sprint(one.Takes, one.Speaks)
		}
		return list
	}
	require.Equal(t, "false true", takes()[second.ID.String()])
	require.Equal(t, "true true", takes()[third.ID.String()])
	s.Refused(c.Leader.OnTask(change, mine, "transfer", m{"to": second.ID}), "already_signer")
	s.OK(second.Verdict(change, theirs, "APPROVE", nil))
	require.Equal(t, "false false", takes()[second.ID.String()])
	s.Refused(c.Leader.OnTask(change, mine, "transfer", m{"to": second.ID}), "cannot_take_task")
	s.Refused(c.Leader.OnTask(change, mine, "delegation", m{"to": second.ID}), "cannot_take_task")

	// Whoever signs for a colleague cannot sign again, and passes the own seat on.
	change = c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	c.Leader.LogIn()
	second.LogIn()
	appointed := c.Leader.Do(http.MethodPost, "/v1/proxies", m{"proxy": second.ID, "until": s.Clock.Now().Add(72 * time.Hour).Format(time.RFC3339), "reason": "出差"}, "")
	require.Equal(t, http.StatusCreated, appointed.Status, string(appointed.Raw))
	s.OK(second.Verdict(change, c.Leader.Mine(change), "APPROVE", nil))
	left := second.Tasks(change, "OPEN")
	for _, k := range left {
		require.NotContains(t, k.May, "APPROVE")
	}
	require.Empty(t, second.Inbox()[1:], "a seat of the own, and none that a colleague must take")
	own := mineAs(t, second, change, "TRANSFER_TASK")
	s.Refused(second.Verdict(change, own, "APPROVE", nil), "signed_here")
	s.Refused(second.OnTask(change, own, "transfer", m{"to": third.ID}), "already_signer")
	fourth := s.Person(c.School, org.SchoolLeader)
	s.OK(second.OnTask(change, own, "transfer", m{"to": fourth.ID}))
	s.OK(fourth.Verdict(change, own, "APPROVE", nil))
	s.OK(third.Verdict(change, third.Mine(change), "APPROVE", nil))
	require.Equal(t, "EFFECTIVE", c.Registrar.Page(change).Text("status"))
	s.Agree()
}

func mineAs(t *testing.T, p *e2e.Person, change, may string) string {
	t.Helper()
	for _, k := range p.Tasks(change, "OPEN") {
		for _, verb := range k.May {
			if verb == may {
				return k.ID
			}
		}
	}
	require.Fail(t, "nothing to say", may)
	return ""
}

// A change that an added signer sends back comes straight back to whoever asked the
// signer: the decision is still theirs.
func TestASignerSendsBackForWhoeverAsked(t *testing.T) {
	t.Parallel()
	s, c := shared(t, e2e.Chain("REVIEW", "SCHOOL_LEADER", ""), e2e.Chain("BUREAU_APPROVAL", "BUREAU_REVIEWER", ""))
	principal := s.Person(c.School, org.Principal)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	task := c.Leader.Mine(change)
	s.OK(c.Leader.OnTask(change, task, "signers", m{"to": []uuid.UUID{principal.ID}, "when": "BEFORE"}))
	s.OK(principal.Verdict(change, principal.Mine(change), "SEND_BACK", m{"send_back_to": 0, "returns": "TO_ME"}))
	s.OK(c.Registrar.Say(change, "resubmission", m{}))
	again := c.Leader.Tasks(change, "OPEN")
	require.Len(t, again, 1)
	require.Equal(t, "RETURNED", again[0].HeldAs)
	s.OK(c.Leader.Verdict(change, c.Leader.Mine(change), "APPROVE", nil))
	require.Equal(t, "BUREAU_APPROVAL", c.Registrar.Page(change).Text("open.name"))
	s.Agree()
}

// Straight to me holds though the step before takes its decision back once more.
func TestStraightToMeOutlivesATakeBack(t *testing.T) {
	t.Parallel()
	s, c := shared(t, e2e.Chain("REVIEW", "SCHOOL_LEADER", ""), e2e.Chain("BUREAU_APPROVAL", "BUREAU_REVIEWER", ""))
	other := s.Person(c.Bureau, org.BureauReviewer)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	c.Leader.Approve(change)
	s.OK(c.Reviewer.Verdict(change, c.Reviewer.Mine(change), "SEND_BACK", m{"send_back_to": 1, "returns": "TO_ME"}))
	c.Leader.Approve(change)
	s.OK(c.Leader.Say(change, "take-back", m{"opinion": "再核对"}))
	c.Leader.Approve(change)
	task := c.Reviewer.Tasks(change, "OPEN")[0]
	require.Equal(t, "RETURNED", task.HeldAs)
	s.Refused(other.Verdict(change, task.ID, "APPROVE", nil), "task_held")
	s.OK(c.Reviewer.Verdict(change, task.ID, "APPROVE", nil))
	s.Agree()
}
