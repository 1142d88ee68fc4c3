package registration

import "github.com/xueji/xueji/models/store"

// CountFaultyRosters counts the rosters in scope that wait for their school: the check
// found rows it cannot take, or the file is not the template.
func CountFaultyRosters(t *store.Tx) (store.Count, error) {
	return t.CountRows("rosters with faults", `SELECT 1 FROM roster WHERE state = @unfit OR state = @checked AND rows_rejected > 0`,
		map[string]any{"unfit": RosterUnfit, "checked": RosterChecked})
}
