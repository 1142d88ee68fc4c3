package process_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

func names(steps []process.Step) []string {
	var list []string
	for _, s := range steps {
		list = append(list, s.Name)
	}
	return list
}

// decisions counts the steps people decide (domain section 9.12).
func decisions(steps []process.Step) int {
	n := 0
	for _, s := range steps {
		if s.Act == "" && !s.Own {
			n++
		}
	}
	return n
}

func TestTheChainsOfATransfer(t *testing.T) {
	c := load(t)
	audits := c.Default()
	audits.ProvinceAuditIn, audits.ProvinceAuditOut, audits.AutoRetrieve = true, true, false
	for _, row := range []struct {
		name      string
		route     process.Route
		in, out   process.Policy
		decisions int
		steps     []string
	}{
		{"one bureau", process.SameBureau, c.Default(), c.Default(), 3, []string{"RECEIVING_REVIEW", "RELEASING_REVIEW", "BUREAU_APPROVAL"}},
		{"two bureaux", process.SameProvince, c.Default(), c.Default(), 4, []string{"RECEIVING_REVIEW", "RECEIVING_BUREAU", "RELEASING_REVIEW", "RELEASING_BUREAU"}},
		{
			"two provinces", process.CrossProvince, c.Default(), c.Default(), 4,
			[]string{"RECEIVING_REVIEW", "RECEIVING_BUREAU", "NATIONAL_VALIDATION", "RELEASING_REVIEW", "RELEASING_BUREAU"},
		},
		{
			"both provinces audit", process.CrossProvince, audits, audits, 6,
			[]string{"RECEIVING_REVIEW", "RECEIVING_BUREAU", "RECEIVING_PROVINCE", "NATIONAL_VALIDATION", "RELEASING_REVIEW", "RELEASING_BUREAU", "RELEASING_PROVINCE", "RETRIEVAL"},
		},
		{
			"the receiving side's switches are its own", process.CrossProvince, audits, c.Default(), 5,
			[]string{"RECEIVING_REVIEW", "RECEIVING_BUREAU", "RECEIVING_PROVINCE", "NATIONAL_VALIDATION", "RELEASING_REVIEW", "RELEASING_BUREAU", "RETRIEVAL"},
		},
		{
			"and so are the releasing side's", process.CrossProvince, c.Default(), audits, 5,
			[]string{"RECEIVING_REVIEW", "RECEIVING_BUREAU", "NATIONAL_VALIDATION", "RELEASING_REVIEW", "RELEASING_BUREAU", "RELEASING_PROVINCE"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			d, ok := c.DefineRoute(process.Transfer, org.Primary, row.route, row.in, row.out)
			require.True(t, ok)
			require.Equal(t, row.steps, names(d.Steps))
			require.Equal(t, row.decisions, decisions(d.Steps))
			require.Empty(t, d.Routes, "what is frozen is one chain")
			require.Equal(t, row.route == process.CrossProvince, d.OutPolicy != nil)
			text, err := json.Marshal(d)
			require.NoError(t, err)
			var frozen process.Definition
			require.NoError(t, json.Unmarshal(text, &frozen))
			require.Equal(t, d.Steps, frozen.Steps)
			require.Equal(t, d.Releasing(), frozen.Releasing())
		})
	}
	_, ok := c.DefineRoute(process.Suspension, org.Primary, process.SameBureau, c.Default(), c.Default())
	require.False(t, ok, "a suspension has no routes")
}

// The releasing province's own chain and terms count for its steps, whatever the
// receiving province does.
func TestEachSideHasItsOwnChainAndTerms(t *testing.T) {
	c := load(t)
	out, err := c.Overlay(2, []byte(`
terms: {TRANSFER: {RELEASING_REVIEW: 3wd, RECEIVING_REVIEW: 1wd}}
chains:
  TRANSFER:
    CROSS_PROVINCE/SENIOR:
      - {name: RECEIVING_REVIEW, label: {zh: 转入学校审核, en: x}, side: IN, level: SCHOOL, role: SCHOOL_LEADER, term: 2wd}
      - {name: NATIONAL_VALIDATION, label: {zh: 校验, en: x}, side: IN, level: SCHOOL, role: SCHOOL_REGISTRAR, term: 1wd, act: VALIDATE_TRANSFER}
      - {name: RELEASING_CITY, label: {zh: 转出市审批, en: x}, side: OUT, level: CITY, role: BUREAU_REVIEWER, term: 4wd}
`))
	require.NoError(t, err)
	d, ok := c.DefineRoute(process.Transfer, org.Senior, process.CrossProvince, c.Default(), out)
	require.True(t, ok)
	require.Equal(t, []string{"RECEIVING_REVIEW", "RECEIVING_BUREAU", "NATIONAL_VALIDATION", "RELEASING_CITY"}, names(d.Steps))
	require.Equal(t, "10wd", d.Steps[0].Term.String(), "the receiving school's term is its own province's")
	d, ok = c.DefineRoute(process.Transfer, org.Primary, process.CrossProvince, c.Default(), out)
	require.True(t, ok)
	require.Equal(t, "3wd", d.Steps[3].Term.String())
}

func TestAProvinceCannotLeaveOutWhatTheSystemChecks(t *testing.T) {
	c := load(t)
	for name, body := range map[string]string{
		"without the check": `
chains: {KEY_DATA_CHANGE: {"*": [{name: LEADER_REVIEW, label: {zh: 学校审核, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd}]}}`,
		"a check at the end": `
chains:
  KEY_DATA_CHANGE:
    "*":
      - {name: LEADER_REVIEW, label: {zh: 学校审核, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd}
      - {name: IDENTITY_CHECK, label: {zh: 认证, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_REGISTRAR, term: 1wd, act: CHECK_IDENTITY}`,
		"a check after the leader": `
chains:
  KEY_DATA_CHANGE:
    "*":
      - {name: LEADER_REVIEW, label: {zh: 学校审核, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd}
      - {name: IDENTITY_CHECK, label: {zh: 认证, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_REGISTRAR, term: 1wd, act: CHECK_IDENTITY}
      - {name: BUREAU, label: {zh: 审批, en: x}, side: FILER, level: MANAGING, role: BUREAU_REVIEWER, term: 10wd}`,
		"a check a suspension has not": `
chains:
  SUSPENSION:
    "*":
      - {name: IDENTITY_CHECK, label: {zh: 认证, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_REGISTRAR, term: 1wd, act: CHECK_IDENTITY}
      - {name: LEADER_REVIEW, label: {zh: 学校审核, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd}`,
		"no such route": `
chains: {TRANSFER: {"*": [{name: LEADER_REVIEW, label: {zh: 学校审核, en: x}, side: IN, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd}]}}`,
		"an act nobody knows": `
chains: {SUSPENSION: {"*": [{name: X, label: {zh: 学校审核, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd, act: GUESS}, {name: LEADER_REVIEW, label: {zh: 学校审核, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd}]}}`,
		"nobody decides": `
chains: {SUSPENSION: {"*": [{name: X, label: {zh: 学校审核, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd, optional: PROVINCE_AUDIT_IN}]}}`,
		"no such kind": `
chains: {SUSPENSIONS: {"*": [{name: LEADER_REVIEW, label: {zh: 学校审核, en: x}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Overlay(1, []byte(body))
			require.Error(t, err)
		})
	}
}
