package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// facts gathers what status needs beside the record; with lock it holds the
// classes the change moves seats between until the transaction ends.
func (t *Tx) facts(c *Change, h *held, lock bool) (status.Facts, error) {
	f := status.Facts{
		Today: t.judged(c), Filed: calendar.DateOf(c.FiledAt), Policy: c.Definition.Policy, Releasing: c.Definition.Releasing(), From: h.school(), Final: lock,
	}
	for _, in := range c.Definition.Inputs {
		if in.Type != process.TypeClass || c.Inputs[in.Name] == "" {
			continue
		}
		if lock {
			if err := t.lockClasses(h.ClassID, c.Inputs[in.Name]); err != nil {
				return f, err
			}
		}
		class, err := t.readClass(c.Inputs[in.Name])
		if err != nil {
			return f, err
		}
		f.Class = class
	}
	if err := t.gradeFacts(c, h, &f, lock); err != nil {
		return f, err
	}
	var err error
	switch c.Kind { //nolint:exhaustive // all others look at nothing else
	case process.ProblemCorroboration:
		f.Finding, err = t.finding(c)
	case process.ChangeCorrection:
		f.Mistake, err = t.mistake(c)
	case process.DropoutReturn:
		f.AbsentSince, err = t.absentSince(h.ID)
	}
	if err != nil {
		return f, err
	}
	err = t.moveFacts(c, h, &f)
	return f, err
}

// absentSince is the first day of a pupil's absence, as the last report of a dropout says.
func (t *Tx) absentSince(student uuid.UUID) (calendar.Date, error) {
	var since string
	err := t.db.Raw(`SELECT inputs ->> 'absent_since' FROM change WHERE student_id = ? AND kind = ? AND status = ? AND struck_at IS NULL
		ORDER BY filed_at DESC LIMIT 1`, student, process.DropoutReport, Effective).Scan(&since).Error
	if err != nil {
		return calendar.Date{}, fmt.Errorf("look for the report of a dropout: %w", err)
	}
	on, err := calendar.ParseDate(since)
	if err != nil {
		return calendar.Date{}, nil //nolint:nilerr // none was reported here
	}
	return on, nil
}
