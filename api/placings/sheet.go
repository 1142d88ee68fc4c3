package placings

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/placing"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
)

// defaultSheetLimit is the size of a sheet of 2,000 rows many times over.
const defaultSheetLimit = 4 << 20

const tag = "placings"

// YearGroup names a year group of the own school.
type YearGroup struct {
	Stage     org.Stage `query:"stage" required:"true" enum:"PRIMARY,JUNIOR,SENIOR"`
	EntryYear int       `query:"entry_year" required:"true" minimum:"1980" maximum:"2100"`
}

type templateInput struct {
	YearGroup

	Waiting bool `query:"waiting" doc:"Only pupils without a class (分班)."`
}

type sheetInput struct {
	// The fields of rest.UploadInput, flat: huma leaves them empty in an embedded struct.
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"multipart/form-data"`
	DryRun      bool   `query:"dry_run" doc:"Preview only; nothing is filed (预览)."`
}

// PlacingSheet is the answer to a sheet of pupils with their classes.
type PlacingSheet struct {
	DryRun  bool           `json:"dry_run"`
	Refused int            `json:"refused" doc:"Of a preview only: any such row keeps the whole sheet out."`
	Rows    []PlacingRow   `json:"rows" doc:"Of a preview: every row with a new class."`
	Changes []FiledPlacing `json:"changes" doc:"What was filed: a list for pupils without a class and one for the others."`
}

// PlacingRow is one row of a sheet.
type PlacingRow struct {
	Row       int                  `json:"row" doc:"As at the left edge of the sheet."`
	StudentID *uuid.UUID           `json:"student_id,omitempty"`
	Name      string               `json:"name"`
	Kind      process.Kind         `json:"kind,omitempty" enum:"CLASS_ASSIGNMENT,CLASS_CHANGE"`
	From      string               `json:"from,omitempty" doc:"The class the pupil leaves." example:"2026级2班"`
	To        string               `json:"to,omitempty" example:"2026级1班"`
	Findings  []sheet.SheetFinding `json:"findings" doc:"Why the row cannot be placed, and what to do."`
}

// FiledPlacing is one list that a sheet filed.
type FiledPlacing struct {
	ID     uuid.UUID    `json:"change_id"`
	CaseNo string       `json:"case_no" example:"52-20261120-000017"`
	Kind   process.Kind `json:"kind" enum:"CLASS_ASSIGNMENT,CLASS_CHANGE"`
}

// sheetRoutes registers the sheet of a year group.
func (s *server) sheetRoutes() {
	const path = "/v1/placings/sheet"
	rest.Register(s.rest, rest.Operation{
		ID: "placing-template", Method: http.MethodGet, Path: path, Action: authz.PlacingFile, Tag: tag,
		Summary: "The sheet of a year group with its pupils filled in (分班调班模板)",
		Detail:  "An xlsx with the enrolled pupils of a year group of the own school, their present classes, and a list of the classes in every cell of 新班级. Numbers are masked: 系统编号 names the record.",
	}, s.template)
	rest.Register(s.rest, rest.Operation{
		ID: "place-by-sheet", Method: http.MethodPost, Path: path, Action: authz.PlacingFile, Tag: tag, Keyed: true,
		MaxBody: s.limit() + rest.UploadOverhead,
		Summary: "Place pupils in classes by a sheet (学生导入分班、调班)",
		Detail: "An xlsx in the part \"file\": 系统编号 or 学籍号, 姓名 and 新班级, which holds the class as people write it (2026级1班, 1班, 2026101); rows without a new class are left alone. " +
			"Files a CLASS_ASSIGNMENT for pupils without a class and a CLASS_CHANGE for the others, at most " + strconv.Itoa(change.MaxLines) + " pupils each: all rows or none. " +
			"A row that cannot be placed refuses the sheet (422), and rows has every finding. The file is not kept.",
	}, s.placeBySheet)
	s.rest.DescribeUpload(path, "The sheet, xlsx.")
	s.rest.DescribeDownload(path, rest.XLSX)
}

func (s *server) limit() int64 { return cmp.Or(s.SheetLimit, defaultSheetLimit) }

func (s *server) template(ctx context.Context, in *templateInput) (*rest.Download, error) {
	school := rest.PrincipalOf(ctx).Office
	t, err := rest.InScope(ctx, s.Store, func(tx *change.Tx) (*placing.Template, error) {
		if err := rest.Allow(ctx, school.Path); err != nil {
			return nil, err
		}
		return placing.ReadTemplate(tx.Tx, school.ID, in.Stage, in.EntryYear, in.Waiting)
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Write(&b); err != nil {
		return nil, err
	}
	return rest.Attachment(rest.XLSX, fmt.Sprintf("%d级分班调班.xlsx", in.EntryYear), b.Bytes()), nil
}

func (s *server) placeBySheet(ctx context.Context, in *sheetInput) (*rest.Body[PlacingSheet], error) {
	file, err := (&rest.UploadInput{ContentType: in.ContentType, RawBody: in.RawBody}).File(s.limit())
	if err != nil {
		return nil, err
	}
	rows, err := placing.ReadSheet(bytes.NewReader(file.Content), int64(len(file.Content)))
	if err != nil {
		return nil, err
	}
	hash, err := rest.BodyHash(file.Content)
	if err != nil {
		return nil, err
	}
	p := rest.PrincipalOf(ctx)
	filing := placing.SheetFiling{Rows: rows, Office: org.OfficeRef{ID: p.Office.ID, Path: p.Office.Path, Province: p.Office.Province}, Key: rest.IdempotencyKey(ctx), Hash: hash}
	var out *placing.Outcome
	err = s.Desk.FileAll(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) ([]*change.Change, error) {
		if err := rest.Allow(ctx, p.Office.Path); err != nil {
			return nil, err
		}
		if out, err = placing.FileSheet(tx, filing, in.DryRun); err != nil {
			return nil, err
		}
		return out.Filed, nil
	})
	if err != nil {
		return nil, err
	}
	if out.Refused > 0 && !in.DryRun {
		return nil, sheet.Refuse(refusal.New(refusal.PlacingRows).With("count", strconv.Itoa(out.Refused)), refusedRows(ctx, out))
	}
	return rest.BodyOf(showOutcome(ctx, out, in.DryRun)), nil
}

func showOutcome(ctx context.Context, out *placing.Outcome, dry bool) PlacingSheet {
	shown := PlacingSheet{DryRun: dry, Refused: out.Refused, Rows: []PlacingRow{}, Changes: []FiledPlacing{}}
	for _, row := range out.Rows {
		one := PlacingRow{Row: row.Row.No, Name: row.Row.Name, Kind: row.Kind, From: row.From, To: row.To, Findings: findingsOf(ctx, row)}
		if row.Student != uuid.Nil {
			one.StudentID = &row.Student
		}
		shown.Rows = append(shown.Rows, one)
	}
	for _, c := range out.Filed {
		shown.Changes = append(shown.Changes, FiledPlacing{ID: c.ID, CaseNo: c.CaseNo, Kind: c.Kind})
	}
	return shown
}

// findingsOf words what stands against a row.
func findingsOf(ctx context.Context, row placing.RowOutcome) []sheet.SheetFinding {
	list := []sheet.SheetFinding{}
	for _, e := range row.Refused {
		list = append(list, sheet.SheetFinding{Row: row.Row.No, Header: strings.TrimPrefix(e.Field, "/"), Code: e.Code, Severity: roster.Reject, Detail: rest.Sentence(ctx, e)})
	}
	return list
}

// refusedRows lists the rows that keep a sheet out, in the form of every sheet.
func refusedRows(ctx context.Context, out *placing.Outcome) []sheet.RosterRow {
	rows := []sheet.RosterRow{}
	for _, row := range out.Rows {
		if len(row.Refused) == 0 {
			continue
		}
		one := sheet.RosterRow{Row: row.Row.No, Verdict: registration.RowRejected, Name: row.Row.Name, Findings: findingsOf(ctx, row)}
		if row.Student != uuid.Nil {
			one.Student = &row.Student
		}
		rows = append(rows, one)
	}
	return rows
}
