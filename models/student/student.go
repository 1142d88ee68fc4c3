package student

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// Record is a student record (学籍) for its page: the facets, all items of the
// national sheet, family, class and running change. Numbers of documents are masked;
// RevealSecret returns one in full, for a reason.
type Record struct {
	ID         uuid.UUID
	SchoolID   uuid.UUID
	OrgPath    string
	SchoolCode string `item:"school_code"`
	SchoolName string
	ClassID    *uuid.UUID
	ClassCode  string `item:"class_code"`
	ClassName  string
	GradeName  string
	HoldsSeat  bool
	Stage      org.Stage
	EntryYear  int

	Name         string        `item:"name"`
	Sex          string        `item:"sex"`
	BirthDate    calendar.Date `item:"birth_date"`
	IDType       string        `item:"id_type"`
	IDMasked     string        `item:"id_number"`
	NumberClass  string        // "", L, G or J
	NumberMasked string

	EnrolStatus   string
	InRegister    bool
	OnCampus      bool
	DedupeState   string
	IdentityState string
	ProblemFlags  []string `gorm:"-"`
	Dropout       bool

	EntryYM           string `item:"entry_ym"`
	EntryMode         string `item:"entry_mode"`
	StudyMode         string `item:"study_mode"`
	Ethnicity         string `item:"ethnicity"`
	Nationality       string `item:"nationality"`
	HouseholdType     string `item:"household_type"`
	HouseholdDivision string `item:"household_division"`
	BirthDivision     string `item:"birth_division"`
	LeftBehind        string `item:"left_behind"`
	MigrantChild      string `item:"migrant_child"`
	Orphan            string `item:"orphan"`
	BoardingSubsidy   string `item:"boarding_subsidy"`
	Disability        string `item:"disability"`
	// Details are the remaining items of the sheet by their field names.
	Details map[string]string `gorm:"-"`

	RosterID  *uuid.UUID
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time

	Guardians   []Guardian         `gorm:"-"`
	Suspensions []SuspensionPeriod `gorm:"-"`
	// IdentityCheck is the last answer of the population database; nil when it was not asked.
	IdentityCheck *IdentityCheck `gorm:"-"`

	Running *RunningChange  `gorm:"-"`
	Beside  []RunningChange `gorm:"-"` // a change of key data, while the other waits for its day
}

// SuspensionPeriod is one suspension (休学) of a record; EndedOn is zero while it lasts.
type SuspensionPeriod struct {
	ID         uuid.UUID
	ChangeID   uuid.UUID
	ReasonCode string
	FromDate   calendar.Date
	UntilDate  calendar.Date
	EndedOn    calendar.Date
	EndedBy    *uuid.UUID
	Extended   int
	Stage      org.Stage // of the record when it began
}

// RunningChange says that a change of the record is running (异动中).
type RunningChange struct {
	// ChangeID is nil for readers who may know only that a change is running.
	ChangeID *uuid.UUID
	// EffectiveOn is the later day on which an approved change is in force.
	EffectiveOn calendar.Date
}

// recordFacetColumns are the columns of a record that hold no item of the sheet, and the
// items that stand elsewhere than in a column named like them.
const recordFacetColumns = `s.id, s.school_id, s.org_path::text AS org_path, o.code AS school_code, o.name AS school_name,
	s.class_id, coalesce(c.code, '') AS class_code, coalesce(c.name, '') AS class_name, coalesce(g.name, '') AS grade_name,
	s.holds_seat, s.stage, s.entry_year, s.id_masked, s.number_class, s.number_masked,
	s.enrol_status, s.in_register, s.on_campus, s.dedupe_state, s.identity_state, s.dropout, s.roster_id, s.version, s.created_at, s.updated_at,
	to_json(s.problem_flags)::text AS flags_json, s.details::text AS details_json`

const recordTables = ` FROM student s JOIN organisation o ON o.id = s.school_id
	LEFT JOIN school_class c ON c.id = s.class_id LEFT JOIN school_grade g ON g.id = c.grade_id `

// recordRow is a row of recordColumns.
type recordRow struct {
	Record
	FlagsJSON   string
	DetailsJSON string
}

func (row *recordRow) toRecord() (*Record, error) {
	r := row.Record
	if err := errors.Join(json.Unmarshal([]byte(row.FlagsJSON), &r.ProblemFlags), json.Unmarshal([]byte(row.DetailsJSON), &r.Details)); err != nil {
		return nil, fmt.Errorf("read a student record: %w", err)
	}
	return &r, nil
}

// Read reads the page of one record. The refusal is not_found when it is outside
// the scope.
func Read(t *store.Tx, id uuid.UUID) (*Record, error) {
	r, err := ReadRecord(t, id)
	if err != nil {
		return nil, err
	}
	if r.IdentityCheck, err = LastIdentityCheck(t, id); err != nil {
		return nil, err
	}
	running, err := runningChangesOf(t, id)
	if err != nil {
		return nil, err
	}
	if len(running) > 0 {
		r.Running, r.Beside = &running[0], running[1:]
	}
	return r, nil
}

// ReadRecord reads the record itself, without the facts that depend on the reader's scope.
func ReadRecord(t *store.Tx, id uuid.UUID) (*Record, error) {
	var row recordRow
	err := t.DB().Raw(`SELECT `+recordColumns()+recordTables+`WHERE s.id = ?`, id).Take(&row).Error
	if err != nil {
		return nil, store.OrMissing(err, "read a student record")
	}
	r, err := row.toRecord()
	if err != nil {
		return nil, err
	}
	if r.Guardians, err = guardiansOf(t, id); err != nil {
		return nil, err
	}
	r.Suspensions, err = suspensionsOf(t, id)
	return r, err
}

func suspensionsOf(t *store.Tx, student uuid.UUID) ([]SuspensionPeriod, error) {
	all, err := suspensionsAmong(t, []uuid.UUID{student})
	return all[student], err
}

// suspensionsAmong reads the suspensions of several pupils, the oldest first.
func suspensionsAmong(t *store.Tx, students []uuid.UUID) (map[uuid.UUID][]SuspensionPeriod, error) {
	var rows []struct {
		SuspensionPeriod
		StudentID uuid.UUID
	}
	err := t.DB().Raw(`SELECT id, student_id, change_id, reason_code, from_date, until_date, ended_on, ended_by, extended, stage
		FROM suspension WHERE student_id IN ? AND struck_at IS NULL ORDER BY from_date, id`, students).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the suspensions of a record: %w", err)
	}
	all := map[uuid.UUID][]SuspensionPeriod{}
	for _, row := range rows {
		all[row.StudentID] = append(all[row.StudentID], row.SuspensionPeriod)
	}
	return all, nil
}

// runningChangesOf returns the change that holds a record, then a change that runs beside
// it.
func runningChangesOf(t *store.Tx, student uuid.UUID) ([]RunningChange, error) {
	var held []struct {
		ChangeID    *uuid.UUID
		Visible     bool
		EffectiveOn calendar.Date
	}
	err := t.DB().Raw(`SELECT h.change_id, h.visible, w.effective_on FROM unnest(ARRAY[@own, @beside ]) WITH ORDINALITY k (key, i)
		CROSS JOIN LATERAL slot_holder(k.key) h LEFT JOIN LATERAL slot_waits(k.key) w ON h.visible
		WHERE h.change_id IS NOT NULL ORDER BY k.i`, map[string]any{"own": StudentSlot(student), "beside": BesideSlot(student)}).Scan(&held).Error
	if err != nil {
		return nil, fmt.Errorf("look for a running change: %w", err)
	}
	list := make([]RunningChange, len(held))
	for i, h := range held {
		if h.Visible {
			list[i] = RunningChange{ChangeID: h.ChangeID, EffectiveOn: h.EffectiveOn}
		}
	}
	return list, nil
}

// StateCount is the number of records of an office in one state. Office and OfficeName
// are set when the offices below are counted one by one.
type StateCount struct {
	Office      *uuid.UUID
	OfficeName  string
	Stage       org.Stage
	EnrolStatus string
	Count       int
}

// Count counts the records of all schools at and below an office by stage and
// state. For a school it counts the records of the school itself.
func Count(t *store.Tx, office uuid.UUID) ([]StateCount, error) {
	var list []StateCount
	err := t.DB().Raw(`SELECT stage, enrol_status, count(*) AS count FROM student
		WHERE school_id = ANY (ARRAY(SELECT x.id FROM organisation o JOIN organisation x ON x.path <@ o.path WHERE o.id = ?))
		GROUP BY stage, enrol_status ORDER BY stage, enrol_status`, office).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("count the records of an office: %w", err)
	}
	return list, nil
}

// CountBelow counts the same for each office directly below, in the order of
// their codes. An office without a record has no line.
func CountBelow(t *store.Tx, office uuid.UUID) ([]StateCount, error) {
	var list []StateCount
	err := t.DB().Raw(`SELECT o.id AS office, o.name AS office_name, s.stage, s.enrol_status, count(*) AS count
		FROM organisation o JOIN organisation x ON x.path <@ o.path JOIN student s ON s.school_id = x.id WHERE o.parent_id = ?
		GROUP BY o.id, o.code, o.name, s.stage, s.enrol_status ORDER BY o.code, o.id, s.stage, s.enrol_status`, office).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("count the records of the offices below: %w", err)
	}
	return list, nil
}
