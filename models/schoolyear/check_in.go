package schoolyear

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// Term is a term of a school year: the first one, from autumn on, or the second.
type Term struct{ Year, No int }

// AbsenceReason is the code of a reason why a pupil did not come.
type AbsenceReason string

// The reasons.
const (
	AbsentIll     AbsenceReason = "ILLNESS"
	AbsentFamily  AbsenceReason = "FAMILY"
	AbsentMoved   AbsenceReason = "MOVED"
	AbsentUnknown AbsenceReason = "UNKNOWN"
	AbsentOther   AbsenceReason = "OTHER"
)

// AbsenceReasons lists every reason in a fixed order.
func AbsenceReasons() []AbsenceReason {
	return []AbsenceReason{AbsentIll, AbsentFamily, AbsentMoved, AbsentUnknown, AbsentOther}
}

// Text returns the name of the reason in both languages.
func (r AbsenceReason) Text() process.Text {
	switch r {
	case AbsentIll:
		return process.Text{Zh: "因病", En: "illness"}
	case AbsentFamily:
		return process.Text{Zh: "家庭原因", En: "family"}
	case AbsentMoved:
		return process.Text{Zh: "已迁居或拟转学", En: "moved, or about to transfer"}
	case AbsentUnknown:
		return process.Text{Zh: "原因不明", En: "not known"}
	case AbsentOther:
		return process.Text{Zh: "其他", En: "other"}
	}
	return process.Text{Zh: string(r), En: string(r)}
}

// Arrival says of one pupil of a class whether the pupil came.
type Arrival struct {
	StudentID    uuid.UUID     `json:"student_id"`
	Came         bool          `json:"came"`
	Reason       AbsenceReason `json:"reason"`
	MissingSince calendar.Date `json:"missing_since"` // zero: today
}

// CheckClassIn notes for pupils of a class whether they came at the beginning of a term
// (报到注册). What was noted before is replaced. All refusals come at once, each with its
// line.
func CheckClassIn(t *store.Tx, class uuid.UUID, term Term, list []Arrival) error {
	k, err := office.ReadClass(t, class)
	if err != nil {
		return err
	}
	school, err := office.Read(t, k.SchoolID)
	if err != nil {
		return err
	}
	if err := refuseOtherTerm(t, school.ProvinceCode, term); err != nil {
		return err
	}
	from, err := firstDay(t, school.ProvinceCode, term)
	if err != nil {
		return err
	}
	refused, err := judgeArrivals(t, k, from, list)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return refusal.Join(refused...)
	}
	text, err := json.Marshal(arrivalRows(list, t.Today()))
	if err != nil {
		return fmt.Errorf("note who came: %w", err)
	}
	_, err = t.Exec(`INSERT INTO check_in (student_id, school_year, term, school_id, org_path, class_id, came, reason, missing_since, noted_by, noted_at)
		SELECT r.student_id, ?, ?, ?, ?::ltree, ?, r.came, r.reason, CAST(NULLIF(r.missing_since, '') AS date), ?, ? FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (student_id uuid, came boolean, reason text, missing_since text)
		ON CONFLICT (student_id, school_year, term, school_id) DO UPDATE SET org_path = EXCLUDED.org_path, class_id = EXCLUDED.class_id,
			came = EXCLUDED.came, reason = EXCLUDED.reason, missing_since = EXCLUDED.missing_since, noted_by = EXCLUDED.noted_by, noted_at = EXCLUDED.noted_at`,
		term.Year, term.No, k.SchoolID, k.OrgPath, k.ID, t.Scope().Account, t.Now(), string(text))
	if err != nil {
		return fmt.Errorf("note who came: %w", err)
	}
	return t.Audit("class.check_in", "class", class.String(), map[string]string{"rows": strconv.Itoa(len(list)), "term": fmt.Sprintf("%d/%d", term.Year, term.No)})
}

// refuseOtherTerm refuses a term other than the one that the province's calendar has today, in
// the holidays the next one.
func refuseOtherTerm(t *store.Tx, province string, term Term) error {
	now, err := policy.TermOn(t, province, t.Today())
	if err != nil {
		return err
	}
	at := "/term"
	switch {
	case term.Year != now.Year:
		at = "/school_year"
	case term.No == now.No:
		return nil
	}
	return refusal.New(refusal.CheckInYear).At(at).With("year", strconv.Itoa(now.Year)).With("term", strconv.Itoa(now.No))
}

// judgeArrivals returns what stands against the lines.
func judgeArrivals(t *store.Tx, k office.Class, from calendar.Date, list []Arrival) ([]*refusal.Error, error) {
	var ids []uuid.UUID
	if err := t.DB().Raw(`SELECT id FROM student WHERE class_id = ? AND enrol_status = ?`, k.ID, status.Enrolled).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("read the pupils of a class: %w", err)
	}
	var refused []*refusal.Error
	seen := map[uuid.UUID]bool{}
	for i, one := range list {
		at := "/lines/" + strconv.Itoa(i)
		switch {
		case !slices.Contains(ids, one.StudentID):
			refused = append(refused, refusal.New(refusal.CheckInPupil).At(at+"/student_id"))
		case seen[one.StudentID]:
			refused = append(refused, refusal.New(refusal.ListTwice).At(at+"/student_id"))
		}
		seen[one.StudentID] = true
		if !one.Came && !slices.Contains(AbsenceReasons(), one.Reason) {
			refused = append(refused, refusal.New(refusal.CheckInReason).At(at+"/reason"))
		}
		if against := refusalOfDay(one.MissingSince, from, t.Today()); against != nil {
			refused = append(refused, against.At(at+"/missing_since"))
		}
	}
	return refused, nil
}

// firstDay returns the first day of the school year of a term.
func firstDay(t *store.Tx, province string, term Term) (calendar.Date, error) {
	rules, err := policy.InForce(t, province)
	return rules.SchoolYearStart.In(term.Year), err
}

// refusalOfDay returns what stands against the day since which a pupil is missing, nil when
// nothing does. The zero day is today.
func refusalOfDay(since, from, today calendar.Date) *refusal.Error {
	switch {
	case since.IsZero():
		return nil
	case since.After(today):
		return refusal.New(refusal.DayAhead).With("today", today.String())
	case since.Before(from):
		return refusal.New(refusal.CheckInSince).With("from", from.String()).With("today", today.String())
	}
	return nil
}

type arrivalRow struct {
	Student uuid.UUID `json:"student_id"`
	Came    bool      `json:"came"`
	Reason  string    `json:"reason"`
	Since   string    `json:"missing_since"`
}

// arrivalRows are the lines as they are stored: a pupil who came has no reason and no day.
func arrivalRows(list []Arrival, today calendar.Date) []arrivalRow {
	rows := make([]arrivalRow, len(list))
	for i, one := range list {
		rows[i] = arrivalRow{Student: one.StudentID, Came: one.Came}
		if one.Came {
			continue
		}
		rows[i].Reason, rows[i].Since = string(one.Reason), today.String()
		if !one.MissingSince.IsZero() {
			rows[i].Since = one.MissingSince.String()
		}
	}
	return rows
}

// ClassArrival is one pupil of a class with what was noted; Came is nil when nothing was.
type ClassArrival struct {
	StudentID    uuid.UUID
	Name         string
	Came         *bool
	Reason       AbsenceReason
	MissingSince calendar.Date
}

// ClassArrivals lists the enrolled pupils of a class with what was noted for a term.
func ClassArrivals(t *store.Tx, class uuid.UUID, term Term) ([]ClassArrival, error) {
	var list []ClassArrival
	err := t.DB().Raw(`SELECT s.id AS student_id, s.name, c.came, coalesce(c.reason, '') AS reason, c.missing_since FROM student s
		LEFT JOIN check_in c ON c.student_id = s.id AND c.school_id = s.school_id AND c.school_year = @year AND c.term = @term
		WHERE s.class_id = @class AND s.enrol_status = @enrolled ORDER BY s.name, s.id`,
		map[string]any{"class": class, "year": term.Year, "term": term.No, "enrolled": status.Enrolled}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list who came: %w", err)
	}
	return list, nil
}

// Absent is a pupil who did not come.
type Absent struct {
	StudentID    uuid.UUID
	Name         string
	SchoolID     uuid.UUID
	SchoolName   string
	ClassName    string
	Stage        org.Stage
	Reason       AbsenceReason
	MissingSince calendar.Date
	Days         int
	// Lost says that a freshman of senior high is so late that the place counts as lost
	// (hard rule 44). It is told, and nothing is done by time.
	Lost bool
}

// Absents lists the pupils of the schools at and below an office who did not come in a term,
// by school, at most so many after the given one.
func Absents(t *store.Tx, at office.Organisation, term Term, after StayKey, most int) ([]Absent, error) {
	rules, err := policy.InForce(t, at.ProvinceCode)
	if err != nil {
		return nil, err
	}
	var list []Absent
	// The page is chosen before anything is joined to it: the lists of a province are long.
	err = t.DB().Raw(`SELECT p.student_id, p.name, p.school_id, o.name AS school_name, `+office.ClassLabel+` AS class_name,
			p.stage, p.reason, p.missing_since, CAST(@today AS date) - p.missing_since AS days,
			p.stage = 'SENIOR' AND p.entry_year = p.school_year AND p.term = 1 AND CAST(@today AS date) - p.missing_since > @late AS lost
		FROM (SELECT c.student_id, c.school_id, c.class_id, c.school_year, c.term, c.reason, c.missing_since, s.name, s.stage, s.entry_year
			FROM check_in c JOIN student s ON s.id = c.student_id AND s.school_id = c.school_id
			WHERE NOT c.came AND c.school_year = @year AND c.term = @term AND c.org_path <@ CAST(@path AS ltree) AND s.enrol_status = @enrolled
				AND (c.school_id, c.student_id) > (@afterSchool, @after) ORDER BY c.school_id, c.student_id LIMIT @most) p
		JOIN organisation o ON o.id = p.school_id JOIN school_class k ON k.id = p.class_id JOIN school_grade g ON g.id = k.grade_id
		ORDER BY p.school_id, p.student_id`,
		map[string]any{"today": t.Today(), "late": rules.FreshmanLateDays, "year": term.Year, "term": term.No, "path": at.Path, "enrolled": status.Enrolled,
			"afterSchool": after.School, "after": after.Student, "most": most}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list who did not come: %w", err)
	}
	return list, nil
}
