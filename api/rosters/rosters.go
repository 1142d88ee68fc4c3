package rosters

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
)

// defaultRosterLimit is how large a sheet may be unless Deps says otherwise;
// the largest that Xueji takes by rows has a third of it.
const defaultRosterLimit = 20 << 20

// checkTime bounds the check of one sheet; it goes on when its sender hangs up.
const checkTime = 5 * time.Minute

// Roster is an uploaded student sheet (名册) and what its check found.
type Roster struct {
	ID         uuid.UUID                `json:"id"`
	School     uuid.UUID                `json:"school_id"`
	SchoolName string                   `json:"school_name"`
	FileName   string                   `json:"file_name"`
	FileKept   bool                     `json:"file_kept" doc:"Sheets are deleted after 30 days."`
	State      registration.RosterState `json:"state" enum:"UPLOADED,CHECKED,UNFIT,FILED,ENROLLED,REFUSED,DISCARDED"`
	StateLabel string                   `json:"state_label" example:"待确认"`
	Template   string                   `json:"template,omitempty"`
	Counts     RosterCounts             `json:"counts"`
	Enrolled   int                      `json:"enrolled" doc:"Rows that became records."`
	LeftOut    int                      `json:"left_out" doc:"Rows that were good and could no longer go in."`
	Findings   []sheet.SheetFinding     `json:"findings" doc:"About the file as a whole."`
	Change     *uuid.UUID               `json:"change_id,omitempty" doc:"The change that carries the roster."`
	CreatedBy  uuid.UUID                `json:"created_by"`
	CreatedAt  time.Time                `json:"created_at"`
	CheckedAt  *time.Time               `json:"checked_at,omitempty"`
	Job        *uuid.UUID               `json:"job_id,omitempty" doc:"The job that checks a long sheet, or has checked it last."`
	JobState   job.JobState             `json:"job_state,omitempty" enum:"RUNNING,DONE,FAILED,CANCELLED"`
	Version    int64                    `json:"version"`
}

// RosterCounts is the progress of a check and then its result.
type RosterCounts struct {
	Read     int `json:"read"`
	Good     int `json:"good" doc:"To be taken, those with a remark included."`
	Remarked int `json:"remarked" doc:"To be taken, with a correction or a remark to look at."`
	Rejected int `json:"rejected"`
	Skipped  int `json:"skipped" doc:"Blank rows, exact copies, and rows that hold no pupil, such as totals."`
	// Pupils whom the school has already are no fault of the sheet.
	Present   int `json:"present" doc:"Pupils who are in the school's register already, which says the same (已在籍，无变化)."`
	Differing int `json:"differing" doc:"Pupils who are in the school's register already, which says something else (已在籍，内容不同): the finding names the items."`
}

// RosterFindings lists the findings of the rows of a roster, one entry for each code and column.
type RosterFindings struct {
	Items []RosterFinding `json:"items" doc:"What keeps rows out comes first, then what stands in most rows."`
}

// RosterFinding is one kind of finding in one column: that of the first row, and in how many rows it stands.
type RosterFinding struct {
	sheet.SheetFinding

	Rows int `json:"rows"`
}

// RosterUpload is the answer to an upload.
type RosterUpload struct {
	DryRun   bool                 `json:"dry_run"`
	Repeated bool                 `json:"repeated" doc:"The same file is in hand already: this is that roster, nothing was changed. A file that was enrolled makes a new roster."`
	Fit      bool                 `json:"fit" doc:"False when the file as a whole cannot be used (不符合模板)."`
	Counts   RosterCounts         `json:"counts"`
	Findings []sheet.SheetFinding `json:"findings" doc:"About the file as a whole."`
	Roster   *Roster              `json:"roster,omitempty" doc:"Left out of a dry run."`
	Rows     []sheet.RosterRow    `json:"rows,omitempty" doc:"Of a dry run: the rows with findings, the first 2,000."`
	Job      *uuid.UUID           `json:"job_id,omitempty" doc:"With 202: the job that checks the sheet."`
	Next     string               `json:"next,omitempty" doc:"With 202: what goes on, and what to do."`
}

type rosterUploadInput struct {
	// The fields of rest.UploadInput, flat: huma leaves them empty in an embedded struct.
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"multipart/form-data"`
	DryRun      bool   `query:"dry_run" doc:"Check only; nothing is kept (试校验)."`
}

type rosterListInput struct {
	rest.Paging
	School string `query:"school_id" format:"uuid" doc:"Of one school only."`
}

type rosterRowsInput struct {
	rest.PathID
	rest.Paging
	Verdict registration.RosterVerdict `query:"verdict" enum:"ACCEPT,REMARK,REJECT,SKIP,LEFT_OUT,PRESENT,DIFFERS"`
	Code    refusal.Code               `query:"code" maxLength:"60" doc:"Rows with this finding only."`
	Column  string                     `query:"column" maxLength:"3" doc:"Rows with a finding in this column only; with a code, with that finding there."`
}

type rosterUploadOutput struct {
	Status   int
	Location string `header:"Location" doc:"With 202: the job that checks the sheet."`
	Body     RosterUpload
}

type recheckOutput struct {
	Status   int
	Location string `header:"Location" doc:"With 202: the job that checks the sheet."`
	Body     Roster
}

func (s *server) rosterLimit() int64 {
	if s.RosterLimit > 0 {
		return s.RosterLimit
	}
	return defaultRosterLimit
}

func (s *server) rosterRoutes() {
	const tag = "rosters"
	rest.Register(s.rest, rest.Operation{
		ID: "get-roster-template", Method: http.MethodGet, Path: "/v1/rosters/template", Action: authz.RosterImport, Tag: tag,
		Summary: "The template of the national student sheet (下载模板)",
	}, s.rosterTemplate)
	s.rest.DescribeDownload("/v1/rosters/template", rest.XLSX)
	rest.Register(s.rest, rest.Operation{
		ID: "upload-roster", Method: http.MethodPost, Path: "/v1/rosters", Action: authz.RosterImport, Tag: tag, Status: http.StatusCreated,
		MaxBody: s.rosterLimit() + rest.UploadOverhead, Timeout: checkTime, KeyedAtWill: true,
		Summary: "Upload and check a roster (上传并校验名册)",
		Detail: "An xlsx of the national sheet in the part \"file\". The answer comes when the check is done; meanwhile its progress shows in get-roster. " +
			"201: a new roster; 200: a dry run, or the same file as before, which changes nothing. " +
			"A check that was cut off is taken over by uploading the file again. " +
			"202: the sheet is long (bulk.list_rows) and is checked as a job; Location and job_id name it. The roster is CHECKED or UNFIT when the job is DONE. The same file answers 202 with the same job while it is checked, " +
			"and lets a job go on that had stopped. A key that was used with another file is refused (422). A dry run is always checked in the request.",
	}, s.uploadRoster)
	s.rest.DescribeUpload("/v1/rosters", "The filled template, xlsx.")
	rest.Register(s.rest, rest.Operation{
		ID: "list-rosters", Method: http.MethodGet, Path: "/v1/rosters", Action: authz.RosterRead, Tag: tag,
		Summary: "Rosters in my scope, newest first (名册列表)",
	}, s.listRosters)
	rest.Register(s.rest, rest.Operation{
		ID: "get-roster", Method: http.MethodGet, Path: "/v1/rosters/{id}", Action: authz.RosterRead, Tag: tag,
		Summary: "State, progress and counts of a roster (名册)",
	}, s.getRoster)
	rest.Register(s.rest, rest.Operation{
		ID: "list-roster-rows", Method: http.MethodGet, Path: "/v1/rosters/{id}/rows", Action: authz.RosterRead, Tag: tag,
		Summary: "Rows of a roster with their findings (逐行说明)",
	}, s.listRosterRows)
	rest.Register(s.rest, rest.Operation{
		ID: "list-roster-findings", Method: http.MethodGet, Path: "/v1/rosters/{id}/findings", Action: authz.RosterRead, Tag: tag,
		Summary: "What was found in the rows of a roster, by kind and column (校验问题汇总)",
	}, s.listRosterFindings)
	const findings = "/v1/rosters/{id}/findings.xlsx"
	rest.Register(s.rest, rest.Operation{
		ID: "get-roster-findings", Method: http.MethodGet, Path: findings, Action: authz.RosterImport, Tag: tag, Timeout: 2 * time.Minute,
		Summary: "What was found in my file, as a file (下载逐行说明)",
		Detail: "With a reason: my own file with the findings beside each row, to be put right and handed in again; its numbers stand in it in full, and who took how many out and why goes into the audit trail. " +
			"Without: a list of the findings, numbers masked. Where a workbook cannot be written, because of its size or its make, the list comes as csv (UTF-8): look at Content-Type.",
	}, s.rosterFindings)
	s.rest.DescribeDownload(findings, rest.XLSX, rest.CSV)
	rest.Register(s.rest, rest.Operation{
		ID: "check-roster", Method: http.MethodPost, Path: "/v1/rosters/{id}/check", Action: authz.RosterImport, Tag: tag, Timeout: checkTime,
		Summary: "Check a roster once more (重新校验)",
		Detail: "For a check that was cut off, and after classes were made. A roster that was filed is not checked again. " +
			"202: the sheet is long and is checked as a job; a job that had stopped goes on.",
	}, s.recheckRoster)
	rest.Register(s.rest, rest.Operation{
		ID: "discard-roster", Method: http.MethodDelete, Path: "/v1/rosters/{id}", Action: authz.RosterImport, Tag: tag, Status: http.StatusNoContent,
		Summary: "Throw a roster away that was not filed (作废名册)",
	}, s.discardRoster)
}
