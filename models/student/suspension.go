package student

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// The notices of a suspension that ends.
const (
	suspensionEnds30  = "SUSPENSION_ENDS_30"
	suspensionEnds15  = "SUSPENSION_ENDS_15"
	suspensionExpired = "SUSPENSION_EXPIRED"
)

// ExpiringSuspension is a suspension near its end or past it.
type ExpiringSuspension struct {
	ID           uuid.UUID
	ChangeID     uuid.UUID // the change that set its present end
	StudentID    uuid.UUID
	Name         string
	NumberMasked string
	School       string
	FromDate     calendar.Date
	UntilDate    calendar.Date
	Extended     int
}

// ExpiringSuspensions lists suspensions of a subtree that end by a day, or that have
// ended without a return, the oldest end first, after the given one.
func ExpiringSuspensions(t *store.Tx, path string, by, after calendar.Date, afterID uuid.UUID, most int) ([]ExpiringSuspension, error) {
	// Where the scope is the subtree that is asked for, it says so once: said twice, PostgreSQL
	// expects next to nothing and sorts everything that it finds instead of reading in order.
	below := ""
	if !slices.Contains(t.Scope().Paths, path) {
		below = "AND p.org_path <@ text2ltree(@path)"
	}
	// OFFSET 0 keeps the look at the record for the lines of the page.
	var list []ExpiringSuspension
	err := t.DB().Raw(`SELECT p.id, coalesce(p.extended_by, p.change_id) AS change_id, p.student_id, s.name, s.number_masked, o.name AS school,
			p.from_date, p.until_date, p.extended
		FROM (SELECT p.* FROM suspension p WHERE p.ended_on IS NULL AND p.until_date <= @by AND (p.until_date, p.id) > (@day, @id) `+below+`
			AND EXISTS (SELECT 1 FROM student s WHERE s.id = p.student_id AND s.enrol_status = @suspended OFFSET 0)
			ORDER BY p.until_date, p.id LIMIT `+strconv.Itoa(most)+`) p
		JOIN student s ON s.id = p.student_id JOIN organisation o ON o.id = s.school_id ORDER BY p.until_date, p.id`,
		map[string]any{"path": path, "by": by, "day": after, "id": afterID, "suspended": status.Suspended}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list suspensions that end: %w", err)
	}
	return list, nil
}

// RemindSuspensions reminds the registrar 30 and 15 days before a suspension ends, and
// when it has ended without a return (worker). Each notice is left once for one end. A
// late run leaves only the most urgent one.
func RemindSuspensions(t *store.Tx) error {
	today := t.Today()
	for _, mark := range []struct {
		kind, column, with string
		by                 calendar.Date
	}{
		{suspensionExpired, "expired_at", "expired_at = @now, reminded_15 = coalesce(reminded_15, @now), reminded_30 = coalesce(reminded_30, @now)", today.AddDays(-1)},
		{suspensionEnds15, "reminded_15", "reminded_15 = @now, reminded_30 = coalesce(reminded_30, @now)", today.AddDays(15)},
		{suspensionEnds30, "reminded_30", "reminded_30 = @now", today.AddDays(30)},
	} {
		// A suspension without a change has no page to which a notice could lead.
		_, err := t.Exec(`WITH due AS (UPDATE suspension p SET `+mark.with+` FROM student s WHERE s.id = p.student_id AND s.enrol_status = @suspended
				AND p.ended_on IS NULL AND p.`+mark.column+` IS NULL AND p.until_date <= @day
				RETURNING coalesce(p.extended_by, p.change_id) AS change_id, s.school_id, s.org_path)
			INSERT INTO notice (id, org_id, org_path, role, change_id, kind, step_no, round, occasion, created_at)
			SELECT gen_random_uuid(), d.school_id, d.org_path, @role, d.change_id, @kind, 0, 0, '', @now FROM due d JOIN change c ON c.id = d.change_id
			ON CONFLICT DO NOTHING`,
			map[string]any{"now": t.Now(), "day": mark.by, "role": org.SchoolRegistrar, "kind": mark.kind, "suspended": status.Suspended})
		if err != nil {
			return fmt.Errorf("remind of suspensions: %w", err)
		}
	}
	return nil
}
