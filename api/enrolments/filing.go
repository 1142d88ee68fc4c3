package enrolments

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// sheetLimit bounds the sheet of a school, in bytes.
const sheetLimit = 4 << 20

func (s *server) filingRoutes() {
	const tag = "enrolments"
	rest.Register(s.rest, rest.Operation{
		ID: "get-enrolment-template", Method: http.MethodGet, Path: "/v1/enrolments/template", Action: authz.EnrolmentFile, Tag: tag,
		Summary: "The empty sheet for graduates (招生模板下载)",
		Detail:  "An xlsx workbook with the columns 姓名, 学籍号 and 教育阶段; the last one may stay empty.",
	}, s.template)
	s.rest.DescribeDownload("/v1/enrolments/template", rest.XLSX)
	rest.Register(s.rest, rest.Operation{
		ID: "file-enrolment-sheet", Method: http.MethodPost, Path: "/v1/enrolments/sheet", Action: authz.EnrolmentFile, Tag: tag, Status: http.StatusCreated,
		MaxBody: sheetLimit + rest.UploadOverhead, KeyedAtWill: true,
		Summary: "Enrol the graduates of a sheet (上传招生表)",
		Detail:  "An xlsx workbook or a csv text in the part \"file\", with the header of the template. 200: a dry run, which tells everything against every row and keeps nothing. 201: filed as file-enrolment does, all rows or none; a refusal names the rows of the sheet.",
	}, s.fileSheet)
	s.rest.DescribeUpload("/v1/enrolments/sheet", "The sheet, xlsx or csv.")
	rest.Register(s.rest, rest.Operation{
		ID: "check-enrolment", Method: http.MethodPost, Path: "/v1/enrolments/check", Action: authz.EnrolmentFile, Tag: tag,
		Summary: "Look at every line of an enrolment before it is filed (招生预检)",
		Detail:  "Finds the graduates by name and student number and tells everything that stands against each line and against the whole, the plan with its numbers. Names that fit no number count as look-ups of the day.",
	}, s.check)
	rest.Register(s.rest, rest.Operation{
		ID: "file-enrolment", Method: http.MethodPost, Path: "/v1/enrolments", Action: authz.EnrolmentFile, Tag: tag, Keyed: true, Status: http.StatusCreated,
		Summary: "Enrol graduates (提交招生)",
		Detail:  "All lines or none. The lines become one change for each bureau whose schools the graduates come from, because each such bureau decides for its own.",
	}, s.file)
}

// EnrolmentLine is one graduate as the school names one.
type EnrolmentLine struct {
	Row    int    `json:"row,omitempty" minimum:"0" doc:"The row of the sheet, for refusals that name it."`
	Name   string `json:"name" maxLength:"100" text:"free"`
	Number string `json:"student_number" maxLength:"40" doc:"Student number (学籍号)."`
	Stage  string `json:"stage,omitempty" maxLength:"20" doc:"The stage that the graduate enters (教育阶段): PRIMARY, JUNIOR or SENIOR; left out for the next one." example:"JUNIOR"`
}

// EnrolmentFiling holds the graduates that a school or a bureau wants to enrol.
type EnrolmentFiling struct {
	Kind     string           `json:"kind" enum:"SELF_ENROLMENT,UNIFIED_ENROLMENT" doc:"A school files SELF_ENROLMENT (自主招生), the managing bureau of a school UNIFIED_ENROLMENT (统一招生)."`
	ToSchool string           `json:"to_school,omitempty" maxLength:"36" doc:"Of UNIFIED_ENROLMENT: code of the school." example:"3152000111"`
	Year     int              `json:"year,omitempty" minimum:"1980" maximum:"2100" doc:"The year in which the graduates enter; left out for the present one." example:"2027"`
	Lines    []EnrolmentLine  `json:"lines" maxItems:"500"`
	Remark   string           `json:"remark,omitempty" maxLength:"500" text:"free"`
	Evidence []EnrolmentPaper `json:"evidence,omitempty" maxItems:"20"`
}

// EnrolmentPaper attaches an uploaded file.
type EnrolmentPaper struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Kind string    `json:"kind" maxLength:"40" example:"ADMISSION_LIST"`
}

func (s *server) template(context.Context, *struct{}) (*rest.Download, error) {
	var b bytes.Buffer
	if err := enrolment.WriteTemplate(&b); err != nil {
		return nil, err
	}
	return rest.Attachment(rest.XLSX, "招生名单模板.xlsx", b.Bytes()), nil
}

type enrolmentInput struct{ Body EnrolmentFiling }

// request reads a filing, with the school that enrols. A kind is filed by one sort of
// office, and a bureau places graduates at schools that it manages itself.
func (s *server) request(ctx context.Context, b EnrolmentFiling) (enrolment.Request, error) {
	p := rest.PrincipalOf(ctx)
	q := enrolment.Request{Kind: process.Kind(b.Kind), Year: b.Year, School: org.OfficeRef{ID: p.Office.ID, Path: p.Office.Path, Province: p.Office.Province}}
	for _, l := range b.Lines {
		q.Lines = append(q.Lines, enrolment.Line{Row: l.Row, Name: l.Name, Number: l.Number, Stage: org.Stage(l.Stage)})
	}
	school := p.Office.Kind == org.School
	switch {
	case q.Kind == process.SelfEnrolment && !school:
		return q, refusal.New(refusal.FiledBySchool).At("/kind").WithText("kind", "自主招生", "Enrolment by the school")
	case q.Kind == process.UnifiedEnrolment && school:
		return q, refusal.New(refusal.FiledByBureau).At("/kind").WithText("kind", "统一招生", "Enrolment by the bureau")
	case school:
		return q, nil
	}
	list, err := rest.InScope(ctx, s.Store, func(tx *change.Tx) ([]office.Organisation, error) {
		return office.Search(tx.Tx, b.ToSchool, p.Office.Path, org.School, nil, 2)
	})
	if err != nil {
		return q, err
	}
	for _, o := range list {
		if o.Code == b.ToSchool && o.ClosedAt == nil && org.SuperiorPath(o.Path) == p.Office.Path {
			q.School = org.OfficeRef{ID: o.ID, Path: o.Path, Province: o.ProvinceCode}
			return q, nil
		}
	}
	return q, refusal.New(refusal.ListSchool).At("/to_school")
}

// EnrolmentCheck is an enrolment with everything that stands against it.
type EnrolmentCheck struct {
	Year    int             `json:"year" doc:"In which the graduates enter."`
	Fit     bool            `json:"fit" doc:"Nothing stands against it: it can be filed."`
	Late    bool            `json:"late" doc:"The enrolment of the year has ended; a filing is noted as late."`
	Against []rest.Finding  `json:"against" doc:"What stands against the whole: year, plan."`
	Lines   []CheckedLine   `json:"lines"`
	Changes []EnrolmentPart `json:"changes" doc:"The changes that a filing would make."`
}

// CheckedLine is a line with the graduate whom it names.
type CheckedLine struct {
	Row     int             `json:"row,omitempty" doc:"Of the sheet."`
	Name    string          `json:"name"`
	Number  string          `json:"student_number" doc:"As it was given; masked."`
	Pupil   *EnrolmentPupil `json:"pupil,omitempty" doc:"The graduate; left out while something stands against the line."`
	Against []rest.Finding  `json:"against"`
}

// EnrolmentPart is one change of a filing before it is filed.
type EnrolmentPart struct {
	Bureau string    `json:"bureau" doc:"Whose schools the graduates come from."`
	Stage  org.Stage `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	Lines  int       `json:"lines"`
}

// EnrolmentPupil is a graduate; numbers are masked.
type EnrolmentPupil struct {
	ID          uuid.UUID     `json:"id"`
	Name        string        `json:"name"`
	Number      string        `json:"student_number" doc:"Masked."`
	School      string        `json:"school" doc:"Of graduation."`
	GraduatedOn calendar.Date `json:"graduated_on,omitzero" format:"date"`
	Stage       org.Stage     `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR" doc:"That the graduate enters."`
	EntryYear   int           `json:"entry_year" doc:"The year group that the graduate enters."`
}

func findings(ctx context.Context, list []*refusal.Error) []rest.Finding {
	out := []rest.Finding{}
	for _, e := range list {
		out = append(out, rest.Finding{Code: string(e.Code), Pointer: e.Field, Detail: rest.Sentence(ctx, e)})
	}
	return out
}

// judge judges a filing and counts it as a look-up, in a transaction of its own: what was
// asked stays in the audit trail whatever becomes of the filing.
func (s *server) judge(ctx context.Context, q enrolment.Request) (*enrolment.Judged, error) {
	return rest.InScope(ctx, s.Store.Store, func(tx *store.Tx) (*enrolment.Judged, error) {
		j, err := enrolment.Judge(tx, q)
		if err != nil {
			return nil, err
		}
		return j, enrolment.CountLookups(tx, j)
	})
}

func (s *server) check(ctx context.Context, in *enrolmentInput) (*rest.Body[EnrolmentCheck], error) {
	q, err := s.request(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	j, err := s.judge(ctx, q)
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(*showCheck(ctx, j)), nil
}

func showCheck(ctx context.Context, j *enrolment.Judged) *EnrolmentCheck {
	out := &EnrolmentCheck{Year: j.Year, Fit: len(j.Refusals()) == 0, Late: j.Late, Against: findings(ctx, j.Whole), Lines: []CheckedLine{}, Changes: []EnrolmentPart{}}
	for _, l := range j.Lines {
		line := CheckedLine{Row: l.Row, Name: l.Name, Number: ident.MaskStudentNumber(l.Number), Against: findings(ctx, l.Refusals)}
		if len(l.Refusals) == 0 {
			line.Pupil = &EnrolmentPupil{ID: l.StudentID, Name: l.Subject.Name, Number: l.Subject.Number, School: l.Subject.School, GraduatedOn: l.GraduatedOn,
				Stage: l.Place.Stage, EntryYear: l.Place.EntryYear}
		}
		out.Lines = append(out.Lines, line)
	}
	if out.Fit {
		for _, part := range j.Parts() {
			out.Changes = append(out.Changes, EnrolmentPart{Bureau: part.Bureau, Stage: part.Stage, Lines: part.Lines})
		}
	}
	return out
}

// FiledEnrolment is one change of an enrolment that was filed.
type FiledEnrolment struct {
	ID      uuid.UUID `json:"id" doc:"The change: see get-change."`
	CaseNo  string    `json:"case_no" example:"52-20270701-000017"`
	Kind    string    `json:"kind" example:"SELF_ENROLMENT"`
	Name    string    `json:"kind_name" example:"自主招生"`
	Stage   org.Stage `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	Step    int       `json:"step"`
	Round   int       `json:"round"`
	FiledAt time.Time `json:"filed_at"`
}

// FiledEnrolments are the changes of one filing.
type FiledEnrolments struct {
	Changes []FiledEnrolment `json:"changes"`
}

type filedOutput struct {
	Location string `header:"Location"`
	Body     FiledEnrolments
}

func (s *server) file(ctx context.Context, in *enrolmentInput) (*filedOutput, error) {
	q, err := s.request(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	hash, err := rest.BodyHash(in.Body)
	if err != nil {
		return nil, err
	}
	filed, err := s.judgeAndFile(ctx, q, in.Body, hash)
	if err != nil {
		return nil, err
	}
	return &filedOutput{Location: filed.location(), Body: *filed}, nil
}

// judgeAndFile judges and files a request. The repeat of an answered call asks nothing new,
// and is not counted as a look-up.
func (s *server) judgeAndFile(ctx context.Context, q enrolment.Request, b EnrolmentFiling, hash []byte) (*FiledEnrolments, error) {
	known, err := rest.InScope(ctx, s.Store, func(tx *change.Tx) (bool, error) { return enrolment.Filed(tx, rest.IdempotencyKey(ctx), hash) })
	if err == nil && !known {
		_, err = s.judge(ctx, q)
	}
	if err != nil {
		return nil, err
	}
	return s.fileAll(ctx, q, b, hash)
}

// fileAll files a request with its papers and its remark.
func (s *server) fileAll(ctx context.Context, q enrolment.Request, b EnrolmentFiling, hash []byte) (*FiledEnrolments, error) {
	p := rest.PrincipalOf(ctx)
	f := enrolment.Filing{Request: q, Inputs: map[string]string{"remark": b.Remark}, Key: rest.IdempotencyKey(ctx), BodyHash: hash,
		Office: org.OfficeRef{ID: p.Office.ID, Path: p.Office.Path, Province: p.Office.Province}}
	if q.Kind == process.UnifiedEnrolment {
		f.Inputs["to_school"] = b.ToSchool
	}
	for _, e := range b.Evidence {
		f.Evidence = append(f.Evidence, evidence.Ref{ID: e.ID, Kind: e.Kind})
	}
	var list []*change.Change
	err := s.Desk.FileAll(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) (_ []*change.Change, err error) {
		list, err = enrolment.FileLists(tx, f)
		return list, err
	})
	if err != nil {
		return nil, err
	}
	out := &FiledEnrolments{Changes: []FiledEnrolment{}}
	for _, c := range list {
		out.Changes = append(out.Changes, FiledEnrolment{ID: c.ID, CaseNo: c.CaseNo, Kind: string(c.Kind), Name: rest.InLanguage(ctx, c.Definition.Name),
			Stage: c.Stage, Step: c.StepNo, Round: c.Round, FiledAt: c.FiledAt})
	}
	return out, nil
}

func (f *FiledEnrolments) location() string { return "/v1/changes/" + f.Changes[0].ID.String() }
