package student

import (
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// CountExpiringSuspensions counts the suspensions that ExpiringSuspensions lists.
func CountExpiringSuspensions(t *store.Tx, path string, by calendar.Date) (store.Count, error) {
	return t.CountRows("suspensions that end", `SELECT 1 FROM suspension p JOIN student s ON s.id = p.student_id
		WHERE p.ended_on IS NULL AND s.enrol_status = @suspended AND p.until_date <= @by AND p.org_path <@ text2ltree(@path)`,
		map[string]any{"path": path, "by": by, "suspended": status.Suspended})
}
