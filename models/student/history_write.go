package student

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/store"
)

// The kinds of lines of the history that are no kinds of a change. A line of a change
// has the kind of the change; a move has one line for each school, with moveOut and moveIn
// behind the kind.
const (
	KindRosterImport = "ROSTER_IMPORT" // a roster made the record
	KindEdit         = "EDIT"          // a person changed items at once
	kindTidy         = "TIDY"          // the register itself tidied names and numbers
	kindPunishment   = "PUNISHMENT"    // a punishment was recorded or cancelled

	moveOut = "_OUT"
	moveIn  = "_IN"
)

// HistoryLine is one line of the history of a record (student_history), for the one
// writer of the history. A line is never rewritten; a correction strikes it.
type HistoryLine struct {
	StudentID   uuid.UUID
	Path        string    // the school to whose past the line belongs
	ChangeID    uuid.UUID // uuid.Nil without a change
	Kind        string
	EffectiveOn calendar.Date
	AccountID   uuid.UUID // the filer of the change or author of the edit; uuid.Nil for the register itself
	Reason      string    // of a plain edit
	Before      HistorySide
	After       HistorySide
}

const historyColumns = `id, student_id, org_path, kind, effective_on, recorded_at, account_id, reason, before, after`

// texts returns both sides in their stored form.
func (l *HistoryLine) texts() (before, after string, err error) {
	was, err := json.Marshal(l.Before)
	if err != nil {
		return "", "", fmt.Errorf("write history: %w", err)
	}
	is, err := json.Marshal(l.After)
	if err != nil {
		return "", "", fmt.Errorf("write history: %w", err)
	}
	return string(was), string(is), nil
}

// WriteHistory queues one line. The application role may write only lines without a
// change.
func WriteHistory(t *store.Tx, l *HistoryLine) error {
	before, after, err := l.texts()
	if err != nil {
		return err
	}
	columns, marks := historyColumns, `?, ?, ?, ?, ?, ?, ?, ?, ?, ?`
	values := []any{store.NewID(), l.StudentID, l.Path, l.Kind, l.EffectiveOn, t.Now(), store.OrNull(l.AccountID), l.Reason, before, after}
	if l.ChangeID != uuid.Nil {
		columns, marks, values = columns+`, change_id`, marks+`, ?`, append(values, l.ChangeID)
	}
	t.Later("write history", 1, `INSERT INTO student_history (`+columns+`) VALUES (`+marks+`)`, values...)
	return nil
}

// writeHistoryLines writes the lines of many records at once.
func writeHistoryLines(t *store.Tx, lines []HistoryLine) error {
	columns := []string{"id", "student_id", "org_path", "change_id", "kind", "effective_on", "account_id", "reason", "before", "after"}
	rows := make([][]any, len(lines))
	for i := range lines {
		l := &lines[i]
		before, after, err := l.texts()
		if err != nil {
			return err
		}
		rows[i] = []any{store.NewID(), l.StudentID, l.Path, store.OrNull(l.ChangeID), l.Kind, l.EffectiveOn.String(), store.OrNull(l.AccountID), l.Reason, before, after}
	}
	err := t.CopyTemporary("new_history", `id uuid, student_id uuid, org_path text, change_id uuid, kind text, effective_on text, account_id uuid, reason text, before text, after text`, columns, rows)
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO student_history (`+historyColumns+`, change_id)
		SELECT id, student_id, org_path::ltree, kind, effective_on::date, ?::timestamptz, account_id, reason, before::jsonb, after::jsonb, change_id FROM new_history`, t.Now())
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

// StrikeHistory queues that a correction strikes the lines of a change in the history of
// a record. Rows is their expected number.
func StrikeHistory(t *store.Tx, change, student, by uuid.UUID, rows int64) {
	t.Later("strike a line of the history", rows, `UPDATE student_history SET struck_at = ?, struck_by = ? WHERE change_id = ? AND student_id = ? AND struck_at IS NULL`,
		t.Now(), by, change, student)
}
