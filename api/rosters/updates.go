package rosters

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
)

type studentUpdatesInput struct {
	// The fields of rest.UploadInput, flat: huma leaves them empty in an embedded struct.
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"multipart/form-data"`
	DryRun      bool   `query:"dry_run" doc:"Check only; nothing is written (试校验)."`
}

// StudentUpdates is the answer to a sheet of updates (批量更新).
type StudentUpdates struct {
	DryRun    bool                 `json:"dry_run"`
	Updated   int                  `json:"updated" doc:"Records that were changed; of a dry run, that would be."`
	Unchanged int                  `json:"unchanged" doc:"Rows that say what the record says."`
	Refused   int                  `json:"refused" doc:"Of a dry run only: any such row keeps the whole sheet out."`
	Findings  []sheet.SheetFinding `json:"findings" doc:"About the file as a whole."`
	Rows      []sheet.RosterRow    `json:"rows" doc:"Rows with findings: ACCEPT and REMARK change their record, SKIP does not, REJECT may not."`
}

// studentUpdateRoutes registers the sheet that changes many records.
func (s *server) studentUpdateRoutes() {
	const tag = "students"
	const updates = "/v1/students/updates"
	rest.Register(s.rest, rest.Operation{
		ID: "update-students", Method: http.MethodPost, Path: updates, Action: authz.StudentEdit, Tag: tag,
		MaxBody: s.rosterLimit() + rest.UploadOverhead, Timeout: checkTime,
		Summary: "Change many records by a sheet (批量更新)",
		Detail: "An xlsx in the part \"file\": the national template or any of its columns, 姓名 and 身份证件号 among them, which name the record and are not changed; " +
			"at most " + strconv.Itoa(registration.MaxUpdateRows) + " pupils. It never makes a record. An empty cell leaves the item as it is; 无 clears an optional one. " +
			"All rows go in or none: one that is refused refuses the sheet (422), and rows has every finding. The file is not kept.",
	}, s.updateStudents)
	s.rest.DescribeUpload(updates, "The sheet, xlsx.")
	s.rest.DescribeRows([]sheet.RosterRow(nil), "Of a refused sheet of updates: every row with findings.")
}

func (s *server) updateStudents(ctx context.Context, in *studentUpdatesInput) (*rest.Body[StudentUpdates], error) {
	file, err := (&rest.UploadInput{ContentType: in.ContentType, RawBody: in.RawBody}).File(s.rosterLimit())
	if err != nil {
		return nil, err
	}
	updates := registration.RosterSheet{File: bytes.NewReader(file.Content), Size: int64(len(file.Content)), Reader: s.Sheets.Updates, Divisions: s.Sheets.Divisions}
	done, err := registration.UpdateStudents(ctx, s.Store, rest.ScopeOf(ctx), updates, in.DryRun)
	if err != nil {
		return nil, err
	}
	rows := make([]sheet.RosterRow, 0, len(done.Rows))
	for _, row := range done.Rows {
		rows = append(rows, sheet.ShowRow(ctx, row))
	}
	if done.Refused > 0 && !in.DryRun {
		return nil, sheet.Refuse(refusal.New(refusal.UpdateRefused).With("count", strconv.Itoa(done.Refused)), rows)
	}
	return rest.BodyOf(StudentUpdates{DryRun: in.DryRun, Updated: done.Updated, Unchanged: done.Unchanged, Refused: done.Refused,
		Findings: sheet.ShowFindings(ctx, done.Findings), Rows: rows}), nil
}
