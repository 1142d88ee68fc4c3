package placing

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// lineMoved is the verdict of a line whose pupil is in the class. A line is struck when its
// pupil cannot be placed, for the reason of its code.
const lineMoved = "MOVED"

// table returns the table of the lines of placings.
func table() pupillist.Lines { return pupillist.Lines{Table: "placing_line", Held: "placing_held"} }

// insertLines writes the lines of a list and takes the slot of each pupil.
func insertLines(t *store.Tx, c *change.Change) error {
	l, ok := c.Prepared.(*list)
	if !ok {
		return fmt.Errorf("hold a list that was not prepared: change %s", c.ID)
	}
	rows, err := l.rows()
	if err != nil {
		return err
	}
	t.Later("write a list", int64(len(l.lines)), `INSERT INTO placing_line (change_id, line_no, student_id, class_id, class_name, from_class, from_name, subject)
		SELECT ?, r.line_no, r.student_id, r.class_id, r.class_name, r.from_class, r.from_name, r.subject
		FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (line_no int, student_id uuid, class_id uuid, class_name text, from_class uuid, from_name text, subject jsonb)`, c.ID, rows)
	return table().TakeSlots(t, c.ID, len(l.lines))
}

// rows returns the lines in the form in which they are stored.
func (l *list) rows() (string, error) {
	type row struct {
		No       int            `json:"line_no"`
		Student  uuid.UUID      `json:"student_id"`
		Class    uuid.UUID      `json:"class_id"`
		Label    string         `json:"class_name"`
		From     *uuid.UUID     `json:"from_class"`
		FromName string         `json:"from_name"`
		Subject  change.Subject `json:"subject"`
	}
	rows := make([]row, len(l.lines))
	for i, line := range l.lines {
		h := l.held[i]
		rows[i] = row{No: i + 1, Student: line.StudentID, Class: line.ClassID, Label: l.classes[line.ClassID].Label, From: h.ClassID, Subject: change.PupilSubject(h)}
		if h.ClassID != nil && l.classes[*h.ClassID] != nil {
			rows[i].FromName = l.classes[*h.ClassID].Label
		}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return "", fmt.Errorf("write a list: %w", err)
	}
	return string(text), nil
}

// Page holds the lines that the page of a list shows beside the change.
type Page struct{ Lines []LineView }

// LineView is one line of a list as its parties see it; numbers are masked.
type LineView struct {
	StudentID uuid.UUID
	ClassID   uuid.UUID
	Class     string
	From      string         `gorm:"column:from_name"` // the class that the pupil leaves, or ""
	Subject   change.Subject `gorm:"-"`
	Verdict   string
	Struck    *refusal.Error `gorm:"-"` // why the pupil cannot be placed
}

// readLines reads the lines of a list in their order.
func readLines(t *store.Tx, changeID uuid.UUID) ([]LineView, error) {
	var rows []struct {
		LineView
		SubjectJSON, ParamsJSON string
		Code                    refusal.Code
	}
	err := t.DB().Raw(`SELECT student_id, class_id, class_name AS class, from_name, subject::text AS subject_json, verdict, code, params::text AS params_json
		FROM placing_line WHERE change_id = ? ORDER BY line_no`, changeID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read a list: %w", err)
	}
	lines := make([]LineView, len(rows))
	for i, row := range rows {
		lines[i] = row.LineView
		if err := json.Unmarshal([]byte(row.SubjectJSON), &lines[i].Subject); err != nil {
			return nil, fmt.Errorf("read a list: %w", err)
		}
		if lines[i].Struck, err = refusal.Stored(row.Code, row.ParamsJSON); err != nil {
			return nil, fmt.Errorf("read a list: %w", err)
		}
	}
	return lines, nil
}
