package store

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
)

// The kinds of lines of the history that are no kinds of a change. A line of a change
// has the kind of the change; a move has one line for each school, with moveOut and moveIn
// behind the kind.
const (
	rosterImport = "ROSTER_IMPORT" // a roster made the record
	edited       = "EDIT"          // a person changed items at once
	tidied       = "TIDY"          // the register itself tidied names and numbers
	punished     = "PUNISHMENT"    // a punishment was recorded or cancelled

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

// writeHistory queues one line. The application role may write only lines without a
// change.
func (t *Tx) writeHistory(l *HistoryLine) error {
	before, after, err := l.texts()
	if err != nil {
		return err
	}
	columns, marks := historyColumns, `?, ?, ?, ?, ?, ?, ?, ?, ?, ?`
	values := []any{newID(), l.StudentID, l.Path, l.Kind, l.EffectiveOn, t.now, orNull(l.AccountID), l.Reason, before, after}
	if l.ChangeID != uuid.Nil {
		columns, marks, values = columns+`, change_id`, marks+`, ?`, append(values, l.ChangeID)
	}
	t.later("write history", 1, `INSERT INTO student_history (`+columns+`) VALUES (`+marks+`)`, values...)
	return nil
}

// writeHistories writes the lines of many records at once.
func (t *Tx) writeHistories(lines []HistoryLine) error {
	columns := []string{"id", "student_id", "org_path", "change_id", "kind", "effective_on", "account_id", "reason", "before", "after"}
	rows := make([][]any, len(lines))
	for i := range lines {
		l := &lines[i]
		before, after, err := l.texts()
		if err != nil {
			return err
		}
		rows[i] = []any{newID(), l.StudentID, l.Path, orNull(l.ChangeID), l.Kind, l.EffectiveOn.String(), orNull(l.AccountID), l.Reason, before, after}
	}
	err := t.copyTemporary("new_history", `id uuid, student_id uuid, org_path text, change_id uuid, kind text, effective_on text, account_id uuid, reason text, before text, after text`, columns, rows)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO student_history (`+historyColumns+`, change_id)
		SELECT id, student_id, org_path::ltree, kind, effective_on::date, ?::timestamptz, account_id, reason, before::jsonb, after::jsonb, change_id FROM new_history`, t.now)
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

// strikeHistory queues that a correction strikes the lines of a change in the history of
// a record. Rows is their expected number.
func (t *Tx) strikeHistory(change, student, by uuid.UUID, rows int64) {
	t.later("strike a line of the history", rows, `UPDATE student_history SET struck_at = ?, struck_by = ? WHERE change_id = ? AND student_id = ? AND struck_at IS NULL`,
		t.now, by, change, student)
}
