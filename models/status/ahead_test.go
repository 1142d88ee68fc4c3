package status_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// What the days in the forms mean. A day on which something has happened may not lie ahead;
// an end says until when; a change that is asked for from a day on waits for it.
const (
	happened = "happened"
	end      = "end"
	fromOn   = "from on"
)

func days() map[process.Kind]map[string]string {
	return map[process.Kind]map[string]string{
		process.Suspension:          {"from_date": fromOn, "until_date": end},
		process.SuspensionExtension: {"until_date": end},
		process.GoneAbroad:          {"leaves_on": fromOn},
		process.Expulsion:           {"decided_on": happened},
		process.Missing:             {"missing_since": happened},
		process.Death:               {"event_date": happened},
		process.DropoutReport:       {"absent_since": happened},
		process.DropoutReturn:       {"returned_on": happened},
		process.Transfer:            {"paper_date": happened},
	}
}

// For every kind the meaning of each of its days is known, and no kind is in force before
// its day: it is refused, or it waits.
func TestEveryKindWithADayAheadIsRefusedOrWaits(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	require.NotEmpty(t, known.Kinds())
	for _, kind := range known.Kinds() {
		entry, _ := known.Entry(kind)
		found := map[string]string{}
		for _, in := range entry.Inputs {
			if in.Type == process.TypeDate {
				found[in.Name] = days()[kind][in.Name]
			}
		}
		if len(days()[kind]) > 0 || len(found) > 0 {
			require.True(t, maps.Equal(days()[kind], found), "%s: say what its days mean: %v", kind, found)
		}
		for name, means := range found {
			state := status.Enrolled
			if kind == process.SuspensionExtension {
				state = status.Suspended
			}
			r, req, f := suits(t, kind, state)
			f.Starting = true
			req.Inputs["leaves_on"] = "2026-11-20"
			req.Inputs[name] = f.Today.AddDays(1).String()
			on, ahead := status.Ahead(req, f.Today)
			switch means {
			case fromOn:
				require.Empty(t, status.Check(r, req, f), "%s %s", kind, name)
				require.True(t, ahead, kind)
				require.Equal(t, f.Today.AddDays(1), on)
				req.Inputs[name] = f.Today.String()
				_, ahead = status.Ahead(req, f.Today)
				require.False(t, ahead, "%s: today", kind)
				req.Inputs[name] = f.Today.AddDays(-3).String()
				on, ahead = status.Ahead(req, f.Today)
				require.False(t, ahead, "%s: a past day", kind)
				require.Equal(t, f.Today.AddDays(-3), on, "%s: the history has the day that was asked for", kind)
			case happened:
				refused := codes(status.Check(r, req, f))
				require.NotEmpty(t, refused, "%s: %s lies ahead", kind, name)
				require.Subset(t, []refusal.Code{refusal.DayAhead, refusal.PaperDateOutOfRange, refusal.DropoutEarly}, refused[:1], "%s: %s lies ahead", kind, name)
			case end:
				if kind != process.Suspension { // whose first day lies ahead here
					require.False(t, ahead, "%s: an end makes nothing wait", kind)
				}
			}
		}
	}
}

// A change for a later day must be allowed on that day, so that it does not fail then for
// a reason known at the filing.
func TestSuspensionAheadIsJudgedAsOfItsDay(t *testing.T) {
	r, f := pupil(), facts(t, "2027-02-10")
	r.EntryYear = 2021 // in the last grade; the last term begins in spring
	require.Empty(t, status.Check(r, suspension("2027-02-11", "2027-06-01"), f))
	require.Equal(t, []refusal.Code{refusal.LastTermClosed}, codes(status.Check(r, suspension("2027-03-02", "2027-06-01"), f)))
	r.EntryYear = 2022 // in the last grade from September on
	f = facts(t, "2027-12-20")
	require.Equal(t, []refusal.Code{refusal.LastTermClosed}, codes(status.Check(r, suspension("2028-03-02", "2028-06-01"), f)))
}

// Key data may be changed, and a mistake corrected, beside a change that waits for its
// day.
func TestKeyDataAndCorrectionRunBesideAWaitingChange(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	for _, kind := range known.Kinds() {
		require.Equal(t, kind == process.KeyDataChange || kind == process.ChangeCorrection, status.Beside(kind), kind)
	}
}
