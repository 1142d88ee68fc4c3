package schoolyear

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// The columns of the sheet by which a school checks in (P43), beside those that name the pupil.
const (
	columnClass  = "班级"
	columnCame   = "是否报到"
	columnReason = "未报到原因"
)

// What a school writes into the column of who came.
const (
	wordCame   = "是"
	wordAbsent = "否"
)

// MaxArrivalRows is the highest number of rows of one sheet.
const MaxArrivalRows = 2000

// ArrivalRow is one row of a sheet as it was read.
type ArrivalRow struct {
	No     int // as at the left edge of the sheet
	Record string
	Number string
	Name   string
	Came   string
	Reason string
}

// ReadArrivals reads the rows of a sheet that say whether a pupil came. It judges the sheet
// alone. A file that cannot be read is a *refusal.Error.
func ReadArrivals(file io.ReaderAt, size int64) ([]ArrivalRow, error) {
	form := roster.Form{Columns: []string{roster.RecordColumn, roster.NumberColumn, roster.NameColumn, columnClass, columnCame, columnReason}, Needs: []string{roster.NameColumn, columnCame},
		Either: []string{roster.NumberColumn, roster.RecordColumn}, Most: MaxArrivalRows, Missing: refusal.PlacingSheetHead, Long: refusal.PlacingSheetLong}
	read, err := form.Read(file, size)
	if err != nil {
		return nil, err
	}
	var rows []ArrivalRow
	for _, r := range read {
		if came := roster.PlainText(r.Text(columnCame)); came != "" {
			rows = append(rows, ArrivalRow{No: r.No, Record: roster.PlainText(r.Text(roster.RecordColumn)), Number: r.Text(roster.NumberColumn), Name: r.Text(roster.NameColumn), Came: came,
				Reason: roster.PlainText(r.Text(columnReason))})
		}
	}
	if len(rows) == 0 {
		return nil, refusal.New(refusal.CheckInSheetEmpty)
	}
	return rows, nil
}

// WriteArrivals writes the sheet of a year group with its enrolled pupils and what was noted
// of them in a term. Numbers are masked: the first column names the record.
func WriteArrivals(t *store.Tx, school uuid.UUID, stage org.Stage, entryYear int, term Term, w io.Writer) error {
	var list []struct {
		ID     uuid.UUID
		Name   string
		Number string
		Class  string
		Came   *bool
		Reason AbsenceReason
	}
	err := t.DB().Raw(`SELECT s.id, s.name, s.number_masked AS number, k.name AS class, c.came, coalesce(c.reason, '') AS reason
		FROM student s JOIN school_class k ON k.id = s.class_id LEFT JOIN check_in c ON c.student_id = s.id AND c.school_id = s.school_id AND c.school_year = @year AND c.term = @term
		WHERE s.school_id = @school AND s.stage = @stage AND s.entry_year = @entry AND s.enrol_status = @enrolled ORDER BY k.code, s.name, s.id LIMIT @most`,
		map[string]any{"year": term.Year, "term": term.No, "school": school, "stage": stage, "entry": entryYear, "enrolled": status.Enrolled, "most": MaxArrivalRows}).Scan(&list).Error
	if err != nil {
		return fmt.Errorf("read the pupils of a check-in: %w", err)
	}
	rows := [][]string{{roster.RecordColumn, roster.NumberColumn, roster.NameColumn, columnClass, columnCame, columnReason}}
	for _, p := range list {
		row := []string{p.ID.String(), p.Number, p.Name, p.Class}
		switch {
		case p.Came == nil:
		case *p.Came:
			row = append(row, wordCame)
		default:
			row = append(row, wordAbsent, p.Reason.Text().Zh)
		}
		rows = append(rows, row)
	}
	var reasons []string
	for _, reason := range AbsenceReasons() {
		reasons = append(reasons, reason.Text().Zh)
	}
	return roster.FilledForm{Sheet: "报到", Rows: rows, Offers: []roster.FormOffer{
		{Column: "E", Sheet: columnCame, Values: []string{wordCame, wordAbsent}}, {Column: "F", Sheet: columnReason, Values: reasons},
	}}.Write(w)
}

// ArrivalSheet is a sheet that a school hands in.
type ArrivalSheet struct {
	School org.OfficeRef
	Term   Term
	Since  calendar.Date // since when those are missing who did not come; zero: today
	Rows   []ArrivalRow
}

// ArrivalOutcome holds what was found for one row, and its refusals.
type ArrivalOutcome struct {
	Row     ArrivalRow
	Student uuid.UUID // uuid.Nil where no pupil was found
	Came    bool
	Reason  AbsenceReason
	Refused []*refusal.Error
	class   uuid.UUID
}

// CheckInBySheet notes who came by a sheet, all rows or none, as CheckClassIn does it class by
// class. With dry it only judges. It returns every row and how many were refused.
func CheckInBySheet(t *store.Tx, in ArrivalSheet, dry bool) (rows []ArrivalOutcome, refused int, err error) {
	if err := refuseOtherTerm(t, in.School.Province, in.Term); err != nil {
		return nil, 0, err
	}
	from, err := firstDay(t, in.School.Province, in.Term)
	if err != nil {
		return nil, 0, err
	}
	if against := refusalOfDay(in.Since, from, t.Today()); against != nil {
		return nil, 0, against.At("/missing_since")
	}
	if rows, err = in.judge(t); err != nil {
		return nil, 0, err
	}
	classes := map[uuid.UUID][]Arrival{}
	var order []uuid.UUID // so that two sheets at once wait for each other
	for _, row := range rows {
		if len(row.Refused) > 0 {
			refused++
		}
		if classes[row.class] == nil {
			order = append(order, row.class)
		}
		classes[row.class] = append(classes[row.class], Arrival{StudentID: row.Student, Came: row.Came, Reason: row.Reason, MissingSince: in.Since})
	}
	if dry || refused > 0 {
		return rows, refused, nil
	}
	slices.SortFunc(order, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	for _, class := range order {
		if err := CheckClassIn(t, class, in.Term, classes[class]); err != nil {
			return nil, 0, err
		}
	}
	return rows, 0, nil
}

// judge finds the pupils of the rows and notes what stands against each.
func (in ArrivalSheet) judge(t *store.Tx) ([]ArrivalOutcome, error) {
	named := make([]student.SheetRow, len(in.Rows))
	for i, row := range in.Rows {
		named[i] = student.SheetRow{Record: row.Record, Number: row.Number}
	}
	pupils, err := student.FindSheetPupils(t, in.School.ID, named)
	if err != nil {
		return nil, err
	}
	seen := map[uuid.UUID]int{}
	rows := make([]ArrivalOutcome, len(in.Rows))
	for i, row := range in.Rows {
		one := ArrivalOutcome{Row: row, Came: row.Came == wordCame}
		refuse := func(e *refusal.Error, column string) { one.Refused = append(one.Refused, e.At("/"+column)) }
		p := pupils.Of(named[i])
		if p == nil || p.EnrolStatus != status.Enrolled {
			refuse(refusal.New(refusal.PlacingPupil), roster.NumberColumn)
		} else {
			switch first, twice := seen[p.ID]; {
			case p.ClassID == nil:
				refuse(refusal.New(refusal.CheckInNoClass), columnClass)
			case twice:
				refuse(refusal.New(refusal.PlacingTwice).With("row", strconv.Itoa(first)), roster.NameColumn)
			case !ident.SameName(p.Name, row.Name):
				refuse(refusal.New(refusal.PlacingName), roster.NameColumn)
			}
			seen[p.ID], one.Student = row.No, p.ID
			if p.ClassID != nil {
				one.class = *p.ClassID
			}
		}
		if !one.Came && row.Came != wordAbsent {
			refuse(refusal.New(refusal.CheckInWord), columnCame)
		}
		if row.Came == wordAbsent {
			if one.Reason = reasonOf(row.Reason); one.Reason == "" {
				refuse(refusal.New(refusal.CheckInReason), columnReason)
			}
		}
		rows[i] = one
	}
	return rows, nil
}

// reasonOf returns the reason that a cell names, "" for none.
func reasonOf(word string) AbsenceReason {
	reasons := AbsenceReasons()
	i := slices.IndexFunc(reasons, func(r AbsenceReason) bool { return r.Text().Zh == word || string(r) == word })
	if i < 0 {
		return ""
	}
	return reasons[i]
}
