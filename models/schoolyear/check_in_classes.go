package schoolyear

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// ClassCount is how far a class is with the check-in of a term.
type ClassCount struct {
	ClassID              uuid.UUID
	Grade                string
	Name                 string
	Stage                org.Stage
	Pupils, Came, Absent int
}

// CountClasses counts class by class who of the open classes of a school came in a term, the
// youngest year group first.
func CountClasses(t *store.Tx, school uuid.UUID, term Term) ([]ClassCount, error) {
	var list []ClassCount
	err := t.DB().Raw(`SELECT k.id AS class_id, g.name AS grade, k.name, g.stage, count(s.id) AS pupils, count(*) FILTER (WHERE c.came) AS came, count(*) FILTER (WHERE NOT c.came) AS absent
		FROM school_class k JOIN school_grade g ON g.id = k.grade_id LEFT JOIN student s ON s.class_id = k.id AND s.enrol_status = @enrolled
			LEFT JOIN check_in c ON c.student_id = s.id AND c.school_id = s.school_id AND c.school_year = @year AND c.term = @term
		WHERE k.school_id = @school AND k.closed_at IS NULL GROUP BY k.id, g.id ORDER BY g.entry_year DESC, g.stage, k.code`,
		map[string]any{"school": school, "year": term.Year, "term": term.No, "enrolled": status.Enrolled}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("count who came: %w", err)
	}
	return list, nil
}
