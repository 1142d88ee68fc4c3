package graduation

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// noticeClearing tells a school how many pupils of its graduating grade have business in hand
// that ends on the day of clearing.
const noticeClearing = "CLEARING_AHEAD"

// clears are the running changes that the day of clearing ends (KT64).
const clears = `c.status = '` + change.StatusRunning + `' AND c.definition ->> 'survives_clearing' IS DISTINCT FROM 'true'`

// nextClearing returns the next day, today or later, on which running business of the
// graduating grade ends; false where a province clears none.
func nextClearing(p process.Policy, today calendar.Date) (calendar.Date, bool) {
	if p.ClearGraduating.IsZero() {
		return calendar.Date{}, false
	}
	day := p.ClearGraduating.In(today.Year())
	if day.Before(today) {
		day = p.ClearGraduating.In(today.Year() + 1)
	}
	return day, true
}

// TellBeforeClearing tells each school, once a year and some days ahead, how many pupils of
// its graduating grade have business in hand that the day of clearing will end (P89,
// worker). It decides nothing; a repeated run tells no school twice.
func TellBeforeClearing(t *store.Tx) error {
	var provinces []string
	if err := t.DB().Raw(`SELECT DISTINCT province_code FROM organisation WHERE kind = ? AND closed_at IS NULL`, org.School).Scan(&provinces).Error; err != nil {
		return fmt.Errorf("look for provinces that clear: %w", err)
	}
	for _, province := range provinces {
		rules, err := policy.InForce(t, province)
		if err != nil {
			return err
		}
		day, clears := nextClearing(rules, t.Today())
		if !clears || rules.ClearNoticeDays == 0 || day == t.Today() || t.Today().Before(day.AddDays(-rules.ClearNoticeDays)) {
			continue
		}
		if err := tellProvince(t, province, rules, day); err != nil {
			return err
		}
	}
	return nil
}

// tellProvince tells the schools of one province that were not told this year.
func tellProvince(t *store.Tx, province string, rules process.Policy, day calendar.Date) error {
	var rows []struct {
		SchoolID  uuid.UUID
		Path      string
		Stage     org.Stage
		EntryYear int
		Pupils    int
	}
	err := t.DB().Raw(`SELECT s.school_id, o.path::text AS path, s.stage, s.entry_year, count(DISTINCT s.id) AS pupils
		FROM change c JOIN student s ON s.id = c.student_id JOIN organisation o ON o.id = s.school_id
		WHERE `+clears+` AND o.province_code = ? AND NOT EXISTS (SELECT 1 FROM clearing_notice n WHERE n.school_id = s.school_id AND n.year = ?)
		GROUP BY 1, 2, 3, 4 ORDER BY 1`, province, day.Year()).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("look for business that will be cleared: %w", err)
	}
	count, path := map[uuid.UUID]int{}, map[uuid.UUID]string{}
	for _, row := range rows {
		own, err := office.PolicyIn(t, row.SchoolID, rules, rules.SchoolYearOn(day))
		if err != nil {
			return err
		}
		if own.Graduating(row.Stage, row.EntryYear, day) {
			count[row.SchoolID] += row.Pupils
			path[row.SchoolID] = row.Path
		}
	}
	for school, pupils := range count {
		told, err := t.Exec(`INSERT INTO clearing_notice (school_id, year, pupils, told_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, school, day.Year(), pupils, t.Now())
		if err != nil {
			return fmt.Errorf("tell a school before the clearing: %w", err)
		}
		if told == 0 {
			continue
		}
		t.Later("leave a notice", 1, `INSERT INTO notice (id, org_id, org_path, role, kind, step_no, round, occasion, created_at, counted, on_day) VALUES (?, ?, text2ltree(?), ?, ?, 0, 0, ?, ?, ?, ?)`,
			store.NewID(), school, path[school], org.SchoolRegistrar, noticeClearing, strconv.Itoa(day.Year()), t.Now(), pupils, day)
	}
	return nil
}

// BusyPupil is a pupil of a graduating grade with a change in hand that the day of clearing
// ends; numbers are masked.
type BusyPupil struct {
	ChangeID  uuid.UUID
	CaseNo    string
	Kind      process.Kind
	StepName  string
	StudentID uuid.UUID
	Name      string
	Number    string
	Class     string
	EntryYear int
}

// ToBeCleared returns the next day of clearing and the changes of a school's graduating grade
// that it will end, in the order of their IDs after a given one. The day is zero where the
// province clears none.
func ToBeCleared(t *store.Tx, school org.OfficeRef, after uuid.UUID, most int) (calendar.Date, []BusyPupil, error) {
	rules, err := policy.InForce(t, school.Province)
	if err != nil {
		return calendar.Date{}, nil, err
	}
	day, some := nextClearing(rules, t.Today())
	if !some {
		return calendar.Date{}, nil, nil
	}
	// The next day may lie in the next school year, with another schooling length.
	if rules, err = office.PolicyIn(t, school.ID, rules, rules.SchoolYearOn(day)); err != nil {
		return calendar.Date{}, nil, err
	}
	last := YearOf(rules, day)
	var list []BusyPupil
	err = t.DB().Raw(`SELECT c.id AS change_id, c.case_no, c.kind, coalesce(p.name, '') AS step_name, s.id AS student_id, s.name, s.number_masked AS number, s.entry_year,
			coalesce(`+office.ClassLabel+`, '') AS class
		FROM student s JOIN change c ON c.student_id = s.id LEFT JOIN step p ON p.change_id = c.id AND p.status = 'OPEN'
			LEFT JOIN school_class k ON k.id = s.class_id LEFT JOIN school_grade g ON g.id = k.grade_id
		WHERE s.school_id = @school AND `+clears+` AND c.id > @after AND s.entry_year <= CASE s.stage WHEN 'PRIMARY' THEN CAST(@primary AS int) WHEN 'JUNIOR' THEN CAST(@junior AS int) ELSE CAST(@senior AS int) END
		ORDER BY c.id LIMIT @most`, map[string]any{"school": school.ID, "after": after, "most": most,
		"primary": last - rules.StageYears[org.Primary], "junior": last - rules.StageYears[org.Junior], "senior": last - rules.StageYears[org.Senior]}).Scan(&list).Error
	if err != nil {
		return day, nil, fmt.Errorf("list business that will be cleared: %w", err)
	}
	return day, list, nil
}
