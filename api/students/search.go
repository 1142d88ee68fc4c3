package students

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// StudentLine is one line of a search result (学籍查询); numbers are masked.
type StudentLine struct {
	ID            uuid.UUID     `json:"id"`
	Name          string        `json:"name"`
	Sex           string        `json:"sex" doc:"1 男, 2 女."`
	BirthDate     calendar.Date `json:"birth_date" format:"date"`
	IDNumber      string        `json:"id_number" doc:"Masked."`
	StudentNumber string        `json:"student_number" doc:"Student number (学籍号), masked."`
	EnrolStatus   string        `json:"enrol_status" example:"ENROLLED"`
	StatusLabel   string        `json:"status_label" example:"在读"`
	Stage         org.Stage     `json:"stage"`
	EntryYear     int           `json:"entry_year"`
	School        uuid.UUID     `json:"school_id"`
	SchoolName    string        `json:"school_name"`
	Class         *uuid.UUID    `json:"class_id,omitempty"`
	ClassName     string        `json:"class_name,omitempty"`
}

type searchInput struct {
	Body struct {
		Name        string              `json:"name,omitempty" maxLength:"100" doc:"Name, or a part of it: 50 characters, however it is typed."`
		NameMatch   student.NameMatch   `json:"name_match,omitempty" enum:"IS,BEGINS,CONTAINS" default:"IS" doc:"BEGINS and CONTAINS need two characters."`
		Number      string              `json:"student_number,omitempty" maxLength:"40" doc:"Student number (学籍号), in full."`
		IDNumber    string              `json:"id_number,omitempty" maxLength:"40" doc:"Number of the identity document, in full."`
		School      uuid.UUID           `json:"school_id,omitempty" format:"uuid"`
		Class       uuid.UUID           `json:"class_id,omitempty" format:"uuid"`
		Statuses    []string            `json:"statuses,omitempty" maxItems:"20" enum:"DRAFT,PENDING_SCHOOL,PENDING_BUREAU,ENROLLED,SUSPENDED,WITHDRAWN,EXPELLED,MISSING,OTHER_LEFT,ABROAD,TRANSFERRED_OUT,GRADUATED,COMPLETED,INCOMPLETE,DECEASED,DELETED" doc:"Life-cycle states. Left out: every state; a list of a class or a school then leaves out the dead and deleted records."`
		Stage       org.Stage           `json:"stage,omitempty" enum:"PRIMARY,JUNIOR,SENIOR"`
		Sex         string              `json:"sex,omitempty" enum:"1,2" doc:"1 男, 2 女."`
		EntryYear   int                 `json:"entry_year,omitempty" minimum:"1990" maximum:"2100" doc:"Year group (入学年份)."`
		Problem     string              `json:"problem,omitempty" enum:"ANY,ID_ERROR,DUP_WITH_ID,DUP_WITHOUT_ID" doc:"With an open problem (问题学籍)."`
		Dropout     bool                `json:"dropout,omitempty" doc:"Dropouts only (辍学)."`
		NumberClass string              `json:"number_class,omitempty" enum:"L,G,J" doc:"L 临时, G 正式, J 无证件."`
		Identity    string              `json:"identity_state,omitempty" enum:"UNCHECKED,MATCH,MISMATCH,NOT_FOUND,CANCELLED_BY_POLICE,MIGRATING,NOT_APPLICABLE" doc:"身份认证"`
		Order       student.SearchOrder `json:"order,omitempty" enum:"NAME" doc:"NAME: by name. Left out: the order that the operation describes."`
		Cursor      string              `json:"cursor,omitempty" maxLength:"400" doc:"next of the page before."`
		Limit       int                 `json:"limit,omitempty" minimum:"1" maximum:"200" default:"50"`
	}
}

// StateCount is how many records of an office are in one state.
type StateCount struct {
	Office      *uuid.UUID `json:"office_id,omitempty" doc:"With below: the office directly below."`
	OfficeName  string     `json:"office_name,omitempty"`
	Stage       org.Stage  `json:"stage"`
	EnrolStatus string     `json:"enrol_status"`
	StatusLabel string     `json:"status_label"`
	Count       int        `json:"count"`
}

type countInput struct {
	rest.PathID
	Below bool `query:"below" doc:"One line for each office directly below, for a county its schools, instead of the sum."`
}

type revealInput struct {
	rest.PathID
	Body struct {
		Field  student.Secret       `json:"field" enum:"id_number,student_number,aux_student_number,member1_id_number,member2_id_number"`
		Reason student.RevealReason `json:"reason" enum:"VERIFY_DOCUMENT,GUARDIAN_REQUEST,EXAM_REGISTRATION,TRANSFER,DATA_QUALITY,AUTHORITY_REQUEST" doc:"Goes into the audit trail."`
	}
}

// Revealed is one number in full.
type Revealed struct {
	Field student.Secret `json:"field"`
	Value string         `json:"value"`
}

func (s *server) studentRoutes() {
	const tag = "students"
	rest.Register(s.rest, rest.Operation{
		ID: "search-students", Method: http.MethodPost, Path: "/v1/students/search", Action: authz.StudentSearch, Tag: tag,
		Summary: "Search records (学籍查询)",
		Detail: "At least one of name, student number, ID number, school and class. A POST, so that no personal data stands in an address. " +
			"A class comes by the number in the class (班内学号) and then by name; names that begin alike by name; all else by ID.",
	}, s.searchStudents)
	rest.Register(s.rest, rest.Operation{
		ID: "get-student", Method: http.MethodGet, Path: "/v1/students/{id}", Action: authz.StudentRead, Tag: tag,
		Summary: "The page of a record (学籍卡)",
		Detail:  "All items of the national sheet, the facets, family, suspensions and the running change; numbers of documents are masked.",
	}, s.getStudent)
	rest.Register(s.rest, rest.Operation{
		ID: "student-history", Method: http.MethodGet, Path: "/v1/students/{id}/history", Action: authz.StudentHistory, Tag: tag,
		Summary: "What happened to a record, newest first (学籍变动记录)",
	}, s.studentHistory)
	rest.Register(s.rest, rest.Operation{
		ID: "reveal-number", Method: http.MethodPost, Path: "/v1/students/{id}/reveal", Action: authz.StudentReveal, Tag: tag, PersonOnly: true,
		Summary: "One number of a record in full (查看完整号码)",
		Detail:  "Needs a reason; who asked, for which number and why goes into the audit trail.",
	}, s.revealNumber)
	rest.Register(s.rest, rest.Operation{
		ID: "count-students", Method: http.MethodGet, Path: "/v1/orgs/{id}/student-counts", Action: authz.StudentSearch, Tag: tag,
		Summary: "Records of an office by state (在籍人数)",
		Detail:  "Of a school its own; of a bureau the sum over all schools below it.",
	}, s.countStudents)
}

func (s *server) searchStudents(ctx context.Context, in *searchInput) (*rest.Body[*rest.Page[StudentLine]], error) {
	b := in.Body
	q := student.Search{Name: b.Name, NameMatch: b.NameMatch, Number: b.Number, IDNumber: b.IDNumber,
		School: b.School, Class: b.Class, States: b.Statuses, Stage: b.Stage,
		Sex: b.Sex, EntryYear: b.EntryYear, Problem: b.Problem, Dropout: b.Dropout, NumberClass: b.NumberClass, Identity: b.Identity, Order: b.Order}
	paging := rest.Paging{Cursor: b.Cursor, Limit: b.Limit}
	return rest.List(ctx, s.Store, paging, uuid.Nil, func(tx *store.Tx, after uuid.UUID, most int) ([]student.FoundRecord, error) {
		q.After, q.Most = after, most
		return student.Find(tx, q)
	}, func(r student.FoundRecord) StudentLine { return showLine(ctx, r) }, func(r student.FoundRecord) uuid.UUID { return r.ID })
}

func showLine(ctx context.Context, r student.FoundRecord) StudentLine {
	return StudentLine{ID: r.ID, Name: r.Name, Sex: r.Sex, BirthDate: r.BirthDate, IDNumber: r.IDMasked, StudentNumber: r.NumberMasked,
		EnrolStatus: r.EnrolStatus, StatusLabel: rest.InLanguage(ctx, status.Enrol(r.EnrolStatus).Text()), Stage: r.Stage, EntryYear: r.EntryYear,
		School: r.SchoolID, SchoolName: r.SchoolName, Class: r.ClassID, ClassName: r.ClassName}
}

func (s *server) revealNumber(ctx context.Context, in *revealInput) (*rest.Body[Revealed], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (Revealed, error) {
		if err := mayTouch(ctx, tx, in.ID); err != nil {
			return Revealed{}, err
		}
		value, err := student.RevealSecret(tx, in.ID, in.Body.Field, in.Body.Reason)
		return Revealed{Field: in.Body.Field, Value: value}, err
	})
}

// mayTouch refuses who may not do what is asked at the school of a record.
func mayTouch(ctx context.Context, tx *store.Tx, id uuid.UUID) error {
	record, err := student.Read(tx, id)
	if err != nil {
		return err
	}
	return rest.Allow(ctx, record.OrgPath)
}

func (s *server) countStudents(ctx context.Context, in *countInput) (*rest.Body[[]StateCount], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) ([]StateCount, error) {
		if _, err := reach.Office(ctx, tx, in.ID); err != nil {
			return nil, err
		}
		list := []StateCount{}
		count := func(office uuid.UUID) ([]student.StateCount, error) { return student.Count(tx, office) }
		if in.Below {
			count = func(office uuid.UUID) ([]student.StateCount, error) { return student.CountBelow(tx, office) }
		}
		rows, err := count(in.ID)
		for _, r := range rows {
			list = append(list, StateCount{Office: r.Office, OfficeName: r.OfficeName, Stage: r.Stage, EnrolStatus: r.EnrolStatus,
				StatusLabel: rest.InLanguage(ctx, status.Enrol(r.EnrolStatus).Text()), Count: r.Count})
		}
		return list, err
	})
}
