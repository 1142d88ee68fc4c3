package worklist

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// ChangeFilter narrows a list of changes; zero values do not filter.
type ChangeFilter struct {
	FiledBy   uuid.UUID
	OrgID     uuid.UUID
	StudentID uuid.UUID
	Kind      process.Kind
	Status    string
	CaseNo    string
	// SentBack keeps what lies with the office that filed it, to be corrected.
	SentBack bool
	// Dismissed also shows cases that the own office removed from its list, Struck also
	// cases that were struck as mistakes.
	Dismissed bool
	Struck    bool
	// OfficePath is the path of the reader's office.
	OfficePath string
	// Oldest lists the changes in the order in which they were filed, else the newest come first.
	Oldest bool
}

// ChangeLine is one change in a list.
type ChangeLine struct {
	ID          uuid.UUID
	CaseNo      string
	Kind        process.Kind
	Status      string
	StudentID   *uuid.UUID
	RosterID    *uuid.UUID
	StudentName string
	About       string // the school that a case without a pupil is about
	OrgName     string
	StepNo      int
	Round       int
	StepName    string
	WaitingFor  string
	DueAt       *time.Time
	// EffectiveOn is the day on which the change is in force; while it runs, a later day.
	// It is zero before the approval.
	EffectiveOn calendar.Date
	FiledAt     time.Time
	ClosedAt    *time.Time
	StruckAt    *time.Time // as a mistake
	StruckBy    string     // the case number of the correction
}

// Changes lists changes in scope, newest first unless the filter says otherwise, after (filed_at,
// ID) of the last one seen.
//
// The statement holds only the conditions that are asked for, and chooses the page before
// anything is joined to it. The number of rows stands in it as a constant: with a parameter
// PostgreSQL cannot know that few rows are wanted, and may sort the whole register.
func Changes(t *store.Tx, f ChangeFilter, before time.Time, beforeID uuid.UUID, most int) ([]ChangeLine, error) {
	where, args := f.conditions(t.Scope().Paths, false)
	order, after := "c.filed_at DESC, c.id DESC", "<"
	if f.Oldest {
		order, after = "c.filed_at, c.id", ">"
	}
	if !before.IsZero() {
		where = append(where, "(c.filed_at, c.id) "+after+" (@before, @id)")
		args["before"], args["id"] = before, beforeID
	}
	page := "SELECT c.* FROM change c"
	if len(where) > 0 {
		page += " WHERE " + strings.Join(where, " AND ")
	}
	page += fmt.Sprintf(" ORDER BY %s LIMIT %d", order, most)
	var list []ChangeLine
	err := t.DB().Raw(`SELECT c.id, c.case_no, c.kind, c.status, c.student_id, c.roster_id, coalesce(p.name, c.subject ->> 'name', '') AS student_name, `+aboutSchool+` AS about, f.name AS org_name,
			c.step_no, c.round, coalesce(s.name, '') AS step_name, coalesce(o.name, '') AS waiting_for, CASE WHEN s.act <> @await THEN s.due_at END AS due_at, c.effective_on, c.filed_at, c.closed_at, c.struck_at,
			coalesce(struck_by_case(c.struck_by), '') AS struck_by
		FROM (`+page+`) c JOIN organisation f ON f.id = c.org_id LEFT JOIN student p ON p.id = c.student_id
		LEFT JOIN step s ON s.change_id = c.id AND s.status = `+openWord+` LEFT JOIN organisation o ON o.id = s.office_id AND s.act <> @await
		ORDER BY `+order, args).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	return list, nil
}

// CountChanges counts the changes that Changes lists.
func CountChanges(t *store.Tx, f ChangeFilter) (store.Count, error) {
	where, args := f.conditions(t.Scope().Paths, true)
	query := "SELECT 1 FROM change c"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	return t.CountRows("changes", query+" ORDER BY c.filed_at DESC, c.id DESC", args)
}

// conditions are those of the filter. Those that name a person, an office or a case find
// few changes by their own indexes. For all others it counts how much of the register the
// reader sees. A school has so few changes that they are found first, by their parties, and
// then sorted. So has a county when the filter may keep few of them, or when all of them are
// counted. Everybody else sees so many that the newest of the register are read in their order
// until the page is full.
func (f ChangeFilter) conditions(scope []string, counted bool) (where []string, args map[string]any) {
	args = map[string]any{"await": process.ActAwaitDay}
	add := func(condition, name string, value any) {
		where = append(where, condition)
		args[name] = value
	}
	named := true
	switch {
	case f.CaseNo != "":
		add("c.case_no = @case", "case", f.CaseNo)
	case f.StudentID != uuid.Nil:
		add(`c.id IN (SELECT a.id FROM change a WHERE a.student_id = @student UNION ALL SELECT l.change_id FROM change_line l WHERE l.student_id = @student
			UNION ALL SELECT g.change_id FROM graduation_line g WHERE g.student_id = @student UNION ALL SELECT p.change_id FROM placing_line p WHERE p.student_id = @student
			UNION ALL SELECT d.change_id FROM admission d WHERE d.student_id = @student)`, "student", f.StudentID)
	case f.FiledBy == uuid.Nil && f.OrgID == uuid.Nil:
		named = false
	}
	if f.FiledBy != uuid.Nil {
		add("c.filed_by = @filer", "filer", f.FiledBy)
	}
	if f.OrgID != uuid.Nil {
		add("c.org_id = @org", "org", f.OrgID)
	}
	if f.CaseNo != "" && f.StudentID != uuid.Nil {
		add(`(c.student_id = @student OR EXISTS (SELECT 1 FROM change_line l WHERE l.change_id = c.id AND l.student_id = @student)
			OR EXISTS (SELECT 1 FROM graduation_line g WHERE g.change_id = c.id AND g.student_id = @student)
			OR EXISTS (SELECT 1 FROM placing_line p WHERE p.change_id = c.id AND p.student_id = @student)
			OR EXISTS (SELECT 1 FROM admission d WHERE d.change_id = c.id AND d.student_id = @student))`, "student", f.StudentID)
	}
	if f.Kind != "" {
		add("c.kind = @kind", "kind", f.Kind)
	}
	if f.SentBack {
		where = append(where, "c.step_no = 0 AND c.status = '"+change.StatusRunning+"'")
	}
	if f.Status != "" {
		add("c.status = "+f.statusWord(), "status", f.Status)
	}
	if widest := widest(scope); !named && (widest == ofSchool || widest == ofCounty && (counted || f.Kind != "" || f.Status != "")) {
		where = append(where, "c.id = ANY (ARRAY(SELECT v.change_id FROM change_party v))")
	}
	if !f.Struck {
		where = append(where, "c.struck_at IS NULL")
	}
	if !f.Dismissed {
		add("NOT EXISTS (SELECT 1 FROM change_dismissal d WHERE d.change_id = c.id AND d.org_path = text2ltree(@office))", "office", f.OfficePath)
	}
	return where, args
}

// statusWord is the state in the statement: a constant, where an index holds only the
// changes of that state.
func (f ChangeFilter) statusWord() string {
	switch f.Status {
	case change.StatusRunning, change.StatusRefused, change.StatusWithdrawn, change.StatusClosed:
		return "'" + f.Status + "'"
	}
	return "@status"
}

// breadth is how much of the register a reader sees.
type breadth int

const (
	ofSchool breadth = iota
	ofCounty
	ofMore
)

// widest is the breadth of the widest path of a scope.
func widest(scope []string) breadth {
	most := ofSchool
	for _, path := range scope {
		switch org.KindAt(path) {
		case org.School:
		case org.County:
			most = max(most, ofCounty)
		default:
			most = ofMore
		}
	}
	return most
}
