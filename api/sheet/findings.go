package sheet

import (
	"context"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
)

// RosterRow is one row of the sheet.
type RosterRow struct {
	Row       int                        `json:"row" doc:"As at the left edge of the sheet."`
	Verdict   registration.RosterVerdict `json:"verdict" enum:"ACCEPT,REMARK,REJECT,SKIP,LEFT_OUT,PRESENT,DIFFERS"`
	Name      string                     `json:"name,omitempty"`
	IDNumber  string                     `json:"id_number,omitempty" doc:"Masked."`
	ClassCode string                     `json:"class_code,omitempty"`
	Student   *uuid.UUID                 `json:"student_id,omitempty" doc:"The record the row became, or by which it was recognised (PRESENT, DIFFERS)."`
	Findings  []SheetFinding             `json:"findings"`
}

// SheetFinding is one remark on a row or on the file, in the caller's language.
type SheetFinding struct {
	Row         int             `json:"row,omitempty"`
	Column      string          `json:"column,omitempty" example:"M"`
	Header      string          `json:"header,omitempty" example:"身份证件号"`
	Code        refusal.Code    `json:"code"`
	Severity    roster.Severity `json:"severity" enum:"reject,fixed,remark"`
	Value       string          `json:"value,omitempty" doc:"What stands in the cell; secrets masked."`
	Corrected   string          `json:"corrected,omitempty" doc:"What is taken instead."`
	RelatedRows []int           `json:"related_rows,omitempty"`
	Detail      string          `json:"detail" doc:"Why, and what to do."`
}

// ShowRow shows one row of a sheet.
func ShowRow(ctx context.Context, r registration.RosterRow) RosterRow {
	return RosterRow{Row: r.RowNo, Verdict: r.Verdict, Name: r.Name, IDNumber: r.IDMasked, ClassCode: r.ClassCode, Student: r.StudentID,
		Findings: ShowFindings(ctx, r.Findings)}
}

// ShowFindings writes findings in the caller's language.
func ShowFindings(ctx context.Context, list []roster.Finding) []SheetFinding {
	shown := make([]SheetFinding, 0, len(list))
	for _, f := range list {
		shown = append(shown, SheetFinding{Row: f.Row, Column: f.Column, Header: rest.InLanguage(ctx, process.Text{Zh: f.Header, En: roster.HeaderInEnglish(f.Header)}), Code: f.Code, Severity: f.Severity,
			Value: f.Shown, Corrected: f.Corrected, RelatedRows: f.RelatedRows, Detail: f.Sentence(rest.CatalogueOf(ctx), rest.LanguageOf(ctx))})
	}
	return shown
}

// refusedSheet refuses a whole sheet and tells of each row.
type refusedSheet struct {
	reason *refusal.Error
	rows   []RosterRow
}

func (r *refusedSheet) Error() string { return r.reason.Error() }

func (r *refusedSheet) Unwrap() error { return r.reason }

// RefusedRows gives the rows with what was found in them.
func (r *refusedSheet) RefusedRows() any { return r.rows }

// Refuse refuses a whole sheet for a reason and tells of each row.
func Refuse(reason *refusal.Error, rows []RosterRow) error {
	return &refusedSheet{reason: reason, rows: rows}
}
