package kinds

import (
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/transfer"
)

// studyAfarKind returns the Work of studies in another province after a graduation
// (毕业后跨省就学, KT22). In force it ends the claims of the schools of the own province on
// the graduate, who can be at one school only, and gives their places back (KT26).
func studyAfarKind() change.Work {
	w := transfer.ReceivedKind(transfer.AppliedBefore)
	w.Before = func(t *change.Tx, c *change.Change) error {
		return enrolment.EndClaimsOn(t, *c.StudentID, refusal.New(refusal.EnrolStudiesAfar))
	}
	return w
}
