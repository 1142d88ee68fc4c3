package change

import (
	"errors"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/student"
)

// NoteNotApplied notes on the slip that the record could not take the change. All parties must
// know why the step stays open, not only the person who decided.
func NoteNotApplied(s *Slip, err error) error {
	var refused *refusal.Error
	if s != nil && errors.As(err, &refused) {
		s.notApplied = refused
	}
	return err
}

// recordAfter returns the record after the change, or all refusals that stand against the
// change now.
func (t *Tx) recordAfter(c *Change, h *student.PupilRow) (status.Record, error) {
	if err := t.ReadValues(c); err != nil {
		return h.Record, err
	}
	if t.findRecordWork(c.Kind).Clear {
		if err := student.DecryptIdentity(t.Tx, h); err != nil {
			return h.Record, err
		}
	}
	taken, err := t.RefusalIfIdentityTaken(c, h)
	if taken != nil || err != nil {
		return h.Record, errors.Join(err, asError(taken))
	}
	evidence, err := t.readEvidenceRefs(c.ID)
	if err != nil {
		return h.Record, err
	}
	facts, err := t.readFacts(c, h, true)
	if err != nil {
		return h.Record, err
	}
	return status.Apply(h.Record, c.request(EvidenceKinds(evidence)), facts)
}

// EndEffective ends a change that is in force from a day on; the slip is nil when the register approves by itself.
func (t *Tx) EndEffective(c *Change, s *Slip, on calendar.Date) error {
	day := on.Start()
	c.EffectiveOn = &day
	if s == nil { // the register itself approves this kind
		return t.endChange(c, ending{code: EventPassed}, StatusEffective)
	}
	return t.endChange(c, endedBy(s), StatusEffective)
}
