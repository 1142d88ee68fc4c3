package api

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

type studentEditInput struct {
	PathID
	IfMatch
	Body struct {
		Items  map[string]string `json:"items" minProperties:"1" maxProperties:"80" doc:"Items of the national sheet by their field names, as the page of the record lists them; an empty text clears an optional item." example:"{\"phone\": \"16316048782\"}"`
		Reason string            `json:"reason,omitempty" maxLength:"200" text:"free" doc:"Stands in the history."`
	}
}

// StudentEdited says what became of an edit.
type StudentEdited struct {
	Version  int64          `json:"version"`
	Changed  []roster.Field `json:"changed" doc:"Items that now have another value; none when the record said the same before."`
	Findings []SheetFinding `json:"findings" doc:"Values that were put right, and what somebody should look at."`
}

type studentEditOutput struct {
	ETag string `header:"ETag"`
	Body StudentEdited
}

type studentUpdatesInput struct {
	// The fields of uploadInput, flat: huma leaves them empty in an embedded struct.
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"multipart/form-data"`
	DryRun      bool   `query:"dry_run" doc:"Check only; nothing is written (试校验)."`
}

// StudentUpdates is the answer to a sheet of updates (批量更新).
type StudentUpdates struct {
	DryRun    bool           `json:"dry_run"`
	Updated   int            `json:"updated" doc:"Records that were changed; of a dry run, that would be."`
	Unchanged int            `json:"unchanged" doc:"Rows that say what the record says."`
	Refused   int            `json:"refused" doc:"Of a dry run only: any such row keeps the whole sheet out."`
	Findings  []SheetFinding `json:"findings" doc:"About the file as a whole."`
	Rows      []RosterRow    `json:"rows" doc:"Rows with findings: ACCEPT and REMARK change their record, SKIP does not, REJECT may not."`
}

func (s *server) studentEditRoutes() {
	const tag = "students"
	register(s, Operation{
		ID: "edit-student", Method: http.MethodPatch, Path: "/v1/students/{id}", Action: authz.StudentEdit, Tag: tag,
		Summary: "Change items of a record that are no key data (学生信息维护)",
		Detail: "In force at once, with a line of history, also while a change is running. Family members are items of the sheet too. " +
			"Key data (name, sex, birth date, identity document, and what the province adds) is refused: file a KEY_DATA_CHANGE. " +
			"Everything that is wrong is told at once, each at /items/FIELD.",
	}, s.editStudent)
	const updates = "/v1/students/updates"
	register(s, Operation{
		ID: "update-students", Method: http.MethodPost, Path: updates, Action: authz.StudentEdit, Tag: tag,
		MaxBody: s.rosterLimit() + uploadOverhead, Timeout: checkTime,
		Summary: "Change many records by a sheet (批量更新)",
		Detail: "An xlsx in the part \"file\": the national template or any of its columns, 姓名 and 身份证件号 among them, which name the record and are not changed; " +
			"at most " + strconv.Itoa(store.UpdateRows) + " pupils. It never makes a record. An empty cell leaves the item as it is; 无 clears an optional one. " +
			"All rows go in or none: one that is refused refuses the sheet (422), and rows has every finding. The file is not kept.",
	}, s.updateStudents)
	s.describeUpload(updates, "The sheet, xlsx.")
}

func (s *server) editStudent(ctx context.Context, in *studentEditInput) (*studentEditOutput, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	edit := store.StudentEdit{Version: version, Reason: in.Body.Reason, Items: map[roster.Field]string{}}
	for field, value := range in.Body.Items {
		edit.Items[roster.Field(field)] = value
	}
	var done *store.EditedStudent
	err = s.store.InScope(ctx, scopeOf(ctx), func(tx *store.Tx) error {
		record, err := tx.StudentRecord(in.ID)
		if err != nil {
			return err
		}
		if err := allow(ctx, record.OrgPath); err != nil {
			return err
		}
		done, err = tx.EditStudent(in.ID, edit, roster.Rules{Reader: s.sheets.reader, Divisions: s.sheets.divisions})
		return err
	})
	if err != nil {
		return nil, err
	}
	out := StudentEdited{Version: done.Version, Changed: done.Changed, Findings: showFindings(ctx, done.Findings)}
	if out.Changed == nil {
		out.Changed = []roster.Field{}
	}
	return &studentEditOutput{ETag: etag(done.Version), Body: out}, nil
}

func (s *server) updateStudents(ctx context.Context, in *studentUpdatesInput) (*body[StudentUpdates], error) {
	file, err := (&uploadInput{ContentType: in.ContentType, RawBody: in.RawBody}).file(s.rosterLimit())
	if err != nil {
		return nil, err
	}
	sheet := store.RosterSheet{File: bytes.NewReader(file.content), Size: int64(len(file.content)), Reader: s.sheets.updates, Divisions: s.sheets.divisions}
	done, err := s.store.UpdateStudents(ctx, scopeOf(ctx), sheet, in.DryRun)
	if err != nil {
		return nil, err
	}
	rows := make([]RosterRow, 0, len(done.Rows))
	for _, row := range done.Rows {
		rows = append(rows, showRow(ctx, row))
	}
	if done.Refused > 0 && !in.DryRun {
		return nil, &sheetRefusal{reason: refusal.New(refusal.UpdateRefused).With("count", strconv.Itoa(done.Refused)), rows: rows}
	}
	return bodyOf(StudentUpdates{DryRun: in.DryRun, Updated: done.Updated, Unchanged: done.Unchanged, Refused: done.Refused,
		Findings: showFindings(ctx, done.Findings), Rows: rows}), nil
}
