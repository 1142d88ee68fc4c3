package placing

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/student"
)

// RowOutcome holds what was found for one row of a sheet, and its refusals.
type RowOutcome struct {
	Row     Row
	Student uuid.UUID    // uuid.Nil where no pupil was found
	Kind    process.Kind // 分班 for a pupil without a class, 调班 for one with a class
	From    string       // the class that the pupil leaves, or ""
	To      string       // the class that the row names, in its usual spelling
	Refused []*refusal.Error
}

// Outcome holds the rows of a sheet and the filings that they make.
type Outcome struct {
	Rows    []RowOutcome
	Refused int              // rows that cannot be placed: then nothing is filed
	Filings []change.Filing  // one for each kind and stage of the rows
	Filed   []*change.Change // empty for a preview
}

// SheetFiling is a sheet that a school hands in.
type SheetFiling struct {
	Rows   []Row
	Office org.OfficeRef
	Key    string // makes a repeated request the same filing
	Hash   []byte
}

// FileSheet finds the pupils and classes of a sheet and files them, all rows or none: one
// list for the pupils without a class and one for the others, of each stage. With dry it
// only judges. The refusals stand at the rows.
func FileSheet(t *change.Tx, in SheetFiling, dry bool) (*Outcome, error) {
	if !dry {
		if filed, err := filedBefore(t, in); len(filed) > 0 || err != nil {
			return &Outcome{Filed: filed}, err
		}
	}
	out := &Outcome{}
	named := make([]student.SheetRow, len(in.Rows))
	for i, row := range in.Rows {
		named[i] = row.named()
	}
	pupils, err := student.FindSheetPupils(t.Tx, in.Office.ID, named)
	if err != nil {
		return nil, err
	}
	classes, err := office.Classes(t.Tx, in.Office.ID)
	if err != nil {
		return nil, err
	}
	lists := map[string][]int{} // of each filing the places of its rows
	seen := map[uuid.UUID]int{}
	for i, row := range in.Rows {
		one := RowOutcome{Row: row}
		h := pupils.Of(row.named())
		class := resolve(&one, h, classes)
		if h != nil {
			if first, twice := seen[h.ID]; twice {
				one.Refused = append(one.Refused, refusal.New(refusal.PlacingTwice).At("/"+roster.NameColumn).With("row", strconv.Itoa(first)))
			} else {
				seen[h.ID] = row.No
			}
		}
		if len(one.Refused) == 0 {
			out.add(in, one.Kind, h, class, lists, i)
		}
		out.Rows = append(out.Rows, one)
	}
	if err := out.judge(t, lists); err != nil {
		return nil, err
	}
	for _, row := range out.Rows {
		if len(row.Refused) > 0 {
			out.Refused++
		}
	}
	if !dry && out.Refused > 0 { // the same sheet may have arrived twice at once, and the other one was faster
		if filed, again := filedBefore(t, in); len(filed) > 0 && again == nil {
			return &Outcome{Filed: filed}, nil
		}
	}
	if dry || out.Refused > 0 {
		return out, nil
	}
	for _, f := range out.Filings {
		filed, err := t.FileChange(f)
		if err != nil {
			return nil, err
		}
		out.Filed = append(out.Filed, filed)
	}
	return out, nil
}

// filedBefore returns the changes that the same request has filed before. Another sheet
// under the same key is refused.
func filedBefore(t *change.Tx, in SheetFiling) ([]*change.Change, error) {
	var rows []struct {
		ID         uuid.UUID
		FilingHash []byte
	}
	err := t.DB().Raw(`SELECT id, filing_hash FROM change WHERE filed_by = ? AND starts_with(filing_key, ?) ORDER BY id`, t.Scope().Account, in.Key+"/").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("look for an earlier filing: %w", err)
	}
	var filed []*change.Change
	for _, row := range rows {
		if !bytes.Equal(row.FilingHash, student.BodyHash(t.Store(), in.Hash)) {
			return nil, refusal.New(refusal.KeyReused)
		}
		one, err := t.Read(row.ID)
		if err != nil {
			return nil, err
		}
		filed = append(filed, one)
	}
	return filed, nil
}

// named is how the row names its pupil.
func (r Row) named() student.SheetRow { return student.SheetRow{Record: r.Record, Number: r.Number} }

// resolve finds the class of a row among those of the pupil's year group, and notes what
// stands against the row itself.
func resolve(one *RowOutcome, h *student.PupilRow, classes []office.Class) (class office.Class) {
	if h == nil {
		one.Refused = append(one.Refused, refusal.New(refusal.PlacingPupil).At("/"+roster.NumberColumn))
		return class
	}
	one.Student, one.Kind = h.ID, process.ClassAssignment
	if h.ClassID != nil {
		one.Kind = process.ClassChange
	}
	if !ident.SameName(h.Name, one.Row.Name) {
		one.Refused = append(one.Refused, refusal.New(refusal.PlacingName).At("/"+roster.NameColumn))
	}
	var names []string
	for _, c := range classes {
		if h.ClassID != nil && c.ID == *h.ClassID {
			one.From = c.Name
		}
		if c.EntryYear != h.EntryYear || c.Stage != h.Stage {
			continue
		}
		names = append(names, c.Name)
		if slices.Contains(spellings(c), classKey(one.Row.Class)) {
			class, one.To = c, c.Name
		}
	}
	if class.ID == uuid.Nil {
		one.Refused = append(one.Refused, classRefusal(one.Row.Class, h, classes, names))
	}
	return class
}

// classRefusal says why no class of the pupil's year group has a name: another year group
// has it, or none has.
func classRefusal(name string, h *student.PupilRow, classes []office.Class, names []string) *refusal.Error {
	for _, c := range classes {
		if c.EntryYear != h.EntryYear && slices.Contains([]string{classKey(c.Name), classKey(c.Code)}, classKey(name)) {
			return refusal.New(refusal.ClassWrongYear).At("/"+columnNew).With("year", strconv.Itoa(h.EntryYear))
		}
	}
	const most = 12
	list := "—"
	if len(names) > 0 {
		list = strings.Join(names[:min(len(names), most)], "、")
	}
	shown := []rune(name)
	return refusal.New(refusal.PlacingClassName).At("/"+columnNew).With("name", string(shown[:min(len(shown), 40)])).With("names", list)
}

// spellings are the keys of the names by which people write a class for a pupil of its year
// group: 2026101, 2026级1班, 1班.
func spellings(c office.Class) []string {
	name := classKey(c.Name)
	return []string{classKey(c.Code), name, classKey(strconv.Itoa(c.EntryYear) + "级" + c.Name), strings.TrimPrefix(name, strconv.Itoa(c.EntryYear)+"级")}
}

// add puts a pupil into the filing of the kind and the stage, and opens it for the first.
func (out *Outcome) add(in SheetFiling, kind process.Kind, h *student.PupilRow, class office.Class, lists map[string][]int, row int) {
	key := string(kind) + "/" + string(h.Stage)
	at := slices.IndexFunc(out.Filings, func(f change.Filing) bool { return f.Key == in.Key+"/"+key })
	if at < 0 {
		at = len(out.Filings)
		out.Filings = append(out.Filings, change.Filing{Kind: kind, Office: in.Office, Key: in.Key + "/" + key, BodyHash: in.Hash})
	}
	f := &out.Filings[at]
	f.Lines = append(f.Lines, change.ListedPupil{StudentID: h.ID, ClassID: class.ID})
	lists[f.Key] = append(lists[f.Key], row)
}

// judge judges every filing as it would be filed, and puts the refusals to their rows.
func (out *Outcome) judge(t *change.Tx, lists map[string][]int) error {
	for _, f := range out.Filings {
		if len(f.Lines) > change.MaxLines {
			return refusal.New(refusal.PlacingListLong).With("max", strconv.Itoa(change.MaxLines)).With("count", strconv.Itoa(len(f.Lines)))
		}
		err := t.CheckFiling(f)
		if err == nil {
			continue
		}
		var told *refusal.Error
		if !errors.As(err, &told) || told.Code == refusal.Internal {
			return err
		}
		for _, e := range told.All() {
			var line int
			var field string
			if n, _ := fmt.Sscanf(e.Field, "/lines/%d/%s", &line, &field); n != 2 || line >= len(lists[f.Key]) {
				return err // about the list as a whole
			}
			column := roster.NameColumn
			if field == change.ClassInput {
				column = columnNew
			}
			row := &out.Rows[lists[f.Key][line]]
			row.Refused = append(row.Refused, e.At("/"+column))
		}
	}
	return nil
}
