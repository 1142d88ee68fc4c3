package process_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// told gives where a body is wrong; every fault says so in both languages.
func told(t *testing.T, body string) []string {
	t.Helper()
	_, faults := load(t).Check([]byte(body))
	at := []string{}
	for _, f := range faults {
		require.NotEmpty(t, f.Zh, f.Path)
		require.NotEmpty(t, f.En, f.Path)
		at = append(at, f.Path)
	}
	return at
}

func TestFaultsOfFormAndOfMeaningAreToldTogether(t *testing.T) {
	for body, want := range map[string][]string{
		`{suspension_conditions: [ABSENT_THIRD, X], withdrawal_reasons: [OVER_AGE, Y]}`:           {"/suspension_conditions", "/withdrawal_reasons"},
		`{class_capacity: 100000, suspension_months: -3, retention_percent: 900, gone_abroad: X}`: {"/class_capacity", "/gone_abroad", "/retention_percent", "/suspension_months"},
		`{class_capacty: 50, "a\u200bb": 1, suspension_months: 0}`:                                {"", "/class_capacty", "/suspension_months"},
		// Of maps the other members are judged.
		`{stage_years: {PRIMARY: six, JUNIOR: 0, NURSERY: 3}}`:                                       {"/stage_years/JUNIOR", "/stage_years/NURSERY", "/stage_years/PRIMARY"},
		`{terms: {SUSPENSION: {LEADER_REVIEW: soon, NOPE: 5wd}, NOTHING: {A: 1wd}}}`:                 {"/terms/NOTHING", "/terms/SUSPENSION/LEADER_REVIEW", "/terms/SUSPENSION/NOPE"},
		`{chains: {NOTHING: {"*": []}, SUSPENSION: {"*": []}, SKIP: no}}`:                            {"/chains/NOTHING", "/chains/SKIP", "/chains/SUSPENSION/*"},
		`{chains: {TRANSFER: {"*": [` + review + `]}}}`:                                              {"/chains/TRANSFER/*"}, // once, though two rules find it
		`{chains: {SUSPENSION: {"*": [` + review + `, {nam: X}], SENIOR: [` + review + `, {}, 5]}}}`: {"/chains/SUSPENSION/*/1/nam", "/chains/SUSPENSION/SENIOR/2"},
		// What only another faulty item could explain is no fault of its own.
		`{chains: {SUSPENSION: {"*": [{name: CITY_REVIEW, term: 5}]}}, terms: {SUSPENSION: {CITY_REVIEW: 5wd}}}`:                          {"/chains/SUSPENSION/*/0/term"},
		`{chains: [], terms: {SUSPENSION: {CITY_REVIEW: 5wd}}}`:                                                                           {"/chains"},
		`{bureau_files: KEY_DATA_CHANGE, chains: {KEY_DATA_CHANGE: {"*": [` + review + `]}, SUSPENSION: {UNIVERSITY: [` + review + `]}}}`: {"/bureau_files", "/chains/SUSPENSION/UNIVERSITY"},
	} {
		require.Equal(t, want, told(t, body), body)
	}
	for _, body := range []string{``, `5`, `[]`, `a: b: c`} {
		require.Equal(t, []string{""}, told(t, body), body)
	}
}

const review = `{name: LEADER_REVIEW, label: {zh: 学校审核, en: School review}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd}`

// YAML takes 24.7 for 24, "yes" for true and 5 for a text, and null for nothing said.
func TestAValueOfAnotherTypeIsNoValue(t *testing.T) {
	c := load(t)
	for body, say := range map[string]string{
		`suspension_months: 24.7`:                             "须为整数",
		`suspension_months: 12.5`:                             "须为整数", // which would read as the default
		`suspension_months: "24"`:                             "须为整数",
		`suspension_months: .nan`:                             "须为整数",
		`suspension_months: true`:                             "须为整数",
		`suspension_months: 1e21`:                             "数值过大",
		`suspension_months: 99999999999999999999`:             "数值过大",
		`suspension_months: -.inf`:                            "须为 1 或以上",
		`suspension_months: null`:                             "请去掉此项",
		`stage_years: {PRIMARY: 5.5}`:                         "须为整数",
		`suspension_registered: "yes"`:                        "true 或 false",
		`suspension_registered: 1`:                            "true 或 false",
		`suspension_registered: null`:                         "请去掉此项",
		`gone_abroad: 5`:                                      "须为文字",
		`gone_abroad: [CHANGE]`:                               "须为文字",
		`key_fields: name`:                                    "须为列表",
		`key_fields: [5]`:                                     "须为文字",
		`terms: [5wd]`:                                        "须为对象",
		`send_back_term: 10`:                                  "应如 10wd",
		`terms: {SKIP: {X: null}}`:                            "请去掉此项",
		`clear_graduating: 0715`:                              "应如 07-01",
		`last_term: [{from: 1, to: 08-31}]`:                   "应如 07-01",
		`last_term: [{year: "2027", from: 03-01, to: 08-31}]`: "须为整数",
		`version: 7`:                                          "请去掉",
		`{chains: {SKIP: {"*": [{opinion: "yes"}]}}}`:         "true 或 false",
		`{chains: {SKIP: {"*": [{distinct: 1}]}}}`:            "true 或 false",
		`{chains: {SKIP: {"*": [{sign: {mode: RATIO, percent: 60.5}}]}}}`:      "须为整数",
		`{chains: {SKIP: {"*": [{sign: {mode: ALL, seats: [{role: [A]}]}}]}}}`: "须为文字",
	} {
		_, faults := c.Check([]byte(body))
		require.Len(t, faults, 1, body)
		require.Contains(t, faults[0].Zh, say, body)
		require.NotEmpty(t, faults[0].Path, body)
	}
}

func TestSoundPoliciesPass(t *testing.T) {
	c := load(t)
	for _, body := range []string{
		`{}`, `suspension_months: 24.0`, `suspension_months: 2.4e1`, `clear_graduating: ""`, `{transfer_freeze: null, chains: null, terms: {SUSPENSION: null}}`,
		`last_term: [{year: 2027}, {from: 03-01, to: 08-31}]`, `lookups_per_day: 1000000`, cityApproves,
		`{chains: {SUSPENSION: {"*": [{name: BOTH, label: {zh: 会签, en: Both}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 5wd, opinion: true, sign: {mode: RATIO, percent: 60, seats: [{}, {role: PRINCIPAL}]}}]}}}`,
	} {
		p, faults := c.Check([]byte(body))
		require.Empty(t, faults, body)
		require.Empty(t, process.Differences(overlay(t, c, 1, body), p), "the same as when it is stored: %s", body)
	}
}

// A step that only registers or states a position can refuse nothing: a province may
// not make one of the school's own review.
func TestOnlyBuiltInStepsRegisterOrState(t *testing.T) {
	chain := func(kind, steps string) string { return `{chains: {` + kind + `: {"*": [` + steps + `]}}}` }
	with := func(step, word string) string { return strings.TrimSuffix(step, "}") + ", " + word + ": true}" }
	registration := `{name: BUREAU_REGISTRATION, label: {zh: 主管部门登记, en: Registration}, side: FILER, level: MANAGING, role: BUREAU_REVIEWER, term: 10wd}`
	statement := `{name: STATEMENT, label: {zh: 陈述, en: Statement}, side: OUT, level: SCHOOL, role: SCHOOL_REGISTRAR, term: 5wd, asks: [position]}`
	for _, word := range []string{"register", "statement"} {
		require.Equal(t, []string{"/chains/SKIP/*/0/" + word}, told(t, chain("SKIP", with(review, word)+", "+strings.Replace(review, "LEADER_REVIEW", "SECOND", 1))))
	}
	require.Empty(t, told(t, chain("SUSPENSION", review+", "+with(registration, "register"))), "the built-in chain has it as an optional step")
	require.Empty(t, told(t, chain("ARBITRATION", review+", "+with(statement, "statement"))))
	require.Equal(t, []string{"/chains/SUSPENSION/*/1/statement"}, told(t, chain("SUSPENSION", review+", "+with(registration, "statement"))), "the same name with another word")
	school := strings.Replace(strings.Replace(registration, "MANAGING", "SCHOOL", 1), "BUREAU_REVIEWER", "SCHOOL_LEADER", 1)
	require.Equal(t, []string{"/chains/SUSPENSION/*/0/register"}, told(t, chain("SUSPENSION", with(school, "register")+", "+review)), "the name alone is not the step")
	require.Equal(t, []string{"/chains/SUSPENSION/*"}, told(t, chain("SUSPENSION", with(registration, "register"))), "nobody could refuse")
}

func TestAFaultOfBureauFilesNamesWhatBureausMayFile(t *testing.T) {
	c := load(t)
	_, faults := c.Check([]byte(`bureau_files: [KEY_DATA_CHANGE, SUSPENSION, NOTHING]`))
	require.Len(t, faults, 2)
	for i, path := range []string{"/bureau_files/1", "/bureau_files/2"} {
		require.Equal(t, path, faults[i].Path)
	}
	for _, kind := range c.Kinds() {
		d, _ := c.Entry(kind)
		require.Equal(t, len(d.ByBureau) > 0, strings.Contains(faults[1].Zh, string(kind)+"（"+d.Name.Zh), kind)
		require.Equal(t, len(d.ByBureau) > 0, strings.Contains(faults[1].En, string(kind)+" ("+d.Name.En), kind)
	}
}

// What was stored before the rules of form became stricter must not stop a province.
func TestAStoredVersionGoesOnBeingRead(t *testing.T) {
	c := load(t)
	p := overlay(t, c, 3, `{version: 7, suspension_months: 24.7, chains: {SKIP: {"*": [{name: LEADER_REVIEW, label: {zh: 学校审核}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd, register: true}]}}}`)
	require.Equal(t, []int{3, 24}, []int{p.Version, p.SuspensionMonths})
	d, _ := c.Define(process.Skip, org.Senior, p)
	require.True(t, d.Steps[0].Register)
}
