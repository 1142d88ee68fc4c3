package casepage_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/countersign"
	"github.com/xueji/xueji/models/process"
)

// hasWords says that a code has words of its own in both languages.
func hasWords(t *testing.T, code string, text process.Text) {
	t.Helper()
	require.Regexp(t, `\p{Han}`, text.Zh, code)
	require.Regexp(t, `^[A-Z][a-z]`, text.En, code)
}

func TestTheCodesOfAPageHaveWords(t *testing.T) {
	for set, codes := range map[string][]string{
		casepage.StatusWords:  {change.StatusRunning, change.StatusEffective, change.StatusRefused, change.StatusWithdrawn, change.StatusClosed},
		casepage.StepWords:    {change.StepOpen, change.StepDone, "CANCELLED"},
		casepage.TaskWords:    {change.StepOpen, change.TaskWaiting, change.TaskDecided, change.TaskCancelled, "REMOVED", "TAKEN_BACK"},
		casepage.HeldWords:    {change.HeldClaimed, "TRANSFERRED", change.HeldDelegated, "ADDED", "NAMED", "RETURNED", "HANDED_OVER"},
		casepage.ProblemWords: {change.ObstacleNobody, change.ObstacleNoAnswer, change.ObstacleNotApplied},
		casepage.SideWords:    {string(process.SideFiler), string(process.SideIn), string(process.SideOut), string(process.SideSchool)},
		casepage.SignWords:    {string(countersign.All), string(countersign.Ratio), string(countersign.Any), string(countersign.Sequential)},
	} {
		for _, code := range codes {
			hasWords(t, set+" "+code, casepage.Word(set, code))
		}
	}
	require.Equal(t, process.Text{}, casepage.Word(casepage.HeldWords, ""))
	require.Equal(t, process.Text{Zh: "NEW", En: "NEW"}, casepage.Word(casepage.HeldWords, "NEW"), "a later version may have written it")
}

// Every entry that the register writes into a timeline has words. The entries are found in
// the source, so that a new one without words fails.
func TestEveryEntryOfATimelineHasWords(t *testing.T) {
	for _, verb := range change.Verbs() {
		hasWords(t, string(verb), casepage.EventWord(string(verb)))
	}
	found := map[string]bool{}
	written := regexp.MustCompile(`(?:\b[Ee]vent[A-Z]\w*|\bEndedBy\w+|\bEndedWithoutClaim|\bendedEmpty|\bverbComment|\bApprovedInParts)\s*=\s*"([A-Z_0-9]+)"|Event\{[^\n]*Verb: "([A-Z_]+)"|\bVerb: "([A-Z_]+)", Step`)
	require.NoError(t, fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile("../" + path)
		for _, match := range written.FindAllStringSubmatch(string(text), -1) {
			found[match[1]+match[2]+match[3]] = true
		}
		return err
	}))
	require.Greater(t, len(found), 20)
	for code := range found {
		hasWords(t, code, casepage.EventWord(code))
	}
}
