// Package countersign decides who must still speak at a step that several
// people share (会签, 或签, 依次审批, 加签), and when the step is decided.
//
// It is pure: the state of a step follows from what its seats have said and from
// nothing else. Whatever happens to a seat (a decision, one that is taken back,
// one that is added or removed) the whole is judged anew, so no order of events
// can leave a step that waits for nobody.
package countersign

import "slices"

// Mode says how the seats of a step share it.
type Mode string

// The modes. A step with one seat is decided by it in each of them.
const (
	All        Mode = "ALL"        // 会签: every seat approves; one refusal ends it
	Ratio      Mode = "RATIO"      // 会签按比例: enough seats approve; too many refusals end it
	Any        Mode = "ANY"        // 或签: the first seat that decides
	Sequential Mode = "SEQUENTIAL" // 依次审批: one after the other
)

// Modes lists every mode in a fixed order.
func Modes() []Mode { return []Mode{All, Ratio, Any, Sequential} }

// Rule is how a step is shared. Percent counts for Ratio only: the share of the
// rule's own seats that must approve, 1 to 100.
type Rule struct {
	Mode    Mode
	Percent int
}

// Verdict is what a seat has said.
type Verdict int

// The verdicts of a seat. Sending back is none: it ends the step at once.
const (
	Silent Verdict = iota // nothing yet
	Approved
	Rejected
)

// Seat is one place at a step. Seats the rule itself has come in the order of
// Place and have no Parent. A seat somebody added (加签) names the seat of that
// person as Parent, and speaks before or after it.
type Seat[ID comparable] struct {
	ID      ID
	Place   int
	Parent  ID // the zero ID: one of the rule's own
	Before  bool
	Verdict Verdict
}

// Outcome is what the seats make of a step.
type Outcome int

// The outcomes.
const (
	Open Outcome = iota // somebody must still speak
	Passed
	Refused
)

// Result says what a step is, and who may speak now.
type Result[ID comparable] struct {
	Outcome Outcome
	// Live are the seats that may decide now; empty unless the step is Open, and
	// never empty when it is. All other silent seats wait or are not needed.
	Live map[ID]bool
	// Reached holds the seats that were live at some time: their verdicts count.
	// A verdict of a seat outside would be one nobody was asked for.
	Reached map[ID]bool
}

// Judge looks at all seats of a step that count; removed seats and seats that were
// taken back are not among them. A step without a seat is Open with nobody live:
// the caller must name that problem.
func Judge[ID comparable](rule Rule, seats []Seat[ID]) Result[ID] {
	j := judge[ID]{Result: Result[ID]{Live: map[ID]bool{}, Reached: map[ID]bool{}}, under: map[ID][]Seat[ID]{}}
	var none ID
	for _, s := range seats {
		j.under[s.Parent] = append(j.under[s.Parent], s)
	}
	own := inOrder(j.under[none])
	approved, rejected := 0, 0
	for _, s := range own {
		verdict := j.ask(s)
		switch verdict {
		case Approved:
			approved++
		case Rejected:
			rejected++
		case Silent:
		}
		if rule.Mode == Sequential && verdict != Approved {
			break // the others wait for it
		}
	}
	j.Outcome = outcome(rule, len(own), approved, rejected)
	if j.Outcome != Open {
		clear(j.Live)
	}
	return j.Result
}

func outcome(rule Rule, seats, approved, rejected int) Outcome {
	needed := seats
	switch rule.Mode {
	case Any:
		needed = 1
		if rejected > 0 && approved == 0 {
			return Refused
		}
	case Ratio:
		needed = max(1, (seats*rule.Percent+99)/100)
		if seats-rejected < needed {
			return Refused
		}
	default: // All, Sequential, and the one seat of a step nobody shares
		if rejected > 0 {
			return Refused
		}
	}
	if seats > 0 && approved >= needed {
		return Passed
	}
	return Open
}

type judge[ID comparable] struct {
	Result[ID]

	under map[ID][]Seat[ID]
}

// ask gives the verdict of a seat together with those that were added to it: one
// who refuses refuses for the seat, and it has approved when all of them have.
func (j judge[ID]) ask(s Seat[ID]) Verdict {
	var before, after []Seat[ID]
	for _, added := range j.under[s.ID] {
		if added.Before {
			before = append(before, added)
		} else {
			after = append(after, added)
		}
	}
	if v := j.askAll(before); v != Approved {
		return v
	}
	j.Reached[s.ID] = true
	if s.Verdict == Silent {
		j.Live[s.ID] = true
	}
	if s.Verdict != Approved {
		return s.Verdict
	}
	return j.askAll(after)
}

// askAll asks seats that speak side by side.
func (j judge[ID]) askAll(seats []Seat[ID]) Verdict {
	all := Approved
	for _, s := range seats {
		switch j.ask(s) {
		case Rejected:
			all = Rejected
		case Silent:
			if all == Approved {
				all = Silent
			}
		case Approved:
		}
	}
	return all
}

// inOrder gives the rule's own seats as they come.
func inOrder[ID comparable](seats []Seat[ID]) []Seat[ID] {
	return slices.SortedStableFunc(slices.Values(seats), func(a, b Seat[ID]) int { return a.Place - b.Place })
}
