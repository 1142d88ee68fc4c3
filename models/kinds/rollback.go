package kinds

import (
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/refusal"
)

// rollbackKind returns the Work of a roll-back of a graduation (毕业生回退, KT62). It ends the
// claims of schools on the graduate, before the record is locked.
func rollbackKind() change.RecordWork {
	w := graduation.RollbackKind()
	w.Before = func(t *change.Tx, c *change.Change) error {
		return enrolment.EndClaimsOn(t, *c.StudentID, refusal.New(refusal.EnrolRolledBack))
	}
	return w
}
