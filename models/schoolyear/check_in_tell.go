package schoolyear

import (
	"fmt"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// noticeAbsent tells a school how many of its pupils did not come at the beginning of a term.
const noticeAbsent = "PUPILS_ABSENT"

// TellAbsent tells each school, once a term and from the day on that the policy names, how
// many pupils it has noted as not come (P43, worker). It decides nothing (law 7); a repeated
// run tells no school twice.
func TellAbsent(t *store.Tx) error {
	var provinces []string
	if err := t.DB().Raw(`SELECT DISTINCT province_code FROM organisation WHERE kind = ? AND closed_at IS NULL`, org.School).Scan(&provinces).Error; err != nil {
		return fmt.Errorf("look for provinces that check in: %w", err)
	}
	for _, province := range provinces {
		rules, err := policy.InForce(t, province)
		if err != nil {
			return err
		}
		term, err := policy.TermOn(t, province, t.Today())
		if err != nil {
			return err
		}
		if rules.AbsentNoticeDays == 0 || t.Today().Before(term.First.AddDays(rules.AbsentNoticeDays)) {
			continue
		}
		if err := tellSchools(t, province, term); err != nil {
			return err
		}
	}
	return nil
}

// tellSchools tells the schools of a province that have absent pupils and were not told in the
// term.
func tellSchools(t *store.Tx, province string, term policy.Term) error {
	_, err := t.Exec(`WITH told AS (
			INSERT INTO check_in_notice (school_id, school_year, term, pupils, told_at)
			SELECT c.school_id, @year, @term, count(*), @now FROM check_in c JOIN organisation o ON o.id = c.school_id JOIN student s ON s.id = c.student_id AND s.school_id = c.school_id
			WHERE NOT c.came AND c.school_year = @year AND c.term = @term AND o.province_code = @province AND o.closed_at IS NULL AND s.enrol_status = @enrolled
				AND NOT EXISTS (SELECT 1 FROM check_in_notice n WHERE n.school_id = c.school_id AND n.school_year = @year AND n.term = @term)
			GROUP BY c.school_id ON CONFLICT DO NOTHING RETURNING school_id, pupils)
		INSERT INTO notice (id, org_id, org_path, role, kind, step_no, round, occasion, created_at, counted, on_day)
		SELECT gen_random_uuid(), o.id, o.path, @role, @kind, 0, 0, @occasion, @now, d.pupils, @first FROM told d JOIN organisation o ON o.id = d.school_id`,
		map[string]any{"year": term.Year, "term": term.No, "now": t.Now(), "province": province, "enrolled": status.Enrolled, "role": org.SchoolRegistrar, "kind": noticeAbsent,
			"occasion": fmt.Sprintf("%d/%d", term.Year, term.No), "first": term.First})
	if err != nil {
		return fmt.Errorf("tell schools who did not come: %w", err)
	}
	return nil
}
