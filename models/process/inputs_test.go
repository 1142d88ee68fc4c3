package process_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

func TestInputsAreToldAtOnce(t *testing.T) {
	c := load(t)
	d, _ := c.Define(process.Suspension, org.Primary, c.Default())
	good := map[string]string{"reason_code": "10", "from_date": "2026-11-23", "until_date": "2027-06-30"}
	require.Empty(t, d.CheckInputs(good))

	bad := map[string]string{"reason_code": "77", "from_date": "23.11.2026", "colour": "red", "remark": strings.Repeat("长", 501)}
	got := map[string]refusal.Code{}
	for _, e := range d.CheckInputs(bad) {
		got[e.Field] = e.Code
		for _, p := range e.Params {
			require.NotContains(t, p, "23.11.2026", "a refusal never echoes the value")
		}
	}
	require.Equal(t, map[string]refusal.Code{
		"/inputs/colour": refusal.InputUnknown, "/inputs/reason_code": refusal.InvalidInput,
		"/inputs/from_date": refusal.InvalidInput, "/inputs/until_date": refusal.Required, "/inputs/remark": refusal.TooLong,
	}, got)
}

// A day that does not exist is no matter of the form it is written in.
func TestADayThatDoesNotExistIsSaidSo(t *testing.T) {
	c := load(t)
	d, _ := c.Define(process.Suspension, org.Primary, c.Default())
	for value, want := range map[string]string{"2026-11-31": "没有这一天", "31.11.2026": "日期格式应为 2026-11-20"} {
		list := d.CheckInputs(map[string]string{"reason_code": "10", "from_date": value, "until_date": "2027-06-30"})
		require.Len(t, list, 1)
		require.Equal(t, want, list[0].Params["reason"])
	}
}

func TestEvidenceKinds(t *testing.T) {
	c := load(t)
	d, _ := c.Define(process.Suspension, org.Primary, c.Default())
	require.Empty(t, d.CheckEvidence([]string{"SUSPENSION_PROOF", "GUARDIAN_APPLICATION"}))
	list := d.CheckEvidence([]string{"HOLIDAY_PHOTO", "SUSPENSION_PROOF"})
	require.Len(t, list, 2)
	require.Equal(t, "/evidence/0", list[0].Field)
	require.Equal(t, refusal.EvidenceMissing, list[1].Code)
	require.NotRegexp(t, `[A-Z]+_[A-Z]+`, list[1].Params["kind"]+list[1].Params["kind.en"], "people read no codes")
	require.NotRegexp(t, `\p{Han}`, list[1].Params["kind.en"], "an English answer has English labels")
	for _, e := range d.CheckInputs(map[string]string{"from_date": "x", "reason_code": "77"}) {
		require.NotRegexp(t, `\p{Han}`, e.Params["field.en"])
		require.NotRegexp(t, `\p{Han}`, e.Params["reason.en"])
	}
}

func FuzzCheckInputs(f *testing.F) {
	c, err := process.Load()
	require.NoError(f, err)
	d, _ := c.Define(process.Suspension, org.Primary, c.Default())
	f.Add("from_date", "2026-11-20")
	f.Fuzz(func(_ *testing.T, name, value string) { d.CheckInputs(map[string]string{name: value}) })
}
