package process_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
)

// People read what a kind needs, does and how it is undone before they file it.
func TestEveryKindSaysWhatItNeedsAndDoes(t *testing.T) {
	c := load(t)
	for _, kind := range c.Kinds() {
		d, ok := c.Entry(kind)
		require.True(t, ok)
		for _, text := range []process.Text{d.Needs, d.Effect} {
			require.NotEmpty(t, text.Zh, "%s: needs and effect in its catalogue entry", kind)
			require.NotEmpty(t, text.En, kind)
		}
		require.False(t, d.Reverse.IsZero(), "%s: what undoes it (reverse)", kind)
	}
}

// A change freezes rules, not what people read about them.
func TestWordsAreNotFrozenIntoAChange(t *testing.T) {
	c := load(t)
	for _, kind := range c.Kinds() {
		d, _ := c.Define(kind, "", c.Default())
		require.Equal(t, process.Page{}, d.Page, kind)
	}
}

func TestSwitchesAreRulesOfThePolicy(t *testing.T) {
	c := load(t)
	for _, s := range process.Switches() {
		rule, on := s.Rule()
		require.NotEqual(t, "/"+rule, c.RuleLabel("/"+rule).Zh, s)
		p, err := c.Overlay(1, []byte(rule+": "+map[bool]string{true: "true", false: "false"}[on]))
		require.NoError(t, err)
		require.True(t, p.Has(s), s)
	}
	for _, kind := range c.Kinds() { // and none is used that is not in the list
		d, _ := c.Entry(kind)
		for _, steps := range append([][]process.Step{d.Steps}, d.Routes[process.CrossProvince], d.Routes[process.OwnRecord], d.Routes[process.GNumber]) {
			for _, s := range steps {
				if s.Optional != "" {
					require.Contains(t, process.Switches(), s.Optional, kind)
				}
			}
		}
	}
}

func TestAnEntryIsReadByItself(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("catalogue", "suspension.yaml"))
	require.NoError(t, err)
	d, err := process.ParseEntry(text)
	require.NoError(t, err)
	was, _ := load(t).Entry(process.Suspension)
	require.Empty(t, process.Compare(was, d))
	_, err = process.ParseEntry([]byte("kind: X\nversoin: 1\n"))
	require.ErrorContains(t, err, "versoin")
	_, err = process.ParseEntry([]byte("kind: X\nversion: 1\n"))
	require.ErrorContains(t, err, "stages are required")
	require.ErrorContains(t, err, "needs and effect are required")
}

// No entry comes without what it needs and does, in both languages.
func TestAnEntryThatDoesNotSayWhatItDoesIsRefused(t *testing.T) {
	c := load(t)
	for name, mute := range map[string]func(*process.Definition){
		"needs": func(d *process.Definition) { d.Needs = process.Text{} }, "needs en": func(d *process.Definition) { d.Needs.En = "" },
		"effect": func(d *process.Definition) { d.Effect = process.Text{} }, "effect zh": func(d *process.Definition) { d.Effect.Zh = "" },
	} {
		d, _ := c.Entry(process.Suspension)
		require.NoError(t, d.Validate())
		mute(&d)
		require.ErrorContains(t, d.Validate(), "needs and effect are required", name)
		_, err := c.With(d)
		require.Error(t, err, name)
	}
}

// FuzzCheck: whatever somebody hands in as a policy is judged, never a crash; what
// passes can be laid over the built-in policy.
func FuzzCheck(f *testing.F) {
	c, err := process.Load()
	require.NoError(f, err)
	for _, seed := range []string{`{}`, ``, `[]`, `null`, cityApproves, `{"chains": {"TRANSFER": {"CROSS_PROVINCE/SENIOR": []}}}`,
		`{"terms": {"SUSPENSION": null}}`, `{"last_term": [{"year": 2027}]}`, `a: &a [*a]`, `{"chains": 1, "terms": "x", "1": 2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, faults := c.Check(body)
		for _, fault := range faults {
			require.NotEmpty(t, fault.Zh)
			require.NotEmpty(t, fault.En)
		}
		if len(faults) == 0 {
			again, err := c.Overlay(p.Version, body)
			require.NoError(t, err)
			require.Empty(t, process.Differences(p, again))
			_ = c.Consequences(c.Default(), p)
		}
	})
}
