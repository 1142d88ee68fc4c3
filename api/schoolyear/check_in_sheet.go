package schoolyear

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
)

// arrivalSheetLimit is the size of a sheet of 2,000 rows many times over.
const arrivalSheetLimit = 4 << 20

type arrivalTemplateInput struct {
	TermQuery

	Stage     org.Stage `query:"stage" required:"true" enum:"PRIMARY,JUNIOR,SENIOR"`
	EntryYear int       `query:"entry_year" required:"true" minimum:"1980" maximum:"2100"`
}

type arrivalSheetInput struct {
	// The fields of rest.UploadInput, flat: huma leaves them empty in an embedded struct.
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"multipart/form-data"`
	TermQuery

	MissingSince string `query:"missing_since" format:"date" doc:"The day on which those who did not come should have come; left out: today."`
	DryRun       bool   `query:"dry_run" doc:"Preview only; nothing is noted (预览)."`
}

// ArrivalSheet is the answer to a sheet of who came.
type ArrivalSheet struct {
	DryRun  bool              `json:"dry_run"`
	Refused int               `json:"refused" doc:"Of a preview only: any such row keeps the whole sheet out."`
	Came    int               `json:"came"`
	Absent  int               `json:"absent"`
	Rows    []sheet.RosterRow `json:"rows" doc:"Every row that says whether a pupil came, with why it cannot be noted."`
}

func (s *server) arrivalSheetRoutes() {
	const tag, path = "school-years", "/v1/check-in/sheet"
	rest.Register(s.rest, rest.Operation{
		ID: "check-in-template", Method: http.MethodGet, Path: path, Action: authz.CheckInNote, Tag: tag,
		Summary: "The sheet of a year group to note who came (报到模板)",
		Detail:  "An xlsx with the enrolled pupils of a year group of the own school, class by class, and what was noted of them in the term. Numbers are masked: 系统编号 names the record.",
	}, s.arrivalTemplate)
	rest.Register(s.rest, rest.Operation{
		ID: "check-in-by-sheet", Method: http.MethodPost, Path: path, Action: authz.CheckInNote, Tag: tag, MaxBody: arrivalSheetLimit + rest.UploadOverhead,
		Summary: "Note who came by a sheet (导入报到情况)",
		Detail: "An xlsx in the part \"file\": 系统编号 or 学籍号, 姓名, 是否报到 (是 or 否) and 未报到原因; rows without a word in 是否报到 are left alone. All rows or none: " +
			"a row that cannot be noted refuses the sheet (422), and rows has every finding. What was noted before is replaced, so the same sheet may come twice. The file is not kept.",
	}, s.checkInBySheet)
	s.rest.DescribeUpload(path, "The sheet, xlsx.")
	s.rest.DescribeDownload(path, rest.XLSX)
}

func (s *server) arrivalTemplate(ctx context.Context, in *arrivalTemplateInput) (*rest.Download, error) {
	school := rest.PrincipalOf(ctx).Office
	var b bytes.Buffer
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		if err := rest.Allow(ctx, school.Path); err != nil {
			return err
		}
		return schoolyear.WriteArrivals(tx, school.ID, in.Stage, in.EntryYear, in.term(), &b)
	})
	if err != nil {
		return nil, err
	}
	return rest.Attachment(rest.XLSX, fmt.Sprintf("%d级报到.xlsx", in.EntryYear), b.Bytes()), nil
}

func (s *server) checkInBySheet(ctx context.Context, in *arrivalSheetInput) (*rest.Body[ArrivalSheet], error) {
	file, err := (&rest.UploadInput{ContentType: in.ContentType, RawBody: in.RawBody}).File(arrivalSheetLimit)
	if err != nil {
		return nil, err
	}
	office := rest.PrincipalOf(ctx).Office
	handed := schoolyear.ArrivalSheet{School: org.OfficeRef{ID: office.ID, Path: office.Path, Province: office.Province}, Term: in.term()}
	if in.MissingSince != "" {
		if handed.Since, err = calendar.ParseDate(in.MissingSince); err != nil {
			return nil, refusal.New(refusal.WrongFormat).At("missing_since").With("field", "missing_since")
		}
	}
	if handed.Rows, err = schoolyear.ReadArrivals(bytes.NewReader(file.Content), int64(len(file.Content))); err != nil {
		return nil, err
	}
	out := ArrivalSheet{DryRun: in.DryRun, Rows: []sheet.RosterRow{}}
	var rows []schoolyear.ArrivalOutcome
	err = s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) (err error) {
		if err := rest.Allow(ctx, office.Path); err != nil {
			return err
		}
		rows, out.Refused, err = schoolyear.CheckInBySheet(tx, handed, in.DryRun)
		return err
	})
	if err != nil {
		return nil, err
	}
	var against []sheet.RosterRow
	for _, row := range rows {
		if row.Came {
			out.Came++
		} else {
			out.Absent++
		}
		shown := showArrival(ctx, row)
		if len(row.Refused) > 0 {
			against = append(against, shown)
		}
		out.Rows = append(out.Rows, shown)
	}
	if len(against) > 0 && !in.DryRun {
		return nil, sheet.Refuse(refusal.New(refusal.PlacingRows).With("count", strconv.Itoa(len(against))), against)
	}
	return rest.BodyOf(out), nil
}

// showArrival shows one row with what stands against it, in the form of every sheet.
func showArrival(ctx context.Context, row schoolyear.ArrivalOutcome) sheet.RosterRow {
	one := sheet.RosterRow{Row: row.Row.No, Verdict: registration.RowAccepted, Name: row.Row.Name, Findings: []sheet.SheetFinding{}}
	if row.Student != uuid.Nil {
		one.Student = &row.Student
	}
	for _, e := range row.Refused {
		one.Verdict = registration.RowRejected
		one.Findings = append(one.Findings, sheet.SheetFinding{Row: row.Row.No, Header: strings.TrimPrefix(e.Field, "/"), Code: e.Code, Severity: roster.Reject, Detail: rest.Sentence(ctx, e)})
	}
	return one
}
