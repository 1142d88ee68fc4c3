package kinds

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// readAbsence reads the first day of absence of a pupil who returns (辍学复学).
func readAbsence(t *store.Tx, _ *change.Change, h *student.PupilRow, f *status.Facts, _ bool) (err error) {
	f.AbsentSince, err = absentSince(t, h.ID)
	return err
}

// absentSince returns the first day of a pupil's absence, taken from the last dropout
// report; zero when there is none.
func absentSince(t *store.Tx, student uuid.UUID) (calendar.Date, error) {
	var since string
	err := t.DB().Raw(`SELECT inputs ->> 'absent_since' FROM change WHERE student_id = ? AND kind = ? AND status = ? AND struck_at IS NULL
		ORDER BY filed_at DESC LIMIT 1`, student, process.DropoutReport, change.StatusEffective).Scan(&since).Error
	if err != nil {
		return calendar.Date{}, fmt.Errorf("look for the report of a dropout: %w", err)
	}
	on, err := calendar.ParseDate(since)
	if err != nil {
		return calendar.Date{}, nil //nolint:nilerr // no absence was reported here
	}
	return on, nil
}
