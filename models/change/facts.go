package change

import (
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/student"
)

// readFacts reads the facts beside the record that package status judges. With lock it locks
// the classes that lose or gain a seat until the transaction ends.
func (t *Tx) readFacts(c *Change, h *student.PupilRow, lock bool) (status.Facts, error) {
	f := status.Facts{
		Today: t.judgedDay(c), Filed: calendar.DateOf(c.FiledAt), Policy: c.Definition.Policy, Releasing: c.Definition.Releasing(), From: h.School(), Final: lock,
	}
	for _, in := range c.Definition.Inputs {
		if in.Type != process.TypeClass || c.Inputs[in.Name] == "" {
			continue
		}
		if lock {
			if err := student.LockClasses(t.Tx, h.ClassID, c.Inputs[in.Name]); err != nil {
				return f, err
			}
		}
		class, err := student.ReadClassFacts(t.Tx, c.Inputs[in.Name])
		if err != nil {
			return f, err
		}
		f.Class = class
	}
	if more := t.findRecordWork(c.Kind).Facts; more != nil {
		return f, more(t.Tx, c, h, &f, lock)
	}
	return f, nil
}
