package store

import (
	"errors"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// unfit notes on the slip that the record could not take the change. All parties must
// know why the step stays open, not only the person who decided.
func unfit(s *Slip, err error) error {
	var refused *refusal.Error
	if s != nil && errors.As(err, &refused) {
		s.unfit = refused
	}
	return err
}

// applied returns the record after the change, or all refusals that stand against the
// change now.
func (t *Tx) applied(c *Change, h *held) (status.Record, error) {
	if err := t.readValues(c); err != nil {
		return h.record, err
	}
	if t.recordWork(c.Kind).Clear {
		if err := t.readIdentity(h); err != nil {
			return h.record, err
		}
	}
	taken, err := t.identityTaken(c, h)
	if taken != nil || err != nil {
		return h.record, errors.Join(err, asError(taken))
	}
	evidence, err := t.attached(c.ID)
	if err != nil {
		return h.record, err
	}
	facts, err := t.facts(c, h, true)
	if err != nil {
		return h.record, err
	}
	return status.Apply(h.record, c.request(kindsOf(evidence)), facts)
}

func (t *Tx) endEffective(c *Change, s *Slip, on calendar.Date) error {
	day := on.Start()
	c.EffectiveOn = &day
	if s == nil { // the register itself approves this kind
		return t.end(c, ending{code: Passed}, Effective)
	}
	return t.end(c, by(s), Effective)
}
