package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// UpdateRows is the highest number of pupils in one sheet of updates: a large school, but
// not so many that others wait long for their records.
const UpdateRows = 5_000

// StudentUpdates is the outcome of a sheet of updates (批量更新, P50).
type StudentUpdates struct {
	Updated   int // rows that change their record
	Unchanged int // rows that agree with their record
	Refused   int
	Findings  []roster.Finding // about the file
	Rows      []RosterRow      // those with findings
}

// UpdateStudents edits many records by a sheet whose rows name them by name and ID
// number. It never makes a record. All rows are written in one transaction, or none is:
// then Refused counts the refused rows, and all findings are returned. With dry it writes
// nothing in either case. The reader of the sheet is one of roster's ForUpdates.
func (s *Store) UpdateStudents(ctx context.Context, scope Scope, sheet RosterSheet, dry bool) (*StudentUpdates, error) {
	in := &roster.Submission{Today: calendar.DateOf(s.clock.Now()), Divisions: sheet.Divisions}
	read, err := sheet.Reader.ReadAll(ctx, sheet.File, sheet.Size, in)
	if err != nil {
		return nil, err
	}
	u := &studentUpdate{rules: roster.Rules{Reader: sheet.Reader, Divisions: sheet.Divisions}, sheet: read}
	err = s.InScope(ctx, scope, func(t *Tx) error {
		u.tx = t
		return u.run(dry)
	})
	if err != nil {
		return nil, err
	}
	return u.result(), nil
}

// studentUpdate is one run of UpdateStudents.
type studentUpdate struct {
	tx    *Tx
	rules roster.Rules
	sheet *roster.Sheet
	rows  []*updateRow
}

// updateRow is a row on its way to its record.
type updateRow struct {
	*roster.Row
	keys   [][]byte    // keys of the document number; none when there is no number
	ids    []uuid.UUID // the records with the number; rarely several, from different countries
	record *editable
	edit   *recordEdit // nil when the row is refused
}

func (u *studentUpdate) run(dry bool) error {
	if err := u.find(); err != nil {
		return err
	}
	if err := u.hold(dry); err != nil {
		return err
	}
	u.refuseTwice()
	for _, row := range u.rows {
		u.judge(row)
	}
	if dry || slices.ContainsFunc(u.rows, (*updateRow).refused) {
		return nil
	}
	for _, row := range u.rows {
		if len(row.edit.changed) == 0 {
			continue
		}
		if err := u.tx.saveEdit(row.edit, ""); err != nil {
			return err
		}
	}
	return nil
}

// find finds the records by their document numbers, all at once.
func (u *studentUpdate) find() error {
	var hashes [][]byte
	for _, read := range u.sheet.Rows {
		row := &updateRow{Row: read}
		u.rows = append(u.rows, row)
		number := read.Pupil.IDNumber()
		if number == "" || row.bad(roster.IDNumber) {
			continue
		}
		row.keys = u.tx.store.numberKeys(number)
		hashes = append(hashes, row.keys...)
	}
	ids := map[string][]uuid.UUID{}
	err := u.tx.raw(func(c *pgx.Conn) error {
		found, err := c.Query(u.tx.ctx, `SELECT id, id_hash FROM student WHERE id_hash = ANY ($1) AND enrol_status <> 'DELETED'
			UNION SELECT id, number_only_hash FROM student WHERE number_only_hash = ANY ($1) AND enrol_status <> 'DELETED' ORDER BY id`, hashes)
		if err != nil {
			return err
		}
		var id uuid.UUID
		var hash []byte
		_, err = pgx.ForEachRow(found, []any{&id, &hash}, func() error {
			ids[string(hash)] = append(ids[string(hash)], id)
			return nil
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("look for the records of a sheet: %w", err)
	}
	for _, row := range u.rows {
		for _, key := range row.keys {
			row.ids = append(row.ids, ids[string(key)]...)
		}
	}
	return nil
}

// hold locks the records and reads them; a dry run only reads.
func (u *studentUpdate) hold(dry bool) error {
	var ids []uuid.UUID
	for _, row := range u.rows {
		ids = append(ids, row.ids...)
	}
	if !dry {
		if err := u.tx.lockStudents(ids); err != nil {
			return err
		}
	}
	records, err := u.tx.editables(ids, u.rules)
	if err != nil {
		return err
	}
	for _, row := range u.rows {
		row.record = row.choose(records)
	}
	return nil
}

// choose returns the one record with the row's number and name. It returns nil when there
// is none, and when two fit, because nobody can say which one is meant.
func (row *updateRow) choose(records map[uuid.UUID]*editable) *editable {
	var chosen *editable
	for _, id := range row.ids {
		// Between the search and the lock a key-data change may have taken effect.
		r := records[id]
		if r == nil || r == chosen || !r.found(row.keys) || !ident.SameName(r.record.Name, row.Pupil.Name()) {
			continue
		}
		if chosen != nil {
			return nil
		}
		chosen = r
	}
	return chosen
}

// refuseTwice refuses every row of a pupil who is in the sheet more than once.
func (u *studentUpdate) refuseTwice() {
	rows := map[uuid.UUID][]int{}
	for _, row := range u.rows {
		if row.record != nil {
			rows[row.record.record.ID] = append(rows[row.record.record.ID], row.Number)
		}
	}
	for _, row := range u.rows {
		if row.record == nil || len(rows[row.record.record.ID]) == 1 {
			continue
		}
		others := slices.DeleteFunc(slices.Clone(rows[row.record.record.ID]), func(n int) bool { return n == row.Number })
		row.Findings = append(row.Findings, roster.Finding{Row: row.Number, Code: refusal.UpdateTwice, Severity: roster.Reject, RelatedRows: others})
	}
}

// judge sets the edit of a row, or adds the reason why the row is refused.
func (u *studentUpdate) judge(row *updateRow) {
	switch {
	case row.Pupil == nil: // blank rows
		return
	case len(row.keys) == 0 && !row.bad(roster.IDNumber):
		u.reject(row, roster.IDNumber, refusal.New(refusal.UpdateNoNumber))
		return
	case len(row.keys) > 0 && row.record == nil && !row.bad(roster.Name):
		row.Findings = append(row.Findings, roster.Finding{Row: row.Number, Code: refusal.UpdateNoRecord, Severity: roster.Reject})
		return
	case row.record == nil:
		return // told already
	case !row.record.record.InRegister:
		u.reject(row, roster.Name, notInRegister(refusal.UpdateNotInRegister, row.record.record))
		return
	}
	items := map[roster.Field]string{}
	for f, value := range row.Pupil {
		if f != roster.Name && f != roster.IDNumber && !row.bad(f) { // those two identified the record
			items[f] = value
		}
	}
	edit := u.tx.judgeEdit(row.record, items, u.rules)
	for _, f := range edit.findings {
		f.Row, f.Column = row.Number, u.sheet.Summary.Letters[f.Field]
		row.Findings = append(row.Findings, f)
	}
	if !row.refused() {
		row.edit = edit
	}
}

func (u *studentUpdate) reject(row *updateRow, f roster.Field, reason *refusal.Error) {
	row.Findings = append(row.Findings, roster.Finding{Row: row.Number, Column: u.sheet.Summary.Letters[f], Field: f,
		Header: u.rules.Reader.Template().Column(f).Header, Code: reason.Code, Severity: roster.Reject, Params: reason.Params})
}

// bad reports whether the cell of an item was refused.
func (row *updateRow) bad(f roster.Field) bool {
	return slices.ContainsFunc(row.Findings, func(found roster.Finding) bool { return found.Field == f && found.Severity == roster.Reject })
}

func (row *updateRow) refused() bool {
	return slices.ContainsFunc(row.Findings, func(found roster.Finding) bool { return found.Severity == roster.Reject })
}

// verdict returns the outcome of a row as a verdict of a roster.
func (row *updateRow) verdict() RosterVerdict {
	switch {
	case row.edit == nil:
		return RowRejected
	case len(row.edit.changed) == 0:
		return RowSkipped
	case len(row.Findings) > 0:
		return RowRemarked
	}
	return RowAccepted
}

func (u *studentUpdate) result() *StudentUpdates {
	out := &StudentUpdates{Findings: u.sheet.Summary.File}
	for _, row := range u.rows {
		shown := RosterRow{RowNo: row.Number, Verdict: row.verdict(), Name: row.Pupil.Name(), IDMasked: maskDocument(row.Pupil.IDNumber()),
			ClassCode: row.Pupil.ClassCode(), Findings: row.Findings}
		if row.record != nil {
			shown.ClassCode, shown.StudentID = row.record.record.ClassCode, &row.record.record.ID
		}
		switch shown.Verdict {
		case RowRejected:
			out.Refused++
		case RowSkipped:
			out.Unchanged++
		case RowAccepted, RowRemarked, RowLeftOut, RowPresent, RowDiffers:
			out.Updated++
		}
		if len(row.Findings) > 0 {
			out.Rows = append(out.Rows, shown)
		}
	}
	return out
}
