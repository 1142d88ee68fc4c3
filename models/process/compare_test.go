package process_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

func overlay(t require.TestingT, c *process.Catalogue, version int, body string) process.Policy {
	p, err := c.Overlay(version, []byte(body))
	require.NoError(t, err)
	return p
}

func paths(list []process.Difference) []string {
	names := []string{}
	for _, d := range list {
		names = append(names, d.Path)
	}
	return names
}

const cityApproves = `{"chains": {"SUSPENSION": {"SENIOR": [
	{"name": "LEADER_REVIEW", "label": {"zh": "学校审核", "en": "School review"}, "side": "FILER", "level": "SCHOOL", "role": "SCHOOL_LEADER", "term": "10wd"},
	{"name": "CITY_APPROVAL", "label": {"zh": "市级审批", "en": "City approval"}, "side": "FILER", "level": "CITY", "role": "BUREAU_REVIEWER", "term": "10wd"}]}},
	"terms": {"SUSPENSION": {"LEADER_REVIEW": "3wd"}}, "suspension_months": 24, "stage_years": {"PRIMARY": 5}}`

func TestDifferencesNameSingleRules(t *testing.T) {
	c := load(t)
	p := overlay(t, c, 4, cityApproves)
	list := process.Differences(c.Default(), p)
	require.Equal(t, []string{"/chains/SUSPENSION/SENIOR", "/stage_years/PRIMARY", "/suspension_months", "/terms/SUSPENSION/LEADER_REVIEW"}, paths(list))
	text, err := json.Marshal(list[3])
	require.NoError(t, err)
	require.JSONEq(t, `{"path": "/terms/SUSPENSION/LEADER_REVIEW", "before": null, "after": "3wd"}`, string(text))
	require.Empty(t, process.Differences(p, overlay(t, c, 5, cityApproves)), "the version is no rule")
}

func TestConsequencesTellStepsAndDays(t *testing.T) {
	c := load(t)
	list := c.Consequences(c.Default(), overlay(t, c, 1, cityApproves))
	require.Len(t, list, 2)
	require.Equal(t, process.Suspension, list[0].Kind)
	require.Equal(t, []org.Stage{org.Primary, org.Junior}, list[0].Stages, "the same in both")
	require.Equal(t, []string{"/LEADER_REVIEW/term"}, paths(list[0].Changes))
	require.Equal(t, []org.Stage{org.Senior}, list[1].Stages)
	require.Contains(t, paths(list[1].Changes), "/CITY_APPROVAL")
	require.Equal(t, []string{"LEADER_REVIEW", "CITY_APPROVAL"}, list[1].After)
}

func TestConsequencesOfASwitch(t *testing.T) {
	c := load(t)
	list := c.Consequences(c.Default(), overlay(t, c, 1, `{"province_audit_in": true}`))
	require.NotEmpty(t, list)
	require.Equal(t, process.CrossProvince, list[0].Route)
	require.True(t, slices.ContainsFunc(list, func(q process.Consequence) bool {
		return q.Kind == process.Transfer && slices.Contains(paths(q.Changes), "/RECEIVING_PROVINCE")
	}))
	require.Empty(t, c.Consequences(c.Default(), overlay(t, c, 1, `{"class_capacity": 50}`)), "no chain runs otherwise")
}

func TestCompareTellsWhatADefinitionAsksAnew(t *testing.T) {
	c := load(t)
	was, _ := c.Define(process.Suspension, org.Primary, c.Default())
	will := was
	will.Version = 2
	will.Inputs = slices.Clone(was.Inputs)
	will.Inputs[0].Required = !will.Inputs[0].Required
	will.Policy = overlay(t, c, 1, cityApproves)
	require.Equal(t, []string{"/inputs/" + was.Inputs[0].Name + "/required", "/version"}, paths(process.Compare(was, will)))
	will = was
	will.Steps = slices.Clone(was.Steps)
	slices.Reverse(will.Steps)
	require.Equal(t, []string{"/steps"}, paths(process.Compare(was, will)), "the order alone is a difference, too")
}

// somePolicy draws a body as a province might hand it in.
func somePolicy(t *rapid.T, c *process.Catalogue, label string) map[string]any {
	body := map[string]any{}
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"class_capacity", "suspension_months", "remind_hours", "proxy_days", "lookups_per_day"}), rapid.ID).Draw(t, label+" numbers") {
		body[name] = rapid.IntRange(1, 99).Draw(t, label+name)
	}
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"province_audit_in", "province_audit_out", "auto_retrieve", "skip_city", "suspension_registered"}), rapid.ID).Draw(t, label+" switches") {
		body[name] = rapid.Bool().Draw(t, label+name)
	}
	if rapid.Bool().Draw(t, label+" lists") {
		body["retention_stages"] = rapid.SliceOfDistinct(rapid.SampledFrom([]string{"PRIMARY", "JUNIOR", "SENIOR"}), rapid.ID).Draw(t, label+" stages")
		body["transfer_freeze"] = []any{}
		body["key_fields"] = []string{"name"}
	}
	terms, chains := map[string]any{}, map[string]any{}
	for _, kind := range rapid.SliceOfNDistinct(rapid.SampledFrom(c.Kinds()), 0, 3, rapid.ID).Draw(t, label+" kinds") {
		d, _ := c.Define(kind, "", c.Default())
		steps, key := d.Steps, rapid.SampledFrom([]string{"*", "SENIOR", "PRIMARY"}).Draw(t, label+" stage")
		for _, route := range slices.Sorted(maps.Keys(d.Routes)) {
			steps, key = d.Routes[route], string(route)+"/SENIOR"
		}
		terms[string(kind)] = map[string]any{steps[0].Name: rapid.SampledFrom([]string{"1wd", "5wd", "10wd"}).Draw(t, label+" term")}
		if !d.Auto && rapid.Bool().Draw(t, label+" chain") {
			steps = slices.Clone(steps)
			steps[len(steps)-1].Opinion = true
			chains[string(kind)] = map[string]any{key: steps}
		}
	}
	body["terms"], body["chains"] = terms, chains
	return body
}

// What differs from the built-in policy is all there is of a policy: laid over it
// again, it makes the same one; and differences read backwards undo themselves.
func TestAPolicyKeepsOnlyItsDifferences(t *testing.T) {
	c := load(t)
	asText := func(t *rapid.T, value any) string {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		return string(text)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := overlay(t, c, 7, asText(t, somePolicy(t, c, "first")))
		q := overlay(t, c, 7, asText(t, somePolicy(t, c, "second")))
		body, err := c.Body(p)
		require.NoError(t, err)
		again := overlay(t, c, 7, string(body))
		require.Empty(t, process.Differences(p, again))
		require.Empty(t, c.Consequences(p, again))
		forth, back := process.Differences(p, q), process.Differences(q, p)
		require.Equal(t, paths(forth), paths(back))
		for i := range forth {
			require.Equal(t, forth[i].Before, back[i].After)
			require.Equal(t, forth[i].After, back[i].Before)
		}
		require.Equal(t, len(forth) == 0, asText(t, p) == asText(t, q), "nothing differs unseen")
	})
}

// Every rule of a policy has a name in both languages, and no other name is kept.
func TestEveryRuleHasAName(t *testing.T) {
	c := load(t)
	text, err := json.Marshal(overlay(t, c, 1, cityApproves))
	require.NoError(t, err)
	var rules map[string]any
	require.NoError(t, json.Unmarshal(text, &rules))
	delete(rules, "version")
	for name := range rules {
		label := c.RuleLabel("/" + name)
		require.NotEqual(t, "/"+name, label.Zh, "name it in policy/labels.yaml")
		require.NotEmpty(t, label.Zh)
		require.NotEmpty(t, label.En)
	}
	for path, label := range map[string]string{
		"/terms/SUSPENSION/LEADER_REVIEW":         "环节期限 · 休学 · 学校审核",
		"/terms/TRANSFER/RELEASING_BUREAU":        "环节期限 · 转学 · 转出主管部门审批",
		"/chains/REINSTATEMENT/*":                 "办理环节 · 复学 · 各学段",
		"/chains/REINSTATEMENT/SENIOR":            "办理环节 · 复学 · 普通高中",
		"/chains/TRANSFER/CROSS_PROVINCE~1SENIOR": "办理环节 · 转学 · 跨省·普通高中",
	} {
		require.Equal(t, label, c.RuleLabel(path).Zh)
	}
}
