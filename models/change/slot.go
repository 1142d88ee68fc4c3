package change

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/student"
)

// takeStudentSlot takes the slot of the pupil. Where another change waits for its day and
// this kind may run beside it, it takes the second slot of the pupil.
func (t *Tx) takeStudentSlot(c *Change) error {
	lost := func() error { return t.refusalOfLostSlot(c) }
	beside, err := t.mayRunBeside(c)
	if err != nil {
		return err
	}
	if beside {
		t.TakeSlot(c, student.BesideSlot(*c.StudentID), lost)
		return nil
	}
	t.TakeSlot(c, student.StudentSlot(*c.StudentID), lost)
	if err := t.Flush(); err != nil { // the slower filing is refused here
		return err
	}
	taken, err := t.refusalIfSlotTaken(student.BesideSlot(*c.StudentID)) // only after the own slot is taken: of two filings at once, one sees the other
	if err != nil || taken == nil {
		return err
	}
	return lost()
}

// TakeIdentitySlot takes the slot of the document that a change writes, if it writes one.
func (t *Tx) TakeIdentitySlot(c *Change) {
	if c.IdentityKeys != nil {
		t.TakeSlot(c, student.IdentitySlot(c.IdentityKeys[0]), func() error { return student.IdentityTaken() })
	}
}

// TakeSlot takes a slot for a change, unless another change holds it. The statement names
// no conflict target, so it needs no right to read slots.
func (t *Tx) TakeSlot(c *Change, key string, lost func() error) {
	t.LaterOr(lost, "take a slot", `INSERT INTO slot (key, change_id, taken_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, key, c.ID, t.Now())
}

// refusalOfLostSlot returns the refusal for a filing whose pupil was taken by another change a
// moment earlier. It reads as the check before the filing would have said it.
func (t *Tx) refusalOfLostSlot(c *Change) error {
	if w := t.findRecordWork(c.Kind); w.Lost != nil {
		return w.Lost(t, c)
	}
	return refusal.New(refusal.ChangeInProgress).At("/student_id")
}

// SlotHolder reports whether a change holds a slot. It returns the change only to those
// who may see it.
func (t *Tx) SlotHolder(key string) (held bool, running *Change, err error) {
	var rows []struct {
		ChangeID *uuid.UUID
		Visible  bool
	}
	if err := t.DB().Raw(`SELECT change_id, visible FROM slot_holder(?)`, key).Scan(&rows).Error; err != nil {
		return false, nil, fmt.Errorf("look for a running change: %w", err)
	}
	if len(rows) == 0 || rows[0].ChangeID == nil {
		return false, nil, nil
	}
	if !rows[0].Visible {
		return true, nil, nil
	}
	running, err = t.Read(*rows[0].ChangeID)
	return true, running, err
}

// ChangeInProgress says that a change is running (异动中). It names the case number when the
// change is given.
func ChangeInProgress(running *Change) *refusal.Error {
	e := refusal.New(refusal.ChangeInProgress).At("/student_id")
	if running == nil {
		return e
	}
	name := running.Definition.Name
	return e.WithText("case", fmt.Sprintf("（%s %s）", name.Zh, running.CaseNo), fmt.Sprintf(" (%s %s)", name.En, running.CaseNo))
}

// refusalIfSlotTaken returns a refusal when a change holds a slot, else nil.
func (t *Tx) refusalIfSlotTaken(key string) (*refusal.Error, error) {
	held, running, err := t.SlotHolder(key)
	if err != nil || !held {
		return nil, err
	}
	return ChangeInProgress(running), nil
}
