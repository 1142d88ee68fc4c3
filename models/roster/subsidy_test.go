package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// 一补 is for boarders of compulsory stages: at a senior high school the answer is no.
func TestASeniorPupilHasNoBoardingSubsidy(t *testing.T) {
	type items = map[roster.Field]string
	in := submission(t)
	for _, stage := range []ident.Stage{ident.PrimaryStage, ident.JuniorStage} {
		in.Stage = stage
		revised, findings := reader(t).Revise(good(t), items{"boarding_subsidy": "是"}, in)
		require.Equal(t, "1", revised["boarding_subsidy"])
		for _, f := range findings {
			require.NotEqual(t, refusal.SheetSubsidySenior, f.Code)
		}
	}
	in.Stage = ident.SeniorStage
	for _, yes := range []string{"是", "1"} {
		revised, findings := reader(t).Revise(good(t), items{"boarding_subsidy": yes}, in)
		require.Equal(t, "0", revised["boarding_subsidy"], "it stays as it was")
		require.Contains(t, foundIn(findings), found{"boarding_subsidy", refusal.SheetSubsidySenior, roster.Reject})
	}
	old := good(t)
	old["boarding_subsidy"] = "1"
	_, findings := reader(t).Revise(old, items{"phone": "16316048782"}, in)
	require.NotContains(t, foundIn(findings), found{"boarding_subsidy", refusal.SheetSubsidySenior, roster.Reject}, "what was so before is not held against another edit")
}
