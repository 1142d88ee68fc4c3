package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
)

// A province changes its rules while a change runs: that change finishes under
// the rules it was filed under, the next one runs under the new ones.
func TestARunningChangeKeepsItsRules(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	old := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))

	known, err := process.Load()
	require.NoError(t, err)
	from := func(day calendar.Date, text string) (int, error) {
		return policy.AddAsOwner(t.Context(), s.Config.Database.URL.Reveal(), "520000", day, []byte(text), known, s.Clock.Now())
	}
	add := func(text string) (int, error) { return from(s.Clock.Today(), text) }
	version, err := add(`
chains:
  SUSPENSION:
    "*":
      - {name: LEADER_REVIEW, label: {zh: 学校审核, en: School review}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 3wd}
      - {name: BUREAU_APPROVAL, label: {zh: 主管部门审批, en: Bureau approval}, side: FILER, level: MANAGING, role: BUREAU_REVIEWER, term: 3wd}
      - {name: CITY_APPROVAL, label: {zh: 市级审批, en: City approval}, side: FILER, level: CITY, role: BUREAU_REVIEWER, term: 3wd}
`)
	require.NoError(t, err)
	require.Equal(t, 1, version)
	_, err = add("class_capacity: 0")
	require.ErrorContains(t, err, "class_capacity")
	_, err = from(s.Clock.Today().AddDays(-1), "class_capacity: 50")
	require.ErrorContains(t, err, "before today")

	cityReviewer := s.Person(c.City, "BUREAU_REVIEWER")
	fresh := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	for _, change := range []string{old, fresh} {
		require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
		require.Equal(t, http.StatusOK, c.Reviewer.Decide(change, "APPROVE", "").Status)
	}
	require.Equal(t, "EFFECTIVE", c.Registrar.Do(http.MethodGet, "/v1/changes/"+old, nil, "").Text("status"))
	page := c.Registrar.Do(http.MethodGet, "/v1/changes/"+fresh, nil, "")
	require.Equal(t, "CITY_APPROVAL", page.Text("open.name"))
	due, err := calendar.ParseDate(page.Text("open.due_day"))
	require.NoError(t, err)
	require.Equal(t, "2026-11-25", due.String(), "three working days after Friday 20 November")
	require.Equal(t, http.StatusOK, cityReviewer.Decide(fresh, "APPROVE", "").Status)
	require.Equal(t, "EFFECTIVE", c.Registrar.Do(http.MethodGet, "/v1/changes/"+fresh, nil, "").Text("status"))
}
