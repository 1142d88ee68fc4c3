package registration

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
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// MaxUpdateRows is the highest number of pupils in one sheet of updates: a large school, but
// not so many that others wait long for their records.
const MaxUpdateRows = 5_000

// UpdateOutcome is the outcome of a sheet of updates (批量更新, P50).
type UpdateOutcome struct {
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
func UpdateStudents(ctx context.Context, s *store.Store, scope store.Scope, sheet RosterSheet, dry bool) (*UpdateOutcome, error) {
	in := &roster.Submission{Today: calendar.DateOf(s.Clock().Now()), Divisions: sheet.Divisions}
	read, err := sheet.Reader.ReadAll(ctx, sheet.File, sheet.Size, in)
	if err != nil {
		return nil, err
	}
	u := &updateRun{rules: roster.Rules{Reader: sheet.Reader, Divisions: sheet.Divisions}, sheet: read}
	err = s.InScope(ctx, scope, func(t *store.Tx) error {
		u.tx = t
		return u.run(dry)
	})
	if err != nil {
		return nil, err
	}
	return u.result(), nil
}

// updateRun is one run of UpdateStudents.
type updateRun struct {
	tx    *store.Tx
	rules roster.Rules
	sheet *roster.Sheet
	rows  []*updateRow
}

// updateRow is a row on its way to its record.
type updateRow struct {
	*roster.Row
	keys   [][]byte    // keys of the document number; none when there is no number
	ids    []uuid.UUID // the records with the number; rarely several, from different countries
	record *student.EditableRecord
	edit   *student.JudgedEdit // nil when the row is refused
}

func (u *updateRun) run(dry bool) error {
	if err := u.findRecords(); err != nil {
		return err
	}
	if err := u.lockRecords(dry); err != nil {
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
		if len(row.edit.Changed) == 0 {
			continue
		}
		if err := student.SaveEdit(u.tx, row.edit, ""); err != nil {
			return err
		}
	}
	return nil
}

// findRecords finds the records by their document numbers, all at once.
func (u *updateRun) findRecords() error {
	var hashes [][]byte
	for _, read := range u.sheet.Rows {
		row := &updateRow{Row: read}
		u.rows = append(u.rows, row)
		number := read.Pupil.IDNumber()
		if number == "" || row.hasBadCell(roster.IDNumber) {
			continue
		}
		row.keys = student.NumberKeys(u.tx.Store(), number)
		hashes = append(hashes, row.keys...)
	}
	ids := map[string][]uuid.UUID{}
	err := u.tx.Raw(func(c *pgx.Conn) error {
		found, err := c.Query(u.tx.Context(), `SELECT id, id_hash FROM student WHERE id_hash = ANY ($1) AND enrol_status <> $2
			UNION SELECT id, number_only_hash FROM student WHERE number_only_hash = ANY ($1) AND enrol_status <> $2 ORDER BY id`, hashes, status.Deleted)
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

// lockRecords locks the records and reads them; a dry run only reads.
func (u *updateRun) lockRecords(dry bool) error {
	var ids []uuid.UUID
	for _, row := range u.rows {
		ids = append(ids, row.ids...)
	}
	if !dry {
		if err := student.LockStudents(u.tx, ids); err != nil {
			return err
		}
	}
	records, err := student.ReadEditableRecords(u.tx, ids, u.rules)
	if err != nil {
		return err
	}
	for _, row := range u.rows {
		row.record = row.matchingRecord(records)
	}
	return nil
}

// matchingRecord returns the one record with the row's number and name. It returns nil when there
// is none, and when two fit, because nobody can say which one is meant.
func (row *updateRow) matchingRecord(records map[uuid.UUID]*student.EditableRecord) *student.EditableRecord {
	var chosen *student.EditableRecord
	for _, id := range row.ids {
		// Between the search and the lock a key-data change may have taken effect.
		r := records[id]
		if r == nil || r == chosen || !r.HasKey(row.keys) || !ident.SameName(r.Record.Name, row.Pupil.Name()) {
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
func (u *updateRun) refuseTwice() {
	rows := map[uuid.UUID][]int{}
	for _, row := range u.rows {
		if row.record != nil {
			rows[row.record.Record.ID] = append(rows[row.record.Record.ID], row.Number)
		}
	}
	for _, row := range u.rows {
		if row.record == nil || len(rows[row.record.Record.ID]) == 1 {
			continue
		}
		others := slices.DeleteFunc(slices.Clone(rows[row.record.Record.ID]), func(n int) bool { return n == row.Number })
		row.Findings = append(row.Findings, roster.Finding{Row: row.Number, Code: refusal.UpdateTwice, Severity: roster.Reject, RelatedRows: others})
	}
}

// judge sets the edit of a row, or adds the reason why the row is refused.
func (u *updateRun) judge(row *updateRow) {
	switch {
	case row.Pupil == nil: // blank rows
		return
	case len(row.keys) == 0 && !row.hasBadCell(roster.IDNumber):
		u.reject(row, roster.IDNumber, refusal.New(refusal.UpdateNoNumber))
		return
	case len(row.keys) > 0 && row.record == nil && !row.hasBadCell(roster.Name):
		row.Findings = append(row.Findings, roster.Finding{Row: row.Number, Code: refusal.UpdateNoRecord, Severity: roster.Reject})
		return
	case row.record == nil:
		return // told already
	case !row.record.Record.InRegister:
		u.reject(row, roster.Name, student.NotInRegister(refusal.UpdateNotInRegister, row.record.Record))
		return
	}
	items := map[roster.Field]string{}
	for f, value := range row.Pupil {
		if f != roster.Name && f != roster.IDNumber && !row.hasBadCell(f) { // those two identified the record
			items[f] = value
		}
	}
	edit := student.JudgeEdit(u.tx, row.record, items, u.rules)
	for _, f := range edit.Findings {
		f.Row, f.Column = row.Number, u.sheet.Summary.Letters[f.Field]
		row.Findings = append(row.Findings, f)
	}
	if !row.refused() {
		row.edit = edit
	}
}

func (u *updateRun) reject(row *updateRow, f roster.Field, reason *refusal.Error) {
	row.Findings = append(row.Findings, roster.Finding{Row: row.Number, Column: u.sheet.Summary.Letters[f], Field: f,
		Header: u.rules.Reader.Template().Column(f).Header, Code: reason.Code, Severity: roster.Reject, Params: reason.Params})
}

// hasBadCell reports whether the cell of an item was refused.
func (row *updateRow) hasBadCell(f roster.Field) bool {
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
	case len(row.edit.Changed) == 0:
		return RowSkipped
	case len(row.Findings) > 0:
		return RowRemarked
	}
	return RowAccepted
}

func (u *updateRun) result() *UpdateOutcome {
	out := &UpdateOutcome{Findings: u.sheet.Summary.File}
	for _, row := range u.rows {
		shown := RosterRow{RowNo: row.Number, Verdict: row.verdict(), Name: row.Pupil.Name(), IDMasked: student.MaskDocument(row.Pupil.IDNumber()),
			ClassCode: row.Pupil.ClassCode(), Findings: row.Findings}
		if row.record != nil {
			shown.ClassCode, shown.StudentID = row.record.Record.ClassCode, &row.record.Record.ID
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
