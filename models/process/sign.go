package process

import (
	"errors"
	"fmt"
	"slices"

	"github.com/xueji/xueji/models/countersign"
	"github.com/xueji/xueji/models/org"
)

// Sign says that several people share a step (会签、或签、依次审批). Without it any one
// person with the role decides the step.
type Sign struct {
	Mode countersign.Mode `yaml:"mode" json:"mode,omitempty"`
	// Percent of the seats that must approve, for RATIO.
	Percent int `yaml:"percent" json:"percent,omitempty"`
	// Seats are the places of the step. Without them each person who holds the step's
	// role when it opens has a seat.
	Seats []Seat `yaml:"seats" json:"seats,omitempty"`
}

// Seat is one place of a shared step. Fields that are left out come from the step.
type Seat struct {
	Label Text     `yaml:"label" json:"label,omitzero"`
	Side  Side     `yaml:"side" json:"side,omitempty"`
	Level Level    `yaml:"level" json:"level,omitempty"`
	Role  org.Role `yaml:"role" json:"role,omitempty"`
}

// Shared reports whether more than one person decides the step.
func (s Step) Shared() bool { return s.Sign.Mode != "" }

// Rule returns the signing rule of the step.
func (s Step) Rule() countersign.Rule {
	return countersign.Rule{Mode: s.Sign.Mode, Percent: s.Sign.Percent}
}

// Of returns the seat with the missing fields filled in from its step.
func (s Seat) Of(step Step) Seat {
	if s.Side == "" {
		s.Side = step.Side
	}
	if s.Level == "" {
		s.Level = step.Level
	}
	if s.Role == "" {
		s.Role = step.Role
	}
	if s.Label.Zh == "" {
		s.Label = step.Label
	}
	return s
}

func (s Step) validateSign() error {
	switch {
	case !s.Shared() && (s.Sign.Percent != 0 || len(s.Sign.Seats) > 0):
		return errors.New("sign: name the mode: ALL, RATIO, ANY or SEQUENTIAL")
	case !s.Shared():
		return nil
	case !slices.Contains(countersign.Modes(), s.Sign.Mode):
		return fmt.Errorf("sign: unknown mode %q", s.Sign.Mode)
	case s.Act != "":
		return errors.New("sign: nobody signs an automatic step")
	case (s.Sign.Mode == countersign.Ratio) != (s.Sign.Percent > 0) || s.Sign.Percent > 100:
		return errors.New("sign: percent is 1 to 100, and for RATIO only")
	case len(s.Sign.Seats) > 20:
		return errors.New("sign: at most 20 seats")
	}
	return nil
}

// Interaction is an act of people at a step beside its decision.
type Interaction string

// The interactions a kind may forbid (Definition.Forbids).
const (
	MayTransfer  Interaction = "TRANSFER"   // 转办
	MayDelegate  Interaction = "DELEGATE"   // 委派
	MayAddSigner Interaction = "ADD_SIGNER" // 加签
	MayTakeBack  Interaction = "TAKE_BACK"  // 取回
	MayBatch     Interaction = "BATCH"      // 批量审批
	MayProxy     Interaction = "PROXY"      // 代理
	MayCopy      Interaction = "COPY"       // 抄送
)

// Interactions lists all of them in a fixed order.
func Interactions() []Interaction {
	return []Interaction{MayTransfer, MayDelegate, MayAddSigner, MayTakeBack, MayBatch, MayProxy, MayCopy}
}

// May reports whether the kind allows an interaction.
func (d Definition) May(i Interaction) bool { return !slices.Contains(d.Forbids, i) }

// After returns the number of the step that follows a finished one. With jump the change
// returns directly to the step that sent it back: decisions in between are skipped,
// automatic checks are not. Arrived says that the jump is over.
func (d Definition) After(no, jump int) (next int, arrived bool) {
	next = no + 1
	for next < jump && d.Steps[next-1].Act == "" {
		next++
	}
	return next, jump > 0 && next >= jump
}
