package process_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

func load(t *testing.T) *process.Catalogue {
	t.Helper()
	c, err := process.Load()
	require.NoError(t, err)
	return c
}

func date(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

func TestWorkflowNames(t *testing.T) {
	require.Equal(t, "Suspension", process.Suspension.WorkflowName())
	require.Equal(t, "KeyDataChange", process.Kind("KEY_DATA_CHANGE").WorkflowName())
	require.Equal(t, "RosterImport", process.RosterImport.WorkflowName())
}

func TestSuspensionHasTwoApprovals(t *testing.T) {
	c := load(t)
	d, ok := c.Define(process.Suspension, org.Primary, c.Default())
	require.True(t, ok)
	require.Len(t, d.Steps, 2) // domain section 9.12
	require.Equal(t, org.SchoolLeader, d.Steps[0].Role)
	require.Equal(t, process.LevelManaging, d.Steps[1].Level)
	require.True(t, d.Last(2))
	zero, ok := d.Step(0)
	require.True(t, ok)
	require.Equal(t, c.Default().SendBackTerm, zero.Term)
	day, ok := d.Step(d.DayStep())
	require.True(t, ok)
	require.Equal(t, "3 EFFECTIVE_DAY AWAIT_DAY", fmt.Sprint(d.DayStep())+" "+day.Name+" "+string(day.Act), "behind every chain and in none")
	require.False(t, d.Last(3))
	apply, ok := d.Step(d.ApplyStep())
	require.True(t, ok)
	require.Equal(t, "4 APPLYING APPLY_IN_PARTS", fmt.Sprint(d.ApplyStep())+" "+apply.Name+" "+string(apply.Act))
	require.False(t, d.Last(4))
	_, ok = d.Step(5)
	require.False(t, ok)
	_, ok = c.Define("NO_SUCH_KIND", org.Primary, c.Default())
	require.False(t, ok)
}

// Whoever decides when the day of a change fails could say no: not who only registers.
func TestWhoDecidesLast(t *testing.T) {
	c := load(t)
	registered, err := c.Overlay(2, []byte(`suspension_registered: true`))
	require.NoError(t, err)
	for name, row := range map[string]struct {
		policy process.Policy
		want   int
	}{"approved by the bureau": {c.Default(), 2}, "registered by the bureau": {registered, 1}} {
		d, ok := c.Define(process.Suspension, org.Primary, row.policy)
		require.True(t, ok)
		require.Len(t, d.Steps, 2)
		require.Equal(t, row.want, d.DecidesLast(), name)
	}
}

func TestProvinceOverlaysOnlyWhatItNames(t *testing.T) {
	c := load(t)
	p, err := c.Overlay(3, []byte(`
send_back_term: 5wd
terms: {SUSPENSION: {BUREAU_APPROVAL: 3wd}}
chains:
  SUSPENSION:
    SENIOR:
      - {name: LEADER_REVIEW, label: {zh: 学校审核, en: School review}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd}
      - {name: CITY_APPROVAL, label: {zh: 市级审批, en: City approval}, side: FILER, level: CITY, role: BUREAU_REVIEWER, term: 10wd}
`))
	require.NoError(t, err)
	require.Equal(t, 3, p.Version)
	require.Equal(t, calendar.Workdays(5), p.SendBackTerm)
	require.Equal(t, 55, p.ClassCapacity)

	primary, _ := c.Define(process.Suspension, org.Primary, p)
	require.Equal(t, calendar.Workdays(3), primary.Steps[1].Term)
	senior, _ := c.Define(process.Suspension, org.Senior, p)
	require.Equal(t, "CITY_APPROVAL", senior.Steps[1].Name)

	untouched, _ := c.Define(process.Suspension, org.Primary, c.Default())
	require.Equal(t, calendar.Workdays(10), untouched.Steps[1].Term)
}

func TestTermsOfNothingAreTold(t *testing.T) {
	c, err := process.Load()
	require.NoError(t, err)
	p, err := c.Overlay(1, []byte("terms: {TRANSFER: {NOPE: 5wd, RELEASING_REVIEW: 3wd, RETRIEVAL: 2wd}, NOTHING: {X: 1wd}, SUSPENSION: {LEADER_REVIEW: 2wd}}"))
	require.NoError(t, err, "a policy that is stored must not stop a province")
	fault := c.TermsFault(p)
	require.ErrorContains(t, fault, "terms of TRANSFER: there is no step NOPE; it has BUREAU_APPROVAL")
	require.ErrorContains(t, fault, "terms of NOTHING: there is no such kind")
	require.NotContains(t, fault.Error(), "SUSPENSION")
	require.NoError(t, c.TermsFault(c.Default()))
	_, err = c.Overlay(2, nil)
	require.ErrorContains(t, err, "says nothing")
}

func TestPolicyMistakesAreToldAtOnce(t *testing.T) {
	c := load(t)
	_, err := c.Overlay(1, []byte("class_capacity: 0\nreinstatement_cohort: AHEAD\n"))
	require.ErrorContains(t, err, "class_capacity")
	require.ErrorContains(t, err, "reinstatement_cohort")
	_, err = c.Overlay(1, []byte("class_capacty: 50\n"))
	require.ErrorContains(t, err, "class_capacty")
	_, err = c.Overlay(1, []byte("bureau_files: [SUSPENSION, KEY_DATA_CHANGE]\nno_repeat_stages: [NURSERY]\n"))
	require.ErrorContains(t, err, "bureau_files: SUSPENSION cannot be given to bureaus, only: KEY_DATA_CHANGE (")
	require.NotContains(t, err.Error(), "KEY_DATA_CHANGE cannot")
	require.ErrorContains(t, err, `no_repeat_stages: there is no stage "NURSERY"`)
}

func TestGradesCountOnAfterNationalPromotion(t *testing.T) {
	p := load(t).Default()
	require.Equal(t, 1, p.Grade(2026, date(t, "2026-11-20")))
	require.Equal(t, 6, p.Grade(2021, date(t, "2027-08-10")))
	require.Equal(t, 7, p.Grade(2021, date(t, "2027-08-11")))
	require.True(t, p.Graduating(org.Primary, 2021, date(t, "2026-11-20")))
	require.False(t, p.Graduating(org.Primary, 2022, date(t, "2026-11-20")))
	require.True(t, p.Graduating(org.Senior, 2024, date(t, "2026-11-20")))
}

func TestDefinitionSurvivesFreezing(t *testing.T) {
	c := load(t)
	for _, kind := range c.Kinds() {
		d, _ := c.Define(kind, org.Primary, c.Default())
		frozen, err := json.Marshal(d)
		require.NoError(t, err)
		var back process.Definition
		require.NoError(t, json.Unmarshal(frozen, &back))
		require.Equal(t, d, back, "kind %s", kind)
	}
}
