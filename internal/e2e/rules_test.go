package e2e_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// administrator makes somebody who may change the rules of the province; a token may not.
func administrator(s *e2e.Stack) *e2e.Person {
	p := s.Person(s.Office(org.Province, "520000"), org.BureauSysadmin)
	p.LogIn()
	return p
}

func threeSteps() map[string]any {
	step := func(name, zh, en, level, role string) map[string]any {
		return map[string]any{"name": name, "label": map[string]string{"zh": zh, "en": en}, "side": "FILER", "level": level, "role": role, "term": "10wd"}
	}
	return map[string]any{
		"chains": map[string]any{"SUSPENSION": map[string]any{"*": []any{
			step("LEADER_REVIEW", "学校审核", "School review", "SCHOOL", "SCHOOL_LEADER"),
			step("BUREAU_APPROVAL", "主管部门审批", "Bureau approval", "MANAGING", "BUREAU_REVIEWER"),
			step("CITY_APPROVAL", "市级审批", "City approval", "CITY", "BUREAU_REVIEWER"),
		}}},
		"terms": map[string]any{"SUSPENSION": map[string]any{"LEADER_REVIEW": "3wd"}},
	}
}

// withStatement is the catalogue of a later release: a suspension asks for one paper more.
func withStatement(t *testing.T) *process.Catalogue {
	known, err := process.Load()
	require.NoError(t, err)
	entry, _ := known.Entry(process.Suspension)
	entry.Version++
	entry.Evidence = append(slices.Clone(entry.Evidence),
		process.EvidenceRule{Kind: "SCHOOL_STATEMENT", Label: process.Text{Zh: "学校情况说明", En: "Statement of the school"}, Required: true})
	later, err := known.With(entry)
	require.NoError(t, err)
	return later
}

// The drill: a change runs while the province adds a version of its rules over HTTP,
// the worker is restarted, and a release with another definition is installed. It
// ends under the chain, the days and the papers it was filed under, also when it is
// sent back and handed in again; the next one runs under the new ones.
func TestTheRulesChangeWhileChangesRun(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	first, second := administrator(s), administrator(s)
	cityReviewer := s.Person(c.City, org.BureauReviewer)
	old := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	due := c.Registrar.Page(old).Text("open.due_day")
	require.Equal(t, "2026-12-04", due, "ten working days after Friday 20 November")

	today := s.Clock.Today().String()
	trial := first.Do(http.MethodPost, "/v1/policies/check", map[string]any{"body": threeSteps(), "valid_from": today, "based_on": 0}, "")
	require.Equal(t, http.StatusOK, trial.Status, string(trial.Raw))
	require.Contains(t, string(trial.Raw), `"kind":"SUSPENSION"`)
	require.Contains(t, string(trial.Raw), `"running":[{"kind":"SUSPENSION","policy_version":0,"definition_version":"1","changes":1}]`)
	version := map[string]any{"body": threeSteps(), "valid_from": today, "based_on": 0, "reason": "黔教发〔2026〕1号"}
	added := first.Do(http.MethodPost, "/v1/policies", version, uuid.NewString())
	require.Equal(t, http.StatusCreated, added.Status, string(added.Raw))
	conflict := second.Do(http.MethodPost, "/v1/policies", version, uuid.NewString())
	require.Equal(t, "version_conflict", conflict.Text("code"), "who saw no version is told to look again")

	s.StopWorker()
	s.StartWorker()
	require.Equal(t, due, c.Registrar.Page(old).Text("open.due_day"), "no day of it moved")
	between := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	require.Equal(t, "2026-11-25", c.Registrar.Page(between).Text("open.due_day"), "three working days")
	s.Release(withStatement(t))

	// What was filed before is sent back and handed in again under its own form.
	c.Leader.Approve(old)
	require.Equal(t, http.StatusOK, c.Reviewer.Decide(old, "SEND_BACK", "日期写错了").Status)
	resubmitted := c.Registrar.Do(http.MethodPost, "/v1/changes/"+old+"/resubmission", map[string]any{}, uuid.NewString())
	require.Less(t, resubmitted.Status, 300, string(resubmitted.Raw))
	c.Leader.Approve(old)
	c.Reviewer.Approve(old)
	require.Equal(t, "EFFECTIVE", c.Registrar.Page(old).Text("status"), "two steps, as it was filed")

	short := c.Registrar.SuspensionBody(s.Pupil(c, 2024))
	refused := c.Registrar.Do(http.MethodPost, "/v1/changes", short, uuid.NewString())
	require.Equal(t, "evidence_missing", refused.Text("code"), string(refused.Raw))
	papers, ok := short["evidence"].([]map[string]string)
	require.True(t, ok)
	short["evidence"] = append(papers, map[string]string{"id": c.Registrar.Evidence(), "kind": "SCHOOL_STATEMENT"})
	fresh := c.Registrar.File(short)
	for _, change := range []string{between, fresh} {
		c.Leader.Approve(change)
		c.Reviewer.Approve(change)
		require.Equal(t, "CITY_APPROVAL", c.Registrar.Page(change).Text("open.name"))
		cityReviewer.Approve(change)
		require.Equal(t, "EFFECTIVE", c.Registrar.Page(change).Text("status"))
	}
	kept := func(change string) string {
		return e2e.Value[string](s, `SELECT definition_version || '/' || policy_version FROM change WHERE id = $1`, change)
	}
	require.Equal(t, []string{"1/0", "1/1", "2/1"}, []string{kept(old), kept(between), kept(fresh)})
}
