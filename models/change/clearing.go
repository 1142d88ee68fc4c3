package change

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/student"
)

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
		WHERE c.status = 'RUNNING' AND p.day IS NOT NULL AND c.definition ->> 'survives_clearing' IS DISTINCT FROM 'true'
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
