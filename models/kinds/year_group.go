package kinds

import (
	"fmt"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// The kinds of the lines of the history that change a year group. They stand in the text of
// the statement and not among its parameters: the index of these lines serves a plan only
// when the kind is known to the plan.
const (
	retentionWord = `'` + string(process.Retention) + `'`
	skipWord      = `'` + string(process.Skip) + `'`
)

// readGradeFacts reads the facts about a year group that decide about retention and skipping:
// the size of the pupil's year group at the school, how many of its pupils repeat this
// school year, and whether the pupil skipped before. With lock no other transaction
// counts the same year group until this one ends, so that two last approvals together
// keep the share.
func readGradeFacts(t *store.Tx, c *change.Change, h *student.PupilRow, f *status.Facts, lock bool) error {
	if lock {
		key := fmt.Sprintf("grade/%s/%s/%d", h.SchoolID, h.Stage, h.EntryYear)
		if _, err := t.Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, key); err != nil {
			return fmt.Errorf("hold a year group: %w", err)
		}
	}
	begins := f.Policy.SchoolYearStart.In(f.Today.Year())
	if begins.After(f.Today) {
		begins = f.Policy.SchoolYearStart.In(f.Today.Year() - 1)
	}
	var row struct {
		Present, Repeaters int
		Skipped            bool
	}
	err := t.DB().Raw(`SELECT (SELECT count(*) FROM student s WHERE s.school_id = @school AND s.stage = @stage AND s.entry_year = @year AND s.enrol_status IN @present) AS present,
		(SELECT count(*) FROM student_history y WHERE y.kind = `+retentionWord+` AND y.struck_at IS NULL AND y.org_path = CAST(@path AS ltree) AND y.effective_on >= @begins
			AND y.before ->> 'stage' = @stage AND CAST(y.before ->> 'entry_year' AS int) = @year) AS repeaters,
		EXISTS (SELECT 1 FROM student_history y WHERE y.kind = `+skipWord+` AND y.struck_at IS NULL AND y.student_id = @student AND y.before ->> 'stage' = @stage) AS skipped`,
		map[string]any{"school": h.SchoolID, "stage": h.Stage, "year": h.EntryYear, "path": h.OrgPath, "begins": begins, "student": h.ID,
			"present": []status.Enrol{status.Enrolled, status.Suspended}}).Take(&row).Error
	if err != nil {
		return fmt.Errorf("count a year group: %w", err)
	}
	f.GradeSize, f.Repeaters, f.Skipped = row.Present+row.Repeaters, row.Repeaters, row.Skipped
	return nil
}
