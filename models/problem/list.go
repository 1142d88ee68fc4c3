package problem

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// OpenProblem is one open problem (问题学籍) of a record, numbers masked. Of the other
// record it gives only the school and what that side has done.
type OpenProblem struct {
	ID           uuid.UUID
	Kind         string
	FoundAt      time.Time
	StudentID    uuid.UUID
	StudentName  string
	NumberMasked string
	IDMasked     string
	EnrolStatus  status.Enrol
	School       string
	OtherSchool  string
	OtherFiled   bool
	OtherPassed  bool
	Busy         bool // a change of the record is running
	// Score is how likely the two records are of one pupil, of 100, and Signs what speaks
	// for it; 0 and none of another kind of problem.
	Score int
	Signs []ident.Sign `gorm:"serializer:json"`
}

// May lists the kinds that may be filed about the problem now (KT11–KT13); none while a
// change of the record is running.
func (p OpenProblem) May() []process.Kind {
	var list []process.Kind
	if p.Busy {
		return list
	}
	if p.Kind != status.DupWithID || !p.OtherPassed {
		list = append(list, process.ProblemCorroboration)
	}
	if p.EnrolStatus == status.Enrolled || p.EnrolStatus == status.Suspended {
		list = append(list, process.KeyDataChange)
	}
	return append(list, process.ProblemDeletion)
}

// Filter holds the conditions of a list of problems; empty fields do not restrict.
type Filter struct {
	Kind   string
	School uuid.UUID
}

// where returns the conditions of the list in SQL, of student_problem p.
func (f Filter) where() string {
	text := `p.state = ` + openWord
	if f.Kind != "" {
		text += ` AND p.kind = @kind`
	}
	if f.School != uuid.Nil {
		text += ` AND p.org_path = (SELECT path FROM organisation WHERE id = @school)`
	}
	return text
}

// OpenProblems lists the open problems of records in scope, the newest first, after
// the last one seen.
func OpenProblems(t *store.Tx, f Filter, before time.Time, beforeID uuid.UUID, most int) ([]OpenProblem, error) {
	if before.IsZero() {
		before, beforeID = t.Now().AddDate(1, 0, 0), uuid.Max
	}
	var list []OpenProblem
	err := t.DB().Raw(`SELECT p.id, p.kind, p.found_at, s.id AS student_id, s.name AS student_name, s.number_masked, s.id_masked, s.enrol_status, f.name AS school,
			coalesce(o.school, '') AS other_school, coalesce(o.filed, false) AS other_filed, coalesce(o.passed, false) AS other_passed, slot_kind('student/' || s.id) IS NOT NULL AS busy,
			coalesce(p.score, 0) AS score, to_json(p.signs) AS signs
		FROM (SELECT * FROM student_problem p WHERE `+f.where()+` AND (p.found_at, p.id) < (@before, @id) ORDER BY p.found_at DESC, p.id DESC LIMIT @most) p
		JOIN student s ON s.id = p.student_id JOIN organisation f ON f.id = s.school_id LEFT JOIN LATERAL problem_other(p.id) o ON true
		ORDER BY p.found_at DESC, p.id DESC`, map[string]any{"before": before, "id": beforeID, "most": most, "kind": f.Kind, "school": f.School}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list problems of records: %w", err)
	}
	return list, nil
}
