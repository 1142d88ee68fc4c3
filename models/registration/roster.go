package registration

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// RosterState is the state of an uploaded roster (名册).
type RosterState string

// The states of a roster.
const (
	RosterUploaded   RosterState = "UPLOADED"  // being checked; rows appear in batches
	RosterChecked    RosterState = "CHECKED"   // 待确认
	RosterUnfit      RosterState = "UNFIT"     // 不符合模板: nothing was staged
	RosterFiled      RosterState = "FILED"     // 审批中
	RosterRegistered RosterState = "ENROLLED"  // the good rows are records
	RosterRefused    RosterState = "REFUSED"   // 审核未通过
	RosterDiscarded  RosterState = "DISCARDED" // discarded by the school, or too old
)

// Text returns the name of the state for clerks, in both languages.
func (s RosterState) Text() process.Text {
	switch s {
	case RosterUploaded:
		return process.Text{Zh: "校验中", En: "being checked"}
	case RosterChecked:
		return process.Text{Zh: "待确认", En: "checked"}
	case RosterUnfit:
		return process.Text{Zh: "不符合模板", En: "not the template"}
	case RosterFiled:
		return process.Text{Zh: "审批中", En: "being decided"}
	case RosterRegistered:
		return process.Text{Zh: "已入籍", En: "in the register"}
	case RosterRefused:
		return process.Text{Zh: "审核未通过", En: "refused"}
	case RosterDiscarded:
		return process.Text{Zh: "已作废", En: "discarded"}
	}
	return process.Text{Zh: string(s), En: string(s)}
}

// refusal returns the refusal for an act that a roster in this state does not allow.
func (s RosterState) refusal() *refusal.Error {
	is := s.Text()
	return refusal.New(refusal.RosterState).WithText("state", is.Zh, is.En)
}

// RosterVerdict is the outcome of one row of the sheet.
type RosterVerdict string

// The verdicts.
const (
	RowAccepted RosterVerdict = "ACCEPT"
	RowRemarked RosterVerdict = "REMARK"   // taken, with a remark for the clerk
	RowRejected RosterVerdict = "REJECT"   // not taken
	RowSkipped  RosterVerdict = "SKIP"     // empty, or a copy of an earlier row
	RowLeftOut  RosterVerdict = "LEFT_OUT" // good at the check, impossible at the registration
	RowPresent  RosterVerdict = "PRESENT"  // the school has the pupil, with the same items
	RowDiffers  RosterVerdict = "DIFFERS"  // the school has the pupil, with other items
)

// RosterCounts is the progress and the result of a check.
type RosterCounts struct {
	Read     int `gorm:"column:rows_read"`
	Good     int `gorm:"column:rows_good"` // those with a remark included
	Remarked int `gorm:"column:rows_remarked"`
	Rejected int `gorm:"column:rows_rejected"`
	Skipped  int `gorm:"column:rows_skipped"`
	// Present and Differing count pupils whom the school has already.
	Present   int `gorm:"column:rows_present"`
	Differing int `gorm:"column:rows_differing"`
}

// goodVerdicts are the verdicts of rows that are to be registered.
func goodVerdicts() []RosterVerdict { return []RosterVerdict{RowAccepted, RowRemarked} }

func (c *RosterCounts) count(v RosterVerdict) {
	c.Read++
	switch v {
	case RowAccepted:
		c.Good++
	case RowRemarked:
		c.Good++
		c.Remarked++
	case RowRejected:
		c.Rejected++
	case RowSkipped:
		c.Skipped++
	case RowPresent:
		c.Present++
	case RowDiffers:
		c.Differing++
	case RowLeftOut: // decided at enrolment, never by a check
	}
}

// Roster is one uploaded sheet of a school.
type Roster struct {
	ID              uuid.UUID
	SchoolID        uuid.UUID
	OrgPath         string
	FileName        string
	FileSHA256      []byte `gorm:"column:file_sha256"`
	FileSize        int64
	BlobKey         string
	TemplateVersion string
	State           RosterState
	Attempt         int
	RosterCounts    `gorm:"embedded"`
	RowsEnrolled    int
	RowsLeftOut     int
	Findings        []roster.Finding `gorm:"serializer:json"` // about the file as a whole
	CreatedBy       uuid.UUID
	CreatedAt       time.Time
	ProgressAt      time.Time
	CheckedAt       *time.Time
	ChangeID        *uuid.UUID
	Version         int64
	// SchoolName is the present name of the school.
	SchoolName string `gorm:"->"`
	// JobID is the job that checks or has last checked the sheet; nil when the check was
	// made within the request.
	JobID    *uuid.UUID   `gorm:"->"`
	JobState job.JobState `gorm:"->"`
}

// CheckUnfinished reports whether a job checks the sheet and is not at its end: it runs, or
// it stopped and waits for somebody to resume it.
func (r *Roster) CheckUnfinished() bool {
	return r.State == RosterUploaded && r.JobID != nil && r.JobState != job.JobDone
}

// CheckStopped reports whether the job that checks the sheet waits for somebody to resume it.
func (r *Roster) CheckStopped() bool {
	return r.CheckUnfinished() && r.JobState != job.JobRunning
}

// CheckStalled reports whether a check within the request was cut off: it has made no
// progress for RosterStalled.
func (r *Roster) CheckStalled(now time.Time) bool {
	return r.State == RosterUploaded && !r.CheckUnfinished() && now.Sub(r.ProgressAt) >= RosterStalled
}

// StateText returns the name of the state for clerks. A check that stopped says so.
func (r *Roster) StateText() process.Text {
	if r.CheckStopped() {
		return process.Text{Zh: "校验已停止", En: "check stopped"}
	}
	return r.State.Text()
}

// RosterRow is one row of a roster for its school, without secrets.
type RosterRow struct {
	RowNo     int
	Verdict   RosterVerdict
	Name      string
	IDMasked  string
	ClassCode string
	Findings  []roster.Finding `gorm:"serializer:json"`
	StudentID *uuid.UUID
}

// TableName is the table of the rosters.
func (Roster) TableName() string { return "roster" }

// TableName is the table of the rows.
func (RosterRow) TableName() string { return "roster_row" }

// ReadRoster reads one roster. The refusal is not_found when it is outside the scope.
func ReadRoster(t *store.Tx, id uuid.UUID) (*Roster, error) { return rosterIn(t.DB(), "id = ?", id) }

// rosterColumns are the columns of the table, the name of the school, and the last job that checks the sheet.
const rosterColumns = `roster.*, (SELECT o.name FROM organisation o WHERE o.id = roster.school_id) AS school_name,
	(SELECT j.id FROM job j WHERE j.kind = '` + string(job.JobRosterCheck) + `' AND j.subject_id = roster.id ORDER BY j.created_at DESC, j.id DESC LIMIT 1) AS job_id,
	coalesce((SELECT j.state FROM job j WHERE j.kind = '` + string(job.JobRosterCheck) + `' AND j.subject_id = roster.id ORDER BY j.created_at DESC, j.id DESC LIMIT 1), '') AS job_state`

func rosterIn(db *gorm.DB, condition string, args ...any) (*Roster, error) {
	var r Roster
	if err := db.Select(rosterColumns).Where(condition, args...).Take(&r).Error; err != nil {
		return nil, store.OrMissing(err, "read a roster")
	}
	return &r, nil
}

// Rosters lists the rosters in scope, newest first, after the given one (uuid.Nil
// begins). A school of uuid.Nil means all schools.
func Rosters(t *store.Tx, school, after uuid.UUID, most int) (list []Roster, err error) {
	query := t.DB().Select(rosterColumns).Order("created_at DESC, id DESC").Limit(most)
	if school != uuid.Nil {
		query = query.Where("school_id = ?", school)
	}
	if after != uuid.Nil {
		query = query.Where("(created_at, id) < (SELECT a.created_at, a.id FROM roster a WHERE a.id = ?)", after)
	}
	if err := query.Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list rosters: %w", err)
	}
	return list, nil
}

// RowFilter says which rows of a roster are asked for; what is empty asks for all.
type RowFilter struct {
	Verdict RosterVerdict
	Code    refusal.Code // a finding that the row has
	Column  string       // where the finding stands, as M
}

// ReadRosterRows returns the rows of a roster after a row number, in the order of the sheet.
func ReadRosterRows(t *store.Tx, id uuid.UUID, filter RowFilter, after, most int) (list []RosterRow, err error) {
	query := t.DB().Where("roster_id = ? AND row_no > ?", id, after).Order("row_no").Limit(most)
	if filter.Verdict != "" {
		query = query.Where("verdict = ?", filter.Verdict)
	}
	if filter.Code != "" || filter.Column != "" {
		query = query.Where(`EXISTS (SELECT 1 FROM jsonb_array_elements(findings) f
			WHERE ? IN ('', f ->> 'Code') AND ? IN ('', f ->> 'Column'))`, filter.Code, filter.Column)
	}
	if err := query.Select("row_no", "verdict", "name", "id_masked", "class_code", "findings", "student_id").Find(&list).Error; err != nil {
		return nil, fmt.Errorf("read the rows of a roster: %w", err)
	}
	return list, nil
}

// ShowCorrections shows corrected names and telephone numbers in full in rows that are
// not registered yet. It is for the school that handed them in; all others see them
// masked.
func ShowCorrections(t *store.Tx, id uuid.UUID, template *roster.Template, rows []RosterRow) error {
	at := map[int]*RosterRow{}
	var numbers []int
	for i := range rows {
		if slices.ContainsFunc(rows[i].Findings, template.CorrectedInFull) {
			at[rows[i].RowNo] = &rows[i]
			numbers = append(numbers, rows[i].RowNo)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	var sealed []struct {
		RowNo   int
		Payload []byte
	}
	err := t.DB().Raw(`SELECT row_no, payload FROM roster_row WHERE roster_id = ? AND row_no IN ? AND payload IS NOT NULL`, id, numbers).Scan(&sealed).Error
	if err != nil {
		return fmt.Errorf("read the names of a roster: %w", err)
	}
	for _, row := range sealed {
		values, err := student.OpenRosterRow(t.Store(), id, row.RowNo, row.Payload)
		if err != nil {
			return err
		}
		at[row.RowNo].Findings = template.WithNames(at[row.RowNo].Findings, values)
	}
	return nil
}
