package kinds

import (
	"fmt"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// studyAfarKind returns the Work of studies in another province after a graduation
// (毕业后跨省就学, KT22). In force it ends the claims of the schools of the own province on
// the graduate, who can be at one school only, and gives their places back (KT26).
func studyAfarKind() change.Work {
	w := transfer.ReceivedKind(readGraduation)
	w.Before = func(t *change.Tx, c *change.Change) error {
		return enrolment.EndClaimsOn(t, *c.StudentID, refusal.New(refusal.EnrolStudiesAfar))
	}
	return w
}

// readGraduation reads whether the school applied for the graduate before, and how long the
// school of graduation was in the school year of the graduation (学制, P12): what it has
// become since then says nothing about this graduate.
func readGraduation(t *store.Tx, c *change.Change, h *student.PupilRow, f *status.Facts) error {
	if err := transfer.AppliedBefore(t, c, h, f); err != nil {
		return err
	}
	var row struct{ On calendar.Date }
	if err := t.DB().Raw(`SELECT graduated_on(?) AS on`, h.ID).Scan(&row).Error; err != nil {
		return fmt.Errorf("read the day of a graduation: %w", err)
	}
	if row.On.IsZero() { // no graduate, or one from before the register
		return nil
	}
	var err error
	f.Releasing, err = office.PolicyIn(t, h.SchoolID, f.Releasing, f.Releasing.SchoolYearOn(row.On))
	return err
}
