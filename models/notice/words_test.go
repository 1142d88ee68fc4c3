package notice

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

func facts() Facts {
	return Facts{CaseNo: "52-20261120-000017", Kind: process.Text{Zh: "转学", En: "Transfer"}, Step: process.Text{Zh: "学校审核", En: "School review"},
		Office: "示例小学", Due: "2026-12-04"}
}

// Every kind reads well with all facts and with none: no place, no bracket and no
// double space is left over.
func TestEveryKindReadsWell(t *testing.T) {
	leftover := regexp.MustCompile(`[{}\[\]]|  |“”|""| ,|^ | $`)
	for _, kind := range append(Kinds(), "FROM_THE_FUTURE", "") {
		for _, f := range []Facts{facts(), {}, {Office: "示例小学"}} {
			for _, lang := range []refusal.Language{refusal.Chinese, refusal.English} {
				said := Say(kind, lang, f)
				require.NotEmpty(t, said.Title, kind)
				require.NotRegexp(t, leftover, said.Title, kind)
				require.NotRegexp(t, leftover, said.Text, kind)
				end := "。"
				if lang == refusal.English {
					end = "."
				}
				require.True(t, strings.HasSuffix(said.Text, end), said.Text)
			}
		}
	}
}

func TestSay(t *testing.T) {
	require.Equal(t, "转学 52-20261120-000017：“学校审核”办理期限将到，请尽快办理，截止 2026-12-04。", Say("REMINDED_80", refusal.Chinese, facts()).Text)
	require.Equal(t, `Transfer 52-20261120-000017: the term of "School review" is nearly over; please decide soon, by 2026-12-04.`, Say("REMINDED_80", refusal.English, facts()).Text)
	require.Equal(t, "办理期限将到，请尽快办理。", Say("REMINDED_80", refusal.Chinese, Facts{}).Text)
	require.Equal(t, "The term is nearly over; please decide soon.", Say("REMINDED_80", refusal.English, Facts{}).Text, "with nothing before it, it begins a sentence")
	require.Regexp(t, "^The arbitration found", Say("ARBITRATION_WON", refusal.English, Facts{}).Text)
	require.True(t, Urgent("SUPERVISE"))
	require.False(t, Urgent("FROM_THE_FUTURE"))
}

func TestWordsThatAreIncompleteAreRefused(t *testing.T) {
	const whole = "- {kind: OTHER, title: {zh: a, en: a}, text: {zh: a, en: a}}\n"
	_, err := read([]byte(whole))
	require.NoError(t, err)
	for _, text := range []string{"", "- {kind: A}", whole + whole, whole + "- {kind: B, title: {zh: a, en: a}, text: {zh: a}}", whole + "- {kindd: B}"} {
		_, err := read([]byte(text))
		require.Error(t, err, text)
	}
}
