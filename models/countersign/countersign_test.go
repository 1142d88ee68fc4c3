package countersign_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/countersign"
)

type seat = countersign.Seat[string]

const (
	silent   = countersign.Silent
	approved = countersign.Approved
	rejected = countersign.Rejected
)

// said gives seats A, B, C, … of the rule itself with these verdicts.
func said(verdicts ...countersign.Verdict) []seat {
	var list []seat
	for i, v := range verdicts {
		list = append(list, seat{ID: string(rune('A' + i)), Place: i + 1, Verdict: v})
	}
	return list
}

func TestHowSeatsShareAStep(t *testing.T) {
	all, any, sequential := countersign.Rule{Mode: countersign.All}, countersign.Rule{Mode: countersign.Any}, countersign.Rule{Mode: countersign.Sequential}
	twoThirds := countersign.Rule{Mode: countersign.Ratio, Percent: 66}
	for _, row := range []struct {
		name  string
		rule  countersign.Rule
		seats []seat
		want  countersign.Outcome
		live  string
	}{
		{"one seat", countersign.Rule{}, said(silent), countersign.Open, "A"},
		{"one seat, approved", countersign.Rule{}, said(approved), countersign.Passed, ""},
		{"one seat, rejected", countersign.Rule{}, said(rejected), countersign.Refused, ""},
		{"nobody", all, nil, countersign.Open, ""},
		{"all, one has signed", all, said(approved, silent, silent), countersign.Open, "BC"},
		{"all have signed", all, said(approved, approved), countersign.Passed, ""},
		{"all, one refuses", all, said(approved, rejected, silent), countersign.Refused, ""},
		{"any, the first approves", any, said(silent, approved), countersign.Passed, ""},
		{"any, the first refuses", any, said(rejected, silent), countersign.Refused, ""},
		{"any, nobody yet", any, said(silent, silent), countersign.Open, "AB"},
		{"in turn", sequential, said(approved, silent, silent), countersign.Open, "B"},
		{"in turn, refused", sequential, said(approved, rejected, silent), countersign.Refused, ""},
		{"two of three", twoThirds, said(approved, approved, silent), countersign.Passed, ""},
		{"one of three refuses", twoThirds, said(approved, rejected, silent), countersign.Open, "C"},
		{"two of three refuse", twoThirds, said(rejected, silent, rejected), countersign.Refused, ""},
		{"added before", all, append(said(silent, silent), seat{ID: "x", Parent: "A", Before: true}), countersign.Open, "Bx"},
		{"added before has approved", all, append(said(silent), seat{ID: "x", Parent: "A", Before: true, Verdict: approved}), countersign.Open, "A"},
		{"added before refuses", all, append(said(silent), seat{ID: "x", Parent: "A", Before: true, Verdict: rejected}), countersign.Refused, ""},
		{"added after waits", all, append(said(silent), seat{ID: "x", Parent: "A"}), countersign.Open, "A"},
		{"added after must speak", all, append(said(approved), seat{ID: "x", Parent: "A"}), countersign.Open, "x"},
		{"added in turn holds up the next", sequential, append(said(approved, silent), seat{ID: "x", Parent: "A"}), countersign.Open, "x"},
		{"added to an added one", all, append(said(silent), seat{ID: "x", Parent: "A", Before: true}, seat{ID: "y", Parent: "x", Before: true}), countersign.Open, "y"},
		{"a refusal of an added one is one vote", twoThirds, append(said(approved, silent, silent), seat{ID: "x", Parent: "A", Verdict: rejected}), countersign.Open, "BC"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := countersign.Judge(row.rule, row.seats)
			require.Equal(t, row.want, got.Outcome)
			live := map[string]bool{}
			for _, id := range row.live {
				live[string(id)] = true
			}
			require.Equal(t, live, got.Live)
		})
	}
}

// table draws a step as people may have left it: every verdict is one of a seat
// that was asked.
func table(t *rapid.T) (countersign.Rule, []seat) {
	rule := countersign.Rule{Mode: rapid.SampledFrom(countersign.Modes()).Draw(t, "mode"), Percent: rapid.IntRange(1, 100).Draw(t, "percent")}
	seats := said(make([]countersign.Verdict, rapid.IntRange(1, 5).Draw(t, "seats"))...)
	for range rapid.IntRange(0, 20).Draw(t, "deeds") {
		got := countersign.Judge(rule, seats)
		if got.Outcome != countersign.Open {
			break
		}
		var live []int
		for i, s := range seats {
			if got.Live[s.ID] {
				live = append(live, i)
			}
		}
		i := rapid.SampledFrom(live).Draw(t, "who")
		switch rapid.SampledFrom([]string{"approve", "approve", "reject", "before", "after"}).Draw(t, "deed") {
		case "approve":
			seats[i].Verdict = approved
		case "reject":
			seats[i].Verdict = rejected
		case "before":
			seats = append(seats, seat{ID: seats[i].ID + "b" + string(rune('0'+len(seats))), Parent: seats[i].ID, Before: true})
		case "after":
			seats = append(seats, seat{ID: seats[i].ID + "a" + string(rune('0'+len(seats))), Parent: seats[i].ID})
		}
	}
	return rule, seats
}

// An open step always waits for somebody, and only seats that were asked have spoken.
func TestAnOpenStepWaitsForSomebody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, seats := table(t)
		got := countersign.Judge(rule, seats)
		require.Equal(t, got.Outcome == countersign.Open, len(got.Live) > 0)
		for _, s := range seats {
			if s.Verdict != silent {
				require.True(t, got.Reached[s.ID], "%s has spoken and was never asked", s.ID)
				require.False(t, got.Live[s.ID], "%s is asked twice", s.ID)
			}
		}
	})
}

// Whoever approves brings a step nearer to its end and never undoes it; whoever
// removes a silent seat somebody added loses nobody's word.
func TestSilenceIsTheOnlyThingThatHoldsAStepUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, seats := table(t)
		for i := range seats {
			if seats[i].Verdict == silent {
				seats[i].Verdict = approved
			}
		}
		require.NotEqual(t, countersign.Open, countersign.Judge(rule, seats).Outcome)
	})
}
