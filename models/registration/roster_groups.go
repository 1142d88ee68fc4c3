package registration

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// FindingGroup is one kind of finding in one column of a sheet.
type FindingGroup struct {
	First roster.Finding `gorm:"serializer:json"` // the one that stands highest in the sheet
	Rows  int            // in how many rows it stands
}

// RosterGroups lists what was found in the rows of a roster, each kind of finding in each
// column once: what keeps rows out comes first, then what stands in most rows.
func RosterGroups(t *store.Tx, id uuid.UUID) (list []FindingGroup, err error) {
	err = t.DB().Raw(`SELECT (array_agg(f ORDER BY row_no))[1] AS first, count(DISTINCT row_no) AS rows
		FROM roster_row, jsonb_array_elements(findings) f WHERE roster_id = ?
		GROUP BY f ->> 'Code', f ->> 'Column', f ->> 'Severity'
		ORDER BY f ->> 'Severity' <> ?, count(DISTINCT row_no) DESC, min(row_no), f ->> 'Code', f ->> 'Column'`, id, roster.Reject).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("group the findings of a roster: %w", err)
	}
	return list, nil
}
