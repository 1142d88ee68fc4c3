package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// The closing codes of changes that the system ends, because other business has priority.
const (
	Preempted  = "PREEMPTED"  // the pupil died
	Arbitrated = "ARBITRATED" // the bureau above both schools decided for the other school
	Moot       = "MOOT"       // the contested change has ended in another way
	Cleared    = "CLEARED"    // business of the graduating grade on the day of clearing (KT64)
)

// endingProblem returns the refusal that explains an ending by the system.
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

// deathSlot and arbitrationSlot are the slots of business that is filed while another
// change holds the pupil. While that business runs, no other change of the pupil takes
// effect.
func deathSlot(student uuid.UUID) string       { return "death/" + student.String() }
func arbitrationSlot(student uuid.UUID) string { return "arbitration/" + student.String() }

// blocked returns a refusal when a death or an arbitration keeps a change from taking
// effect now (worker), else nil. A death has priority over an arbitration.
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
	if len(rows) == 0 || rows[0].ChangeID == c.ID { // a death does not wait for an arbitration
		return nil, nil //nolint:nilnil // nothing goes before it
	}
	if rows[0].Key == death {
		if moves(c.Kind) { // the other school reads this answer too
			return refusal.New(refusal.OtherFirst), nil
		}
		return refusal.New(refusal.DeathFiled), nil
	}
	return refusal.New(refusal.ArbitrationRunning), nil
}

// mayStart returns a refusal when a death of the pupil is being reported, else nil. A
// running arbitration does not keep other business from being filed.
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

// endOther ends the other changes that hold the pupil of c (worker). Their slots become
// free, their parties are told, and their workflows end when they next read their
// position. Call it before the record is locked: the other change may hold its own lock
// and wait for the record. Changes that end others are never ended in this way
// themselves, so there is no deadlock.
func (t *Tx) endOther(c *Change, code string) error {
	// An arbitration comes first in the order of the keys, because it locks itself before
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

// endBySystem ends a change because other business has priority. A change that has ended
// meanwhile stays as it is.
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
	// Reconciliation wakes the workflow of the change. A workflow that was never started
	// must still be told.
	t.later("tell a workflow", 1, `INSERT INTO outbox (change_id, topic, created_at) VALUES (?, 'START', ?)`, c.ID, t.now)
	return t.Audit("change.ended", "change", c.ID.String(), map[string]string{"code": code})
}

// heldUp returns a refusal when a change of the pupil cannot be filed now, else nil. A
// death waits for no other change, only for another death.
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
		return nil, nil //nolint:nilnil // a death has priority over every running change
	}
	if taken, err := t.slotTaken(besideSlot(student)); taken != nil || err != nil {
		return taken, err
	}
	ahead, err := t.ahead(kind, student)
	switch {
	case err != nil:
		return nil, err
	case ahead != nil && status.Beside(kind):
		return nil, nil //nolint:nilnil // it takes nothing from the waiting change
	case ahead != nil:
		return ahead, nil
	}
	return t.slotTaken(studentSlot(student))
}

// runningKind returns the kind of the change that holds a pupil, or "". A reported death
// counts too: another office reads it as any other business.
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
