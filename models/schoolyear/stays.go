package schoolyear

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Stay is a record that does not move with its year group, and why.
type Stay struct {
	StudentID  uuid.UUID
	Name       string
	Number     string // masked
	SchoolID   uuid.UUID
	SchoolName string
	Stage      org.Stage
	EntryYear  int
	Code       refusal.Code
}

// Stays lists the records in scope that a turn leaves where they are, by school, at most so
// many after the given one. School narrows the list; uuid.Nil does not.
func Stays(t *store.Tx, turn, school uuid.UUID, after StayKey, most int) ([]Stay, error) {
	var list []Stay
	err := t.DB().Raw(`SELECT y.student_id, s.name, s.number_masked AS number, y.school_id, o.name AS school_name, y.stage, y.entry_year, y.code
		FROM year_turn_stay y JOIN student s ON s.id = y.student_id JOIN organisation o ON o.id = y.school_id
		WHERE y.turn_id = @turn AND (CAST(@school AS uuid) IS NULL OR y.school_id = @school) AND (y.school_id, y.student_id) > (@afterSchool, @after)
		ORDER BY y.school_id, y.student_id LIMIT @most`,
		map[string]any{"turn": turn, "school": store.OrNull(school), "afterSchool": after.School, "after": after.Student, "most": most}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the records that stay: %w", err)
	}
	return list, nil
}

// StayKey is the place of a record in the list of those that stay.
type StayKey struct {
	School  uuid.UUID `json:"s"`
	Student uuid.UUID `json:"i"`
}

// StayCount is the number of records that stay for one reason.
type StayCount struct {
	Code  refusal.Code
	Count int
}

// CountStays counts the records in scope that stay, by reason.
func CountStays(t *store.Tx, turn uuid.UUID) ([]StayCount, error) {
	var list []StayCount
	if err := t.DB().Raw(`SELECT code, count(*) AS count FROM year_turn_stay WHERE turn_id = ? GROUP BY code ORDER BY code`, turn).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("count the records that stay: %w", err)
	}
	return list, nil
}
