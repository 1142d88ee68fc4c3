package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
)

// The worker asks the population database about every new record within the hour, as a job
// that its province sees. What it says becomes a problem of the record, and a change of key
// data to a number that matches ends the problem.
func TestEveryNewRecordIsChecked(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	good, bad := s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.DuplicateRemoved)
	s.Hand.Advance(time.Hour)
	state := func(id string) string {
		return c.Registrar.Do(http.MethodGet, "/v1/students/"+id, nil, "").Text("facets.identity_state")
	}
	s.Eventually("both are asked about", patience, func() bool {
		return state(good.ID.String()) == "MATCH" && state(bad.ID.String()) == "CANCELLED_BY_POLICE"
	})
	page := c.Registrar.Do(http.MethodGet, "/v1/students/"+bad.ID.String(), nil, "")
	require.Equal(t, "消除重复人口", page.Text("facets.identity_check.answer_label"))
	require.Contains(t, string(c.Registrar.Do(http.MethodGet, "/v1/problems", nil, "").Raw), bad.ID.String())
	require.Contains(t, string(c.Registrar.Do(http.MethodGet, "/v1/notices", nil, "").Raw), "PROBLEM_FOUND")

	card, birth := newCard(s, simulator.Matches)
	change := c.Registrar.File(c.Registrar.KeyDataBody(bad.ID, map[string]string{"id_number": card, "birth_date": birth}))
	s.Stage(change, "LEADER_REVIEW")
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	require.Equal(t, "MATCH", state(bad.ID.String()))
	require.NotContains(t, string(c.Registrar.Do(http.MethodGet, "/v1/problems", nil, "").Raw), bad.ID.String())
}
