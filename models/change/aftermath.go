package change

import (
	"encoding/json"
	"fmt"
)

// EventResidue is the line of the timeline that tells what a correction leaves and which office must act.
const EventResidue = "LEAVES" // in both: names what is left, and who must act

// ResiduePlace is a class or year group that differs from the one before the mistake.
const ResiduePlace = "PLACE"

// AftermathLine is one effect of a strike: a struck case, or a thing that is left behind
// and who must act.
type AftermathLine struct {
	Verb   string            `json:"verb"` // CaseStruck or Leaves
	Params map[string]string `json:"params"`
}

// aftermathParam is the parameter of a counted slip that holds the effects of its
// correction.
const aftermathParam = "aftermath"

// setAftermath stores the effects of a correction in the slip that approved it.
func (s *Slip) setAftermath(list []AftermathLine) error {
	if s == nil || len(list) == 0 {
		return nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("tell what came of a strike: %w", err)
	}
	s.Params = map[string]string{aftermathParam: string(text)}
	return nil
}

// Aftermath returns the effects of a slip that made a correction effective; nil for any
// other slip.
func (s *Slip) Aftermath() []AftermathLine {
	var list []AftermathLine
	_ = json.Unmarshal([]byte(s.Params[aftermathParam]), &list) // nothing was told, or it is what carry wrote
	return list
}
