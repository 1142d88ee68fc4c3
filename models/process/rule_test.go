package process_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
)

type object = map[string]any

// A form can show every rule: each stands in one group, with a name in both languages.
func TestEveryRuleStandsInAGroup(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, rule := range known.Rules() {
		require.False(t, seen[rule.Key], "%s stands twice", rule.Key)
		seen[rule.Key] = true
		require.NotEmpty(t, rule.Form, "no policy has the rule %s", rule.Key)
		for _, text := range []process.Text{rule.Group, rule.Label} {
			require.NotEmpty(t, text.Zh, rule.Key)
			require.NotEmpty(t, text.En, rule.Key)
		}
		for _, choice := range rule.Choices {
			require.NotEmpty(t, choice.Label.Zh, rule.Key)
			require.NotEmpty(t, choice.Label.En, rule.Key)
		}
	}
	policy := reflect.TypeFor[process.Policy]()
	for i := range policy.NumField() {
		if key := policy.Field(i).Tag.Get("yaml"); key != "version" && key != "-" { // given by the register
			require.True(t, seen[key], "give %s a group in policy/rules.yaml", key)
		}
	}
}

// The bounds and codes that a form offers are those that are taken, and no others.
func TestTheBoundsOfARuleAreThoseThatAreTaken(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	taken := func(rule process.Rule, value any) bool {
		body, err := json.Marshal(object{rule.Key: value})
		require.NoError(t, err)
		_, faults := known.Check(body)
		return len(faults) == 0
	}
	for _, rule := range known.Rules() {
		var good, bad []any
		switch rule.Form {
		case process.FormNumber:
			good, bad = []any{rule.Least(), rule.Most()}, []any{rule.Least() - 1, rule.Most() + 1}
		case process.FormYears:
			for _, stage := range rule.Choices {
				good = append(good, object{stage.Code: rule.Least()}, object{stage.Code: rule.Most()})
				bad = append(bad, object{stage.Code: rule.Least() - 1}, object{stage.Code: rule.Most() + 1})
			}
		case process.FormSwitch:
			good = []any{true, false}
		case process.FormTerm:
			good, bad = []any{"1wd", "1000wd"}, []any{"0wd", "1001wd", ""}
		case process.FormDay:
			good, bad = []any{"07-15"}, []any{"13-01"}
			if rule.Empty {
				good = append(good, "")
			} else {
				bad = append(bad, "")
			}
		case process.FormWindows:
			window := object{"from": "03-01", "to": "03-31"}
			good, bad = []any{[]any{window}}, []any{[]any{object{"from": "03-01"}}}
			if rule.Exactly == 2 {
				good, bad = []any{[]any{object{"from": "09-01", "to": "01-31"}, object{"from": "02-15", "to": "07-10"}}}, append(bad, good...)
			}
			if rule.Empty {
				good = append(good, []any{})
			}
		case process.FormChoice:
			for _, choice := range rule.Choices {
				good = append(good, choice.Code)
			}
			bad = append(bad, "NO_SUCH_CODE")
			if rule.Empty {
				good = append(good, "")
			} else {
				bad = append(bad, "")
			}
		case process.FormChoices:
			for _, choice := range rule.Choices {
				good = append(good, []any{choice.Code})
			}
			if len(rule.Choices) > 0 { // the register knows those of the others
				bad = append(bad, []any{"NO_SUCH_CODE"})
			}
			if rule.Empty {
				good = append(good, []any{})
			}
		case process.FormTerms, process.FormChains: // fault_test.go judges them
		}
		for _, value := range good {
			require.True(t, taken(rule, value), "%s: %v", rule.Key, value)
		}
		for _, value := range bad {
			require.False(t, taken(rule, value), "%s: %v", rule.Key, value)
		}
	}
}
