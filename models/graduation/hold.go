package graduation

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// insertLines writes the lines of a list and takes the slot of each pupil.
func insertLines(t *store.Tx, c *change.Change) error {
	type row struct {
		No         int            `json:"line_no"`
		Student    uuid.UUID      `json:"student_id"`
		Class      *uuid.UUID     `json:"class_id"`
		Conclusion status.Enrol   `json:"conclusion"`
		Subject    change.Subject `json:"subject"`
		EntryYear  int            `json:"entry_year"`
	}
	p, ok := c.Prepared.(*prepared)
	if !ok {
		return fmt.Errorf("hold a graduation that was not prepared: change %s", c.ID)
	}
	rows := make([]row, len(p.lines))
	for i, line := range p.lines {
		h := p.held[i]
		rows[i] = row{No: i + 1, Student: line.StudentID, Class: h.ClassID, Conclusion: line.Conclusion, Subject: change.PupilSubject(h), EntryYear: h.EntryYear}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write a graduation: %w", err)
	}
	t.Later("write a graduation", int64(len(rows)), `INSERT INTO graduation_line (change_id, line_no, student_id, school_id, stage, year, conclusion, subject, class_name)
		SELECT ?, r.line_no, r.student_id, ?, ?, ?, r.conclusion, r.subject,
			coalesce((SELECT `+office.ClassLabel+` FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE k.id = r.class_id), r.entry_year || '级')
		FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (line_no int, student_id uuid, class_id uuid, conclusion text, subject jsonb, entry_year int)`,
		c.ID, c.OrgID, c.Stage, p.year, string(text))
	return lines().TakeSlots(t, c.ID, len(rows))
}
