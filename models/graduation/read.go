package graduation

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// refuseOtherList refuses a form that names another stage or year than the lines have.
func refuseOtherList(t *store.Tx, c *change.Change) ([]*refusal.Error, error) {
	var year int
	if err := t.DB().Raw(`SELECT year FROM graduation_line WHERE change_id = ? LIMIT 1`, c.ID).Take(&year).Error; err != nil {
		return nil, fmt.Errorf("read a graduation: %w", err)
	}
	var list []*refusal.Error
	for input, was := range map[string]string{stageInput: string(c.Stage), yearInput: strconv.Itoa(year)} {
		if c.Inputs[input] != was {
			list = append(list, refusal.New(refusal.GraduationFixed).At("/inputs/"+input))
		}
	}
	return list, nil
}

// LineView is one line of a list as its parties see it; numbers are masked.
type LineView struct {
	LineNo     int
	StudentID  uuid.UUID
	Class      string
	Conclusion status.Enrol
	Subject    change.Subject `gorm:"-"`
	Verdict    string
	Reason     string         // given by the person who struck it
	By         string         // the office of that person
	Why        *refusal.Error `gorm:"-"` // when the system struck it
	SettledAt  *time.Time
	// UndoneAt is set when the graduation of the pupil was rolled back, CorrectedAt when it
	// was struck as a mistake (异动纠错).
	UndoneAt    *time.Time
	CorrectedAt *time.Time
}

// Lines returns the lines of a list in their order, after a given number. The refusal is
// not_found when the list is outside the scope.
func Lines(t *change.Tx, changeID uuid.UUID, after, most int) ([]LineView, error) {
	if _, err := t.Read(changeID); err != nil {
		return nil, err
	}
	var rows []struct {
		LineView
		SubjectJSON string
		Code        refusal.Code
		ParamsJSON  string
	}
	err := t.DB().Raw(`SELECT l.line_no, l.student_id, l.class_name AS class, l.conclusion, l.subject::text AS subject_json, l.verdict, l.reason, coalesce(a.office, '') AS by,
			l.code, l.params::text AS params_json, l.settled_at, l.undone_at, l.struck_at AS corrected_at
		FROM graduation_line l LEFT JOIN LATERAL account_label(l.settled_by) a ON l.reason <> ''
		WHERE l.change_id = ? AND l.line_no > ? ORDER BY l.line_no LIMIT ?`, changeID, after, most).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read a graduation: %w", err)
	}
	list := make([]LineView, len(rows))
	for i, row := range rows {
		list[i] = row.LineView
		if err := json.Unmarshal([]byte(row.SubjectJSON), &list[i].Subject); err != nil {
			return nil, fmt.Errorf("read a graduation: %w", err)
		}
		if list[i].Why, err = refusal.Stored(row.Code, row.ParamsJSON); err != nil {
			return nil, fmt.Errorf("read a graduation: %w", err)
		}
	}
	return list, nil
}

// Graduate is a pupil who left a stage with a conclusion; numbers are masked.
type Graduate struct {
	ChangeID    uuid.UUID
	LineNo      int
	CaseNo      string
	StudentID   uuid.UUID
	Stage       org.Stage
	Year        int
	Class       string
	Conclusion  status.Enrol
	GraduatedOn time.Time
	Certificate string         // the number of the valid one
	Subject     change.Subject `gorm:"-"`
}

// Graduates returns the graduates of a school of one year in the order of their lists,
// after a given line. A pupil who was rolled back is no graduate.
func Graduates(t *store.Tx, school uuid.UUID, year int, afterChange uuid.UUID, afterLine, most int) ([]Graduate, error) {
	var rows []struct {
		Graduate
		SubjectJSON string
	}
	err := t.DB().Raw(`SELECT l.change_id, l.line_no, c.case_no, l.student_id, l.stage, l.year, l.class_name AS class, l.conclusion, c.effective_on AS graduated_on, coalesce((SELECT k.number FROM certificate k WHERE k.student_id = l.student_id AND k.stage = l.stage AND k.year = l.year AND k.state IN ('`+Written+`', '`+Issued+`')), '') AS certificate, l.subject::text AS subject_json
		FROM graduation_line l JOIN change c ON c.id = l.change_id
		WHERE l.school_id = ? AND l.year = ? AND l.verdict = '`+InPool+`' AND l.undone_at IS NULL AND (l.change_id, l.line_no) > (?, ?)
		ORDER BY l.change_id, l.line_no LIMIT ?`, school, year, afterChange, afterLine, most).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list graduates: %w", err)
	}
	list := make([]Graduate, len(rows))
	for i, row := range rows {
		list[i] = row.Graduate
		if err := json.Unmarshal([]byte(row.SubjectJSON), &list[i].Subject); err != nil {
			return nil, fmt.Errorf("list graduates: %w", err)
		}
	}
	return list, nil
}
