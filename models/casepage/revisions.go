package casepage

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/xueji/xueji/models/change"
)

// Revision is the difference made by one resubmission, or by one step that filled
// something in.
type Revision struct {
	Round  int
	StepNo int // 0: the applicant
	At     time.Time
	Actor  string
	Office string
	Before change.RevisionSide `gorm:"-"`
	After  change.RevisionSide `gorm:"-"`
}

// readRevisions reads the revisions of a change since it was filed, in their order.
func readRevisions(t *change.Tx, p *Page) error {
	var rows []struct {
		Revision
		BeforeJSON string
		AfterJSON  string
	}
	err := t.DB().Raw(`SELECT r.round, r.step_no, r.at, coalesce(a.name, '') AS actor, coalesce(o.name, '') AS office, r.before::text AS before_json, r.after::text AS after_json
		FROM change_revision r LEFT JOIN organisation o ON o.id = r.office_id LEFT JOIN LATERAL account_label(r.account_id) a ON true
		WHERE r.change_id = ? ORDER BY r.at, r.id`, p.ID).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read the revisions of a change: %w", err)
	}
	for _, row := range rows {
		r := row.Revision
		if err := errors.Join(json.Unmarshal([]byte(row.BeforeJSON), &r.Before), json.Unmarshal([]byte(row.AfterJSON), &r.After)); err != nil {
			return fmt.Errorf("read the revisions of a change: %w", err)
		}
		p.Revisions = append(p.Revisions, r)
	}
	return nil
}
