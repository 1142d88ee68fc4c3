package transfer

import (
	"fmt"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// receivingSchool returns the school to which a change sends the pupil, or the zero
// school. In a filing the applicant names it by code or ID. In a filed change it is the
// receiving party, even when the school's code has changed.
func receivingSchool(t *store.Tx, c *change.Change) (status.School, error) {
	query := `SELECT o.id, o.path::text AS path, o.province_code AS province FROM organisation o WHERE o.kind = @school`
	args := map[string]any{"named": c.Inputs[receiverInput], "stage": c.Stage, "change": c.ID, "school": org.School, "in": process.SideIn}
	if c.CaseNo == "" {
		query += ` AND (o.code = @named OR CAST(o.id AS text) = @named) AND @stage = ANY (o.stages) LIMIT 1`
	} else {
		query += ` AND o.id = (SELECT p.org_id FROM change_party p WHERE p.change_id = @change AND p.side = @in)`
	}
	var rows []org.OfficeRef
	if err := t.DB().Raw(query, args).Scan(&rows).Error; err != nil {
		return status.School{}, fmt.Errorf("find the receiving school: %w", err)
	}
	if len(rows) == 0 {
		return status.School{}, nil
	}
	c.Receiving = rows[0]
	return student.ReadSchool(t, rows[0].ID)
}

// refuseOtherReceiver refuses a corrected form that names another receiving school, because that
// school would never be asked.
func refuseOtherReceiver(t *store.Tx, c *change.Change) ([]*refusal.Error, error) {
	if !status.Sends(c.Kind) {
		return nil, nil
	}
	return refuseOtherSchool(t, c, process.SideIn, receiverInput, refusal.ReceivingFixed)
}

// refuseOtherSchool refuses a form that names another school, by code or ID, than the party of
// the filed change.
func refuseOtherSchool(t *store.Tx, c *change.Change, side process.Side, input string, otherwise refusal.Code) ([]*refusal.Error, error) {
	var row struct{ Same bool }
	err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM change_party p JOIN organisation o ON o.id = p.org_id
		WHERE p.change_id = @change AND p.side = @side AND @named IN (o.code, CAST(o.id AS text))) AS same`,
		map[string]any{"change": c.ID, "side": side, "named": c.Inputs[input]}).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("look at the schools of a change: %w", err)
	}
	if row.Same {
		return nil, nil
	}
	return []*refusal.Error{refusal.New(otherwise).At("/inputs/" + input)}, nil
}
