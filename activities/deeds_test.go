package activities_test

import (
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/countersign"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// deed is something that happens to a change. What exactly is thrown with Dice when
// it happens, because it depends on where the change stands then.
type deed struct {
	Kind  string // say, crash before, crash after, reset, refresh
	After time.Duration
	Dice  uint64
	By    string
	Blind bool // said without asking first whether it may be
}

func drawDeeds(t *rapid.T) []deed {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deed {
		return deed{
			Kind:  rapid.SampledFrom([]string{"say", "say", "say", "say", "say", "say", "say", "say", "say", "say", "crash before", "crash after", "reset", "refresh"}).Draw(t, "kind"),
			After: rapid.SampledFrom([]time.Duration{time.Second, time.Second, time.Hour, 30 * time.Hour}).Draw(t, "after"),
			Dice:  rapid.Uint64().Draw(t, "dice"),
			By:    rapid.SampledFrom([]string{"update", "update", "update", "signal", "nothing"}).Draw(t, "by"),
			Blind: rapid.Bool().Draw(t, "blind"),
		}
	}), 40, 40).Draw(t, "deeds")
}

// verbs are thrown in these proportions: few end a change.
func verbs() []change.Verb {
	return slices.Concat(
		slices.Repeat([]change.Verb{change.VerbApprove}, 12), slices.Repeat([]change.Verb{change.VerbSendBack, change.VerbTakeBack, change.VerbResubmit}, 4),
		slices.Repeat([]change.Verb{change.VerbAddSigner, change.VerbRemoveSigner, change.VerbClaim, change.VerbRelease, change.VerbTransfer, change.VerbDelegate, change.VerbAnswer, change.VerbHandOver}, 3),
		[]change.Verb{change.VerbRemind, change.VerbCopy, change.VerbSupervise, change.VerbReject, change.VerbReject, change.VerbReject, change.VerbWithdraw, change.VerbClose},
	)
}

func drawChain(t *rapid.T) []process.Step {
	label, term := process.Text{Zh: "步骤", En: "step"}, calendar.Term{}
	require.NoError(t, term.UnmarshalText([]byte("10wd")))
	var steps []process.Step
	for i := range rapid.IntRange(1, 3).Draw(t, "steps") {
		s := process.Step{Name: "STEP_" + strconv.Itoa(i+1), Label: label, Side: process.SideFiler, Level: process.LevelSchool, Role: org.SchoolLeader, Term: term}
		if i > 0 && rapid.Bool().Draw(t, "at the bureau") {
			s.Level, s.Role = process.LevelManaging, org.BureauReviewer
		}
		switch rapid.IntRange(0, 5).Draw(t, "shared") {
		case 0:
			s.Sign = process.Sign{Mode: countersign.All}
		case 1:
			s.Sign = process.Sign{Mode: countersign.Ratio, Percent: 60}
		case 2:
			s.Sign = process.Sign{Mode: countersign.Any, Seats: []process.Seat{{}, {Level: process.LevelSchool, Role: org.Principal}}}
		case 3:
			s.Sign = process.Sign{Mode: countersign.Sequential, Seats: []process.Seat{{}, {}, {Level: process.LevelManaging, Role: org.BureauReviewer}}}
		}
		steps = append(steps, s)
	}
	return steps
}
