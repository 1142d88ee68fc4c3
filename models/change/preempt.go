package change

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/student"
)

// The closing codes of changes that the system ends, because other business has priority.
const (
	EndedByDeath       = "PREEMPTED"  // the pupil died
	EndedByArbitration = "ARBITRATED" // the bureau above both schools decided for the other school
	EndedWithoutClaim  = "MOOT"       // the contested change has ended in another way
	EndedByClearing    = "CLEARED"    // business of the graduating grade on the day of clearing (KT64)
)

// RefusalOfEnding returns the refusal that explains an ending by the system.
func RefusalOfEnding(code string) *refusal.Error {
	switch code {
	case EndedByDeath:
		return refusal.New(refusal.Preempted)
	case EndedByArbitration:
		return refusal.New(refusal.Arbitrated)
	case EndedByClearing:
		return refusal.New(refusal.Cleared)
	}
	return refusal.New(refusal.Moot)
}

// PriorBusiness returns a refusal when a death or an arbitration keeps a change from taking
// effect now (worker), else nil. A death has priority over an arbitration.
func (t *Tx) PriorBusiness(c *Change) (*refusal.Error, error) {
	if c.StudentID == nil {
		return nil, nil //nolint:nilnil // a roster has no pupil
	}
	var rows []struct {
		Key      string
		ChangeID uuid.UUID
	}
	death := student.DeathSlot(*c.StudentID)
	err := t.DB().Raw(`SELECT key, change_id FROM slot WHERE key IN (?, ?) ORDER BY key = ? DESC`, death, student.ArbitrationSlot(*c.StudentID), death).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("look for business that goes before: %w", err)
	}
	if len(rows) == 0 || rows[0].ChangeID == c.ID { // a death does not wait for an arbitration
		return nil, nil //nolint:nilnil // nothing goes before it
	}
	if rows[0].Key == death {
		if status.Moves(c.Kind) { // the other school reads this answer too
			return refusal.New(refusal.OtherFirst), nil
		}
		return refusal.New(refusal.DeathFiled), nil
	}
	return refusal.New(refusal.ArbitrationRunning), nil
}

// RefusalIfDead returns a refusal when a death of the pupil is being reported, else nil. A
// running arbitration does not keep other business from being filed.
func (t *Tx) RefusalIfDead(studentID uuid.UUID) (*refusal.Error, error) {
	var row struct{ Kind *process.Kind }
	if err := t.DB().Raw(`SELECT slot_kind(?) AS kind`, student.DeathSlot(studentID)).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("look for business that goes before: %w", err)
	}
	if row.Kind == nil {
		return nil, nil //nolint:nilnil // nothing goes before it
	}
	return refusal.New(refusal.DeathFiled), nil
}

// EndSlotHolders ends the other changes that hold the pupil of c (worker). Their slots become
// free, their parties are told, and their workflows end when they next read their
// position. Call it before the record is locked: the other change may hold its own lock
// and wait for the record. Changes that end others are never ended in this way
// themselves, so there is no deadlock.
func (t *Tx) EndSlotHolders(c *Change, code string) error {
	// An arbitration comes first in the order of the keys, because it locks itself before
	// the change it ends.
	var holders []uuid.UUID
	err := t.DB().Raw(`SELECT change_id FROM slot WHERE key IN (?, ?, ?) AND change_id <> ? ORDER BY key`,
		student.ArbitrationSlot(*c.StudentID), student.BesideSlot(*c.StudentID), student.StudentSlot(*c.StudentID), c.ID).Scan(&holders).Error
	if err != nil {
		return fmt.Errorf("look for a running change: %w", err)
	}
	for _, other := range holders {
		if err := t.endForPupil(other, *c.StudentID, code); err != nil {
			return err
		}
	}
	return nil
}

// EndBySystem ends a change because other business has priority. A change that has ended
// meanwhile stays as it is.
func (t *Tx) EndBySystem(id uuid.UUID, code string) error {
	c, err := t.ReadLocked(id)
	if err != nil || c.Status != StatusRunning {
		return err
	}
	err = t.WriteEvent(Event{Change: c.ID, Verb: code, Step: c.StepNo, Round: c.Round, Params: refusalParams(RefusalOfEnding(code))})
	if err != nil {
		return err
	}
	if err := t.endChange(c, ending{code: code}, StatusClosed); err != nil {
		return err
	}
	// Reconciliation wakes the workflow of the change. A workflow that was never started
	// must still be told.
	t.queueStart(c.ID)
	return t.Audit("change.ended", "change", c.ID.String(), map[string]string{"code": code})
}

// Clearable returns running changes of pupils of a graduating grade that were filed
// before the day on which their province clears such business (KT64). Each change is
// judged by the rules under which it was filed.
func (t *Tx) Clearable(most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := t.DB().Raw(`SELECT c.id FROM change c JOIN student s ON s.id = c.student_id
		CROSS JOIN LATERAL (SELECT c.definition -> 'policy' AS policy) r
		CROSS JOIN LATERAL (SELECT nullif(r.policy ->> 'clear_graduating', '') AS day) p
		CROSS JOIN LATERAL (SELECT CAST(@year AS int) - CASE WHEN p.day > @today THEN 1 ELSE 0 END AS year) y
		CROSS JOIN LATERAL (SELECT to_date(y.year || '-' || replace(p.day, '02-29', '02-28'), 'YYYY-MM-DD') AS cleared) d
		WHERE c.status = '`+StatusRunning+`' AND p.day IS NOT NULL AND c.definition ->> 'survives_clearing' IS DISTINCT FROM 'true'
			AND c.filed_at < CAST(d.cleared AS timestamp) AT TIME ZONE 'Asia/Shanghai'
			AND y.year - CASE WHEN p.day < r.policy ->> 'school_year_start' THEN 1 ELSE 0 END - s.entry_year + 1 >= CAST(r.policy -> 'stage_years' ->> s.stage AS int)
		ORDER BY c.id LIMIT @most`,
		map[string]any{"year": t.Today().Year(), "today": t.Today().String()[len("2006-"):], "most": most}).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for business to be cleared: %w", err)
	}
	return ids, nil
}

// Clear ends a running change of the graduating grade in the name of the system (worker).
// The record stays as it was before. A change that has ended, or whose pupil is in
// another grade by now, is left alone.
func (t *Tx) Clear(change uuid.UUID) error {
	c, err := t.ReadLocked(change)
	if err != nil || c.Status != StatusRunning || c.StudentID == nil || c.Definition.SurvivesClearing {
		return err
	}
	day, clears := c.Definition.Policy.Cleared(t.Today())
	if !clears || !c.FiledAt.Before(day.Start()) {
		return nil
	}
	h, err := student.ReadPupilRow(t.Tx, *c.StudentID, false)
	if err != nil || !c.Definition.Policy.Graduating(h.Stage, h.EntryYear, day) {
		return err
	}
	return t.EndBySystem(change, EndedByClearing)
}

// refusalToStart returns a refusal when a change of the pupil cannot be filed now, else nil. A
// death waits for no other change, only for another death.
func (t *Tx) refusalToStart(kind process.Kind, studentID uuid.UUID) (*refusal.Error, error) {
	if running, err := t.RunningKind(studentID); err != nil || running == "" {
		return nil, err
	}
	dead, err := t.RefusalIfDead(studentID)
	if err != nil {
		return nil, err
	}
	if dead != nil {
		return dead.At("/student_id"), nil
	}
	if t.findRecordWork(kind).Precedes {
		return nil, nil //nolint:nilnil // a death has priority over every running change
	}
	if taken, err := t.refusalIfSlotTaken(student.BesideSlot(studentID)); taken != nil || err != nil {
		return taken, err
	}
	ahead, err := t.RefusalIfAhead(kind, studentID)
	switch {
	case err != nil:
		return nil, err
	case ahead != nil && status.Beside(kind):
		return nil, nil //nolint:nilnil // it takes nothing from the waiting change
	case ahead != nil:
		return ahead, nil
	}
	return t.refusalIfSlotTaken(student.StudentSlot(studentID))
}

// RunningKind returns the kind of the change that holds a pupil, or "". A reported death
// counts too: another office reads it as any other business.
func (t *Tx) RunningKind(studentID uuid.UUID) (process.Kind, error) {
	var row struct{ Kind *process.Kind }
	if err := t.DB().Raw(`SELECT coalesce(slot_kind(?), slot_kind(?), slot_kind(?)) AS kind`,
		student.StudentSlot(studentID), student.DeathSlot(studentID), student.BesideSlot(studentID)).Take(&row).Error; err != nil {
		return "", fmt.Errorf("look for a running change: %w", err)
	}
	if row.Kind == nil {
		return "", nil
	}
	return *row.Kind, nil
}
