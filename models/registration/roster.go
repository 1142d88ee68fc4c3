package registration

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

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
	Findings        []roster.Finding `gorm:"-"` // about the file as a whole
	CreatedBy       uuid.UUID
	CreatedAt       time.Time
	ProgressAt      time.Time
	CheckedAt       *time.Time
	ChangeID        *uuid.UUID
	Version         int64
}

// RosterRow is one row of a roster for its school, without secrets.
type RosterRow struct {
	RowNo     int
	Verdict   RosterVerdict
	Name      string
	IDMasked  string
	ClassCode string
	Findings  []roster.Finding `gorm:"-"`
	StudentID *uuid.UUID
}

const rosterColumns = `id, school_id, org_path::text AS org_path, file_name, file_sha256, file_size, blob_key, template_version, state, attempt,
	rows_read, rows_good, rows_remarked, rows_rejected, rows_skipped, rows_present, rows_differing,
	rows_enrolled, rows_left_out, findings::text AS findings_json,
	created_by, created_at, progress_at, checked_at, change_id, version`

type rosterScan struct {
	Roster       `gorm:"embedded"`
	FindingsJSON string
}

func (s rosterScan) toRoster() (*Roster, error) {
	r := s.Roster
	if err := json.Unmarshal([]byte(s.FindingsJSON), &r.Findings); err != nil {
		return nil, fmt.Errorf("read the findings of a roster: %w", err)
	}
	return &r, nil
}

// ReadRoster reads one roster. The refusal is not_found when it is outside the scope.
func ReadRoster(t *store.Tx, id uuid.UUID) (*Roster, error) { return rosterWhere(t, "id = ?", id) }

func rosterWhere(t *store.Tx, condition string, args ...any) (*Roster, error) {
	var row rosterScan
	err := t.DB().Raw(`SELECT `+rosterColumns+` FROM roster WHERE `+condition, args...).Take(&row).Error
	if err != nil {
		return nil, store.OrMissing(err, "read a roster")
	}
	return row.toRoster()
}

// Rosters lists the rosters in scope, newest first, after the given one (uuid.Nil
// begins). A school of uuid.Nil means all schools.
func Rosters(t *store.Tx, school, after uuid.UUID, most int) ([]Roster, error) {
	query := t.DB().Table("roster").Select(rosterColumns).Order("created_at DESC, id DESC").Limit(most)
	if school != uuid.Nil {
		query = query.Where("school_id = ?", school)
	}
	if after != uuid.Nil {
		query = query.Where("(created_at, id) < (SELECT a.created_at, a.id FROM roster a WHERE a.id = ?)", after)
	}
	var rows []rosterScan
	if err := query.Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list rosters: %w", err)
	}
	list := make([]Roster, 0, len(rows))
	for _, row := range rows {
		r, err := row.toRoster()
		if err != nil {
			return nil, err
		}
		list = append(list, *r)
	}
	return list, nil
}

// ReadRosterRows returns the rows of a roster after a row number, in the order of the sheet.
// An empty verdict means all rows.
func ReadRosterRows(t *store.Tx, id uuid.UUID, verdict RosterVerdict, after, most int) ([]RosterRow, error) {
	query := t.DB().Table("roster_row").Where("roster_id = ? AND row_no > ?", id, after).Order("row_no").Limit(most).
		Select("row_no, verdict, name, id_masked, class_code, student_id, findings::text AS findings_json")
	if verdict != "" {
		query = query.Where("verdict = ?", string(verdict))
	}
	var rows []struct {
		RosterRow    `gorm:"embedded"`
		FindingsJSON string
	}
	if err := query.Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the rows of a roster: %w", err)
	}
	list := make([]RosterRow, len(rows))
	for i, row := range rows {
		list[i] = row.RosterRow
		if err := json.Unmarshal([]byte(row.FindingsJSON), &list[i].Findings); err != nil {
			return nil, fmt.Errorf("read the findings of a roster: %w", err)
		}
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
