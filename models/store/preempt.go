package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// Why the system ends a change of a pupil: other business goes before it.
const (
	Preempted  = "PREEMPTED"  // the pupil died
	Arbitrated = "ARBITRATED" // the bureau above both schools found for the other one
	Moot       = "MOOT"       // what it was about has ended otherwise
	Cleared    = "CLEARED"    // business of the graduating grade on the day of clearing (KT64)
)

// endingProblem is the sentence of an ending by the system.
func endingProblem(code string) *refusal.Error {
	switch code {
	case Preempted:
		return refusal.New(refusal.Preempted)
	case Arbitrated:
		return refusal.New(refusal.Arbitrated)
	case Cleared:
		return refusal.New(refusal.Cleared)
	}
	return refusal.New(refusal.Moot)
}

// deathSlot and arbitrationSlot are the keys of business that is filed while
// another change holds the pupil. While it runs, nothing else takes effect.
func deathSlot(student uuid.UUID) string       { return "death/" + student.String() }
func arbitrationSlot(student uuid.UUID) string { return "arbitration/" + student.String() }

// blocked tells which business that goes before keeps a change from taking effect
// now (worker); nil when none does. A death goes before an arbitration.
func (t *Tx) blocked(c *Change) (*refusal.Error, error) {
	if c.StudentID == nil {
		return nil, nil //nolint:nilnil // a roster has no pupil
	}
	var rows []struct {
		Key      string
		ChangeID uuid.UUID
	}
	death := deathSlot(*c.StudentID)
	err := t.db.Raw(`SELECT key, change_id FROM slot WHERE key IN (?, ?) ORDER BY key = ? DESC`, death, arbitrationSlot(*c.StudentID), death).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("look for business that goes before: %w", err)
	}
	if len(rows) == 0 || rows[0].ChangeID == c.ID { // a death waits for no arbitration
		return nil, nil //nolint:nilnil // nothing goes before it
	}
	if rows[0].Key == death {
		if moves(c.Kind) { // the other school reads it, too
			return refusal.New(refusal.OtherFirst), nil
		}
		return refusal.New(refusal.DeathFiled), nil
	}
	return refusal.New(refusal.ArbitrationRunning), nil
}

// mayStart tells that nothing new may be filed for a pupil whose death is in hand;
// nil otherwise. That an arbitration runs stops nothing that can be filed beside it.
func (t *Tx) mayStart(student uuid.UUID) (*refusal.Error, error) {
	var row struct{ Kind *process.Kind }
	if err := t.db.Raw(`SELECT slot_kind(?) AS kind`, deathSlot(student)).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("look for business that goes before: %w", err)
	}
	if row.Kind == nil {
		return nil, nil //nolint:nilnil // nothing goes before it
	}
	return refusal.New(refusal.DeathFiled), nil
}

// endOther ends the change that holds the pupil of c, if that is another one (worker): its
// slot is free, its parties are told, and its workflow ends when it next reads its
// position. Call it before the record is locked: the other change may be on its
// way to the record with its own lock in hand. Changes that end others never are
// ended in this way by those, so nobody waits in a circle.
func (t *Tx) endOther(c *Change, code string) error {
	// An arbitration comes first in the order of the keys: it locks itself before
	// the change it ends.
	var holders []uuid.UUID
	err := t.db.Raw(`SELECT change_id FROM slot WHERE key IN (?, ?, ?) AND change_id <> ? ORDER BY key`,
		arbitrationSlot(*c.StudentID), besideSlot(*c.StudentID), studentSlot(*c.StudentID), c.ID).Scan(&holders).Error
	if err != nil {
		return fmt.Errorf("look for a running change: %w", err)
	}
	for _, other := range holders {
		if err := t.endFor(other, *c.StudentID, code); err != nil {
			return err
		}
	}
	return nil
}

// endBySystem ends a change because other business went before it; one that has
// ended meanwhile stays as it is.
func (t *Tx) endBySystem(id uuid.UUID, code string) error {
	c, err := t.lockChange(id)
	if err != nil || c.Status != Running {
		return err
	}
	err = t.write(event{change: c.ID, verb: code, step: c.StepNo, round: c.Round, params: refusalParams(endingProblem(code))})
	if err != nil {
		return err
	}
	if err := t.end(c, ending{code: code}, Closed); err != nil {
		return err
	}
	// Most have a workflow, which reconciliation wakes; one that was never started
	// must still be told.
	t.later("tell a workflow", 1, `INSERT INTO outbox (change_id, topic, created_at) VALUES (?, 'START', ?)`, c.ID, t.now)
	return t.Audit("change.ended", "change", c.ID.String(), map[string]string{"code": code})
}

// heldUp tells what keeps a change of a pupil from being filed now; nil when
// nothing does. A death waits for no other change, only for another death.
func (t *Tx) heldUp(kind process.Kind, student uuid.UUID) (*refusal.Error, error) {
	if running, err := t.runningKind(student); err != nil || running == "" {
		return nil, err
	}
	dead, err := t.mayStart(student)
	if err != nil {
		return nil, err
	}
	if dead != nil {
		return dead.At("/student_id"), nil
	}
	if t.recordWork(kind).Precedes {
		return nil, nil //nolint:nilnil // it goes before whatever runs
	}
	if taken, err := t.slotTaken(besideSlot(student)); taken != nil || err != nil {
		return taken, err
	}
	ahead, err := t.ahead(kind, student)
	switch {
	case err != nil:
		return nil, err
	case ahead != nil && status.Beside(kind):
		return nil, nil //nolint:nilnil // it takes nothing away from the one that waits
	case ahead != nil:
		return ahead, nil
	}
	return t.slotTaken(studentSlot(student))
}

// runningKind is the kind of change that holds a pupil, "" when none does. A death
// in hand holds the pupil too, and is told to another office as any other business.
func (t *Tx) runningKind(student uuid.UUID) (process.Kind, error) {
	var row struct{ Kind *process.Kind }
	if err := t.db.Raw(`SELECT coalesce(slot_kind(?), slot_kind(?), slot_kind(?)) AS kind`,
		studentSlot(student), deathSlot(student), besideSlot(student)).Take(&row).Error; err != nil {
		return "", fmt.Errorf("look for a running change: %w", err)
	}
	if row.Kind == nil {
		return "", nil
	}
	return *row.Kind, nil
}
