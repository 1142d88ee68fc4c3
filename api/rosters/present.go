package rosters

import (
	"bytes"
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

type presentInput struct {
	Class  uuid.UUID            `query:"class_id" format:"uuid" required:"true"`
	Group  sheet.Group          `query:"group" required:"true" enum:"PERSON,MORE,SCHOOLING,CONTACT,CARE,WAY,MEMBER1,MEMBER2" doc:"The items of this part of the form that may be edited."`
	Reason student.RevealReason `query:"reason" required:"true" enum:"VERIFY_DOCUMENT,GUARDIAN_REQUEST,EXAM_REGISTRATION,TRANSFER,DATA_QUALITY,AUTHORITY_REQUEST" doc:"Why the numbers are needed in full; goes into the audit trail."`
}

func (s *server) presentRoutes() {
	const path = "/v1/students/updates/sheet"
	rest.Register(s.rest, rest.Operation{
		ID: "get-update-sheet", Method: http.MethodGet, Path: path, Action: authz.StudentEdit, Tag: "students", PersonOnly: true,
		Summary: "The sheet of a class with the present values, for update-students (下载现有信息)",
		Detail: "Name, number of the document and the items of one group that may be edited. The number finds the record again, so it stands in the sheet in full; who took it and why goes into the audit trail. " +
			"Pupils without a number are left out, and so are the numbers of families: an empty cell leaves an item as it is.",
	}, s.presentSheet)
	s.rest.DescribeDownload(path, rest.XLSX)
}

func (s *server) presentSheet(ctx context.Context, in *presentInput) (*rest.Download, error) {
	b, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (*bytes.Buffer, error) {
		class, err := office.ReadClass(tx, in.Class)
		if err != nil {
			return nil, err
		}
		school, err := office.Read(tx, class.SchoolID)
		if err != nil {
			return nil, err
		}
		if err := rest.Allow(ctx, school.Path); err != nil {
			return nil, err
		}
		rules, err := policy.InForce(tx, school.ProvinceCode)
		if err != nil {
			return nil, err
		}
		present := registration.PresentSheet{Class: class.ID, Fields: s.editable(rules, in.Group), Reason: in.Reason,
			Rules: roster.Rules{Reader: s.Sheets.Updates, Divisions: s.Sheets.Divisions}}
		var b bytes.Buffer
		return &b, present.Write(tx, &b)
	})
	if err != nil {
		return nil, err
	}
	return rest.Attachment(rest.XLSX, "批量更新.xlsx", b.Bytes()), nil
}

// editable lists the items of a group that are no key data in a province.
func (s *server) editable(rules process.Policy, group sheet.Group) []roster.Field {
	var fields []roster.Field
	template := s.Sheets.Reader.Template()
	for i := range template.Columns {
		c := &template.Columns[i]
		if sheet.GroupOf(c.Field) == group && student.GuardOf(rules, c) == roster.FreeItem {
			fields = append(fields, c.Field)
		}
	}
	return fields
}
