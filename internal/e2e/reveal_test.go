package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// asks asks for a number of a change in full.
func asks(who *e2e.Person, change, field string) e2e.Answer {
	return who.Do(http.MethodPost, "/v1/changes/"+change+"/reveal", map[string]any{"field": field, "reason": "VERIFY_DOCUMENT"}, "")
}

// Who decides about a number sees it in full, at the own step and not afterwards.
func TestWhoDecidesAboutANumberSeesIt(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Named(c, 2024, simulator.Matches)
	card, birth := newCard(s, simulator.Matches)
	registrar, leader, reviewer := c.Registrar.LoggedIn(), c.Leader.LoggedIn(), c.Reviewer.LoggedIn()
	colleague, principal, head := s.Person(c.School, org.SchoolRegistrar).LoggedIn(), s.Person(c.School, org.Principal).LoggedIn(), c.Head.LoggedIn()
	change := c.Registrar.File(c.Registrar.KeyDataBody(pupil.ID, map[string]string{"name": "样例新名", "id_number": card, "birth_date": birth}))
	s.Stage(change, "LEADER_REVIEW")

	sees := func(who *e2e.Person) {
		t.Helper()
		answer := asks(who, change, "id_number")
		require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
		require.Equal(t, pupil.Card, answer.Text("before"))
		require.Equal(t, card, answer.Text("after"))
		require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	}
	sees(registrar) // typed it
	sees(leader)
	require.Equal(t, "reveal_nothing", asks(leader, change, "member1_id_number").Text("code"))
	require.Equal(t, "machine_forbidden", asks(c.Leader, change, "id_number").Text("code"), "a token sees no number")
	for _, who := range []*e2e.Person{reviewer, colleague, principal, head} {
		answer := asks(who, change, "id_number")
		require.Equal(t, "reveal_not_your_step", answer.Text("code"), string(answer.Raw))
	}
	stranger := s.Person(s.School(c.Bureau, "2152000999", "南明区另一小学"), org.SchoolLeader).LoggedIn()
	require.Equal(t, "not_found", asks(stranger, change, "id_number").Text("code"))
	require.Equal(t, 2, e2e.Value[int](s, `SELECT count(*) FROM audit_entry WHERE action = 'change.reveal' AND subject_id = $1
		AND detail ->> 'field' = 'id_number' AND detail ->> 'reason' = 'VERIFY_DOCUMENT'`, change), "those who saw it, and nobody else")
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM audit_entry WHERE action = 'change.reveal' AND account_id = $1 AND detail ? 'task'`, c.Leader.ID))

	c.Leader.Approve(change)
	require.Equal(t, "reveal_not_your_step", asks(leader, change, "id_number").Text("code"), "the step is over")
	sees(reviewer)
	c.Reviewer.Approve(change)
	for _, who := range []*e2e.Person{registrar, leader, reviewer} {
		require.Equal(t, "change_closed", asks(who, change, "id_number").Text("code"))
	}
	e2e.Nowhere(t, "the log", s.Log.String(), card, pupil.Card)
}

// Of a claimed task the others of the office see no number; a colleague who is asked
// for advice does, and so does the person who asked.
func TestTheHolderOfATaskSeesTheNumber(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body := s.FilingOf(c, process.NewRecordImmigrant)
	change := c.Registrar.File(body)
	second := s.Person(c.School, org.SchoolLeader)
	task := c.Leader.Page(change).Text("open.task_id")
	s.OK(c.Leader.Do(http.MethodPost, "/v1/changes/"+change+"/tasks/"+task+"/claim", map[string]any{}, "claim-"+task))
	adviser := second.LoggedIn()
	require.Equal(t, "reveal_not_your_step", asks(adviser, change, "id_number").Text("code"))
	leader := c.Leader.LoggedIn()
	answer := asks(leader, change, "id_number")
	require.Equal(t, e2e.ItemsOf(body)["id_number"], answer.Text("after"), string(answer.Raw))
	require.NotContains(t, string(answer.Raw), "before")
	require.Equal(t, e2e.ItemsOf(body)["member1_id_number"], asks(leader, change, "member1_id_number").Text("after"))

	s.OK(c.Leader.Do(http.MethodPost, "/v1/changes/"+change+"/tasks/"+task+"/delegation", map[string]any{"to": second.ID, "opinion": "请核对证件"}, "ask-"+task))
	for _, who := range []*e2e.Person{leader, adviser} {
		require.Equal(t, http.StatusOK, asks(who, change, "id_number").Status)
	}
}
