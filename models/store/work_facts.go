package store

import (
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// facts reads the facts beside the record that package status judges. With lock it locks
// the classes that lose or gain a seat until the transaction ends.
func (t *Tx) facts(c *Change, h *held, lock bool) (status.Facts, error) {
	f := status.Facts{
		Today: t.judged(c), Filed: calendar.DateOf(c.FiledAt), Policy: c.Definition.Policy, Releasing: c.Definition.Releasing(), From: h.school(), Final: lock,
	}
	for _, in := range c.Definition.Inputs {
		if in.Type != process.TypeClass || c.Inputs[in.Name] == "" {
			continue
		}
		if lock {
			if err := t.lockClasses(h.ClassID, c.Inputs[in.Name]); err != nil {
				return f, err
			}
		}
		class, err := t.readClass(c.Inputs[in.Name])
		if err != nil {
			return f, err
		}
		f.Class = class
	}
	if more := t.recordWork(c.Kind).Facts; more != nil {
		return f, more(t, c, h, &f, lock)
	}
	return f, nil
}
