package enrolment

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// group is the part of a request that becomes one change: graduates of the schools of one
// bureau who enter one stage, so that each chain has one releasing side. Only FileLists
// makes it, from lines that were judged in the same transaction.
type group struct {
	school org.OfficeRef
	source org.OfficeRef // the managing bureau of the schools of graduation
	stage  org.Stage
	year   int
	lines  []JudgedLine
}

// Filing holds the graduates that an office wants to enrol, and the school.
type Filing struct {
	Request

	Inputs   map[string]string
	Evidence []evidence.Ref
	// Office files; Key and Hash make a repeated request the same filing.
	Office   org.OfficeRef
	Key      string
	BodyHash []byte
}

// FileLists files a request: one change for each bureau of the sources and each stage, or
// nothing at all. The error holds all refusals at once. The same key with the same body
// returns the changes that were filed before.
func FileLists(t *change.Tx, f Filing) ([]*change.Change, error) {
	if filed, err := filedBefore(t, f); len(filed) > 0 || err != nil {
		return filed, err
	}
	j, err := Judge(t.Tx, f.Request)
	if err != nil {
		return nil, err
	}
	if err := refusal.Join(j.Refusals()...); err != nil {
		// The same request may have arrived twice at once, and the other one was faster.
		if filed, again := filedBefore(t, f); len(filed) > 0 && again == nil {
			return filed, nil
		}
		return nil, err
	}
	var list []*change.Change
	for i, g := range j.groups() {
		c, err := t.FileChange(change.Filing{Kind: f.Kind, Named: g, Inputs: f.Inputs, Evidence: f.Evidence, Office: f.Office,
			Key: keyOfGroup(f.Key, i), BodyHash: f.BodyHash})
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// Filed reports whether a request was filed before, so that it need not be judged again.
func Filed(t *change.Tx, key string, hash []byte) (bool, error) {
	filed, err := filedBefore(t, Filing{Key: key, BodyHash: hash})
	return len(filed) > 0, err
}

func keyOfGroup(key string, i int) string { return key + "/" + strconv.Itoa(i+1) }

// filedBefore returns the changes that the same request made, none for a new one.
func filedBefore(t *change.Tx, f Filing) ([]*change.Change, error) {
	var rows []struct {
		ID         uuid.UUID
		FilingHash []byte
	}
	err := t.DB().Raw(`SELECT c.id, c.filing_hash FROM generate_series(1, ?) i JOIN change c ON c.filed_by = ? AND c.filing_key = ? || '/' || i ORDER BY i`,
		MaxLines, t.Scope().Account, f.Key).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("look for an earlier filing: %w", err)
	}
	list := make([]*change.Change, len(rows))
	for i, row := range rows {
		if !bytes.Equal(row.FilingHash, student.BodyHash(t.Store(), f.BodyHash)) {
			return nil, refusal.New(refusal.KeyReused)
		}
		if list[i], err = t.Read(row.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// groups divides the lines by the bureau of their source and the stage they enter, in the
// order of the sheet.
func (j *Judged) groups() []*group {
	var list []*group
	for _, l := range j.Lines {
		i := slices.IndexFunc(list, func(g *group) bool { return g.source.ID == l.source.ID && g.stage == l.Place.Stage })
		if i < 0 {
			list, i = append(list, &group{school: j.School, source: l.source, stage: l.Place.Stage, year: j.Year}), len(list)
		}
		list[i].lines = append(list[i].lines, l)
	}
	slices.SortStableFunc(list, func(a, b *group) int { return cmp.Compare(a.source.Path, b.source.Path) })
	return list
}

// Part is one change of a request before it is filed.
type Part struct {
	Bureau string
	Stage  org.Stage
	Lines  int
}

// Parts lists the changes that a request without a fault becomes.
func (j *Judged) Parts() []Part {
	var list []Part
	for _, g := range j.groups() {
		list = append(list, Part{Bureau: g.lines[0].bureau, Stage: g.stage, Lines: len(g.lines)})
	}
	return list
}

// insertClaims writes the claims of a change that was just filed.
func insertClaims(t *store.Tx, c *change.Change) error {
	type row struct {
		No      int            `json:"line_no"`
		Row     int            `json:"sheet_row"`
		Student uuid.UUID      `json:"student_id"`
		Entry   int            `json:"entry_year"`
		From    uuid.UUID      `json:"from_school"`
		Stage   org.Stage      `json:"from_stage"`
		Year    int            `json:"from_entry_year"`
		On      *string        `json:"graduated_on"`
		Subject change.Subject `json:"subject"`
	}
	g, ok := c.Prepared.(*group)
	if !ok {
		return fmt.Errorf("claims that were not prepared: change %s", c.ID)
	}
	rows := make([]row, len(g.lines))
	for i, l := range g.lines {
		rows[i] = row{No: i + 1, Row: l.Row, Student: l.StudentID, Entry: l.Place.EntryYear, From: l.Subject.SchoolID, Stage: l.from.Stage, Year: l.from.EntryYear, Subject: l.Subject}
		if !l.GraduatedOn.IsZero() {
			rows[i].On = new(l.GraduatedOn.String())
		}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return errors.Join(errors.New("write claims"), err)
	}
	t.Later("write claims", int64(len(rows)), `INSERT INTO admission (change_id, line_no, sheet_row, student_id, school_id, plan_year, stage, entry_year, from_school, from_stage,
			from_entry_year, graduated_on, subject)
		SELECT ?, r.line_no, r.sheet_row, r.student_id, ?, ?, ?, r.entry_year, r.from_school, r.from_stage, r.from_entry_year, r.graduated_on, r.subject
		FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (line_no int, sheet_row int, student_id uuid, entry_year int, from_school uuid, from_stage text, from_entry_year int,
			graduated_on date, subject jsonb)`, c.ID, g.school.ID, g.year, g.stage, string(text))
	return nil
}
