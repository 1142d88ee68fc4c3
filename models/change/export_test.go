package change

import "github.com/xueji/xueji/models/process"

// What a test of this package asks of its inside.

// ParentsFirst orders seats so that each follows the seat to which it was added.
func ParentsFirst(seats []Seat) []Seat { return parentsFirst(seats) }

// Act does what a slip says.
func Act(t *Tx, c *Change, s *Slip) error { return t.dispatchVerb(c, s) }

// ShownName is a verb as people read it.
func ShownName(v Verb) string { return v.shownName() }

// FindStepOffice finds the office of a step, and whether anybody there can decide.
func (t *Tx) FindStepOffice(c *Change, no int, rule process.Step) (*StepOffice, bool, error) {
	return t.findStepOffice(c, no, rule)
}

// UpdateObstacle updates the named problem of the open step after its seats changed.
func (t *Tx) UpdateObstacle(c *Change) error { return t.updateObstacle(c) }
