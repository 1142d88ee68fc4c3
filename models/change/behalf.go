package change

import (
	"github.com/google/uuid"
)

// Behalf says that an operator of the service hands a slip in for another person, and
// why. The timeline shows it to the parties.
type Behalf struct {
	Operator string // account of the operating system, or the name given
	Reason   string
}

// recordOperator writes the operator into the timeline and the audit trail, in the transaction
// of the slip.
func (t *Tx) recordOperator(slip uuid.UUID, w NewSlip) error {
	if w.Behalf == nil {
		return nil
	}
	err := t.WriteEvent(Event{
		Change: w.ChangeID, Verb: "OPERATOR", Step: w.Step, Round: w.Round, Account: t.Scope().Account, Office: w.OfficeID,
		opinion: w.Behalf.Reason, Params: map[string]string{"operator": w.Behalf.Operator, "slip": slip.String()},
	})
	if err != nil {
		return err
	}
	return t.Audit("case.decide", "change", w.ChangeID.String(),
		map[string]string{"operator": w.Behalf.Operator, "verb": string(w.Verb), "slip": slip.String()})
}
