package students

import (
	"context"
	"net/http"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

type studentEditInput struct {
	rest.PathID
	rest.IfMatch
	Body struct {
		Items  map[string]string `json:"items" minProperties:"1" maxProperties:"80" doc:"Items of the national sheet by their field names, as the page of the record lists them; an empty text clears an optional item." example:"{\"phone\": \"16316048782\"}"`
		Reason string            `json:"reason,omitempty" maxLength:"200" text:"free" doc:"Stands in the history."`
	}
}

// StudentEdited says what became of an edit.
type StudentEdited struct {
	Version  int64                `json:"version"`
	Changed  []roster.Field       `json:"changed" doc:"Items that now have another value; none when the record said the same before."`
	Findings []sheet.SheetFinding `json:"findings" doc:"Values that were put right, and what somebody should look at."`
}

type studentEditOutput struct {
	ETag string `header:"ETag"`
	Body StudentEdited
}

func (s *server) studentEditRoutes() {
	const tag = "students"
	rest.Register(s.rest, rest.Operation{
		ID: "edit-student", Method: http.MethodPatch, Path: "/v1/students/{id}", Action: authz.StudentEdit, Tag: tag,
		Summary: "Change items of a record that are no key data (学生信息维护)",
		Detail: "In force at once, with a line of history, also while a change is running. Family members are items of the sheet too. " +
			"Key data (name, sex, birth date, identity document, and what the province adds) is refused: file a KEY_DATA_CHANGE. " +
			"Everything that is wrong is told at once, each at /items/FIELD.",
	}, s.editStudent)
}

func (s *server) editStudent(ctx context.Context, in *studentEditInput) (*studentEditOutput, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	edit := student.EditRequest{Version: version, Reason: in.Body.Reason, Items: map[roster.Field]string{}}
	for field, value := range in.Body.Items {
		edit.Items[roster.Field(field)] = value
	}
	var done *student.EditOutcome
	err = s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		record, err := student.Read(tx, in.ID)
		if err != nil {
			return err
		}
		if err := rest.Allow(ctx, record.OrgPath); err != nil {
			return err
		}
		done, err = student.Edit(tx, in.ID, edit, roster.Rules{Reader: s.Sheets.Reader, Divisions: s.Sheets.Divisions})
		return err
	})
	if err != nil {
		return nil, err
	}
	out := StudentEdited{Version: done.Version, Changed: done.Changed, Findings: sheet.ShowFindings(ctx, done.Findings)}
	if out.Changed == nil {
		out.Changed = []roster.Field{}
	}
	return &studentEditOutput{ETag: rest.ETag(done.Version), Body: out}, nil
}
