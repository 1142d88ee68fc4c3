package student

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/store"
)

// HistoryEntry is one change of a record, before and after. It is never rewritten.
type HistoryEntry struct {
	ID          uuid.UUID
	ChangeID    *uuid.UUID
	CaseNo      string
	Kind        string
	EffectiveOn calendar.Date
	RecordedAt  time.Time
	AccountID   *uuid.UUID
	Actor       string // the person who filed the change or made the edit; for the own office and those above it
	ActorOffice string
	Reason      string // the reason of a plain edit; changes give theirs in opinions
	SchoolName  string
	StruckAt    *time.Time // a mistake, struck by a correction (异动纠错)
	StruckBy    string     // the case number of the correction
	// Before and After are the two sides as they are stored, see HistorySide: a line of
	// any version of the register passes as it was written.
	Before json.RawMessage
	After  json.RawMessage
}

// History returns the history of a record, newest first, before the given entry
// (uuid.Nil begins). With struck it includes entries that were struck as mistakes. A
// person's name is shown to offices that were in charge at that time; the present school
// reads only the office.
func History(t *store.Tx, student, before uuid.UUID, struck bool, most int) ([]HistoryEntry, error) {
	var rows []struct {
		HistoryEntry `gorm:"embedded"`
		BeforeJSON   string
		AfterJSON    string
	}
	page := t.DB().Table("student_history h").Where("h.student_id = ?", student).Order("h.recorded_at DESC, h.id DESC").Limit(most).
		Joins("LEFT JOIN change c ON c.id = h.change_id").Joins("LEFT JOIN organisation o ON o.path = h.org_path").
		Joins("LEFT JOIN LATERAL account_label(h.account_id) a ON true").
		Select(`h.id, h.change_id, coalesce(c.case_no, '') AS case_no, h.kind, h.effective_on, h.recorded_at, h.account_id, h.reason,
			CASE WHEN h.org_path <@ (SELECT scope()) THEN coalesce(a.name, '') ELSE '' END AS actor, coalesce(a.office, '') AS actor_office,
			h.struck_at, coalesce(struck_by_case(h.struck_by), '') AS struck_by, coalesce(o.name, '') AS school_name, h.before::text AS before_json, h.after::text AS after_json`)
	if !struck {
		page = page.Where("h.struck_at IS NULL")
	}
	if before != uuid.Nil {
		page = page.Where(`(h.recorded_at, h.id) < (SELECT b.recorded_at, b.id FROM student_history b WHERE b.id = ? AND b.student_id = ?)`, before, student)
	}
	err := page.Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the history of a record: %w", err)
	}
	list := make([]HistoryEntry, len(rows))
	for i, row := range rows {
		list[i] = row.HistoryEntry
		list[i].Before, list[i].After = json.RawMessage(row.BeforeJSON), json.RawMessage(row.AfterJSON)
	}
	return list, nil
}

// HistoryNames returns the names of the schools and classes in the history of a record,
// by ID.
func HistoryNames(t *store.Tx, student uuid.UUID) (map[string]string, error) {
	var rows []struct{ ID, Name string }
	if err := t.DB().Raw(`SELECT id::text AS id, name FROM history_names(?)`, student).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("name the places of a history: %w", err)
	}
	names := make(map[string]string, len(rows))
	for _, r := range rows {
		names[r.ID] = withoutGradeName(r.Name)
	}
	return names, nil
}

// withoutGradeName removes the name of the year group before a class name that begins with it:
// 2026级 2026级1班 becomes 2026级1班.
func withoutGradeName(place string) string {
	if grade, class, found := strings.Cut(place, " "); found && strings.HasPrefix(class, grade) {
		return class
	}
	return place
}
