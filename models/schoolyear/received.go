package schoolyear

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// Outcome is the code with which a school closes the entry of a received child.
type Outcome string

// The outcomes.
const (
	RecordCame Outcome = "RECORD_CAME"
	NewRecord  Outcome = "NEW_RECORD"
	ChildLeft  Outcome = "LEFT"
	ByMistake  Outcome = "MISTAKE"
)

// Text returns the name of the outcome in both languages.
func (o Outcome) Text() process.Text {
	switch o {
	case RecordCame:
		return process.Text{Zh: "学籍已到", En: "the record came"}
	case NewRecord:
		return process.Text{Zh: "已新建学籍", En: "a new record was made"}
	case ChildLeft:
		return process.Text{Zh: "学生已离开", En: "the child left"}
	case ByMistake:
		return process.Text{Zh: "登记有误", En: "entered by mistake"}
	}
	return process.Text{Zh: string(o), En: string(o)}
}

// withRecord reports whether a record may be named with the outcome.
func (o Outcome) withRecord() bool { return o == RecordCame || o == NewRecord }

// NewReceived is a child whom a school has taken in while the record is outstanding.
type NewReceived struct {
	School     uuid.UUID
	Name       string
	Stage      org.Stage
	Grade      int        // zero where the class is known
	Class      *uuid.UUID // nil where only the grade is known
	ReceivedOn calendar.Date
	FromSchool string // the name of the school before, empty where it is not known
	Key        string // Idempotency-Key
	Hash       []byte // of the request
}

// ReceivedChild is a child who is or was at a school without a record.
type ReceivedChild struct {
	ID         uuid.UUID
	SchoolID   uuid.UUID
	SchoolName string
	OrgPath    string
	NameCipher []byte
	Name       string `gorm:"-"`
	Stage      org.Stage
	Grade      int
	ClassID    *uuid.UUID
	ClassName  string
	ReceivedOn calendar.Date
	FromSchool string
	EnteredAt  time.Time
	ClosedAt   *time.Time
	ClosedBy   *uuid.UUID
	Outcome    Outcome
	StudentID  *uuid.UUID
	// Days is the age of the entry: until today, or until it was closed.
	Days int `gorm:"-"`
}

const (
	receivedColumns = `r.id, r.school_id, o.name AS school_name, r.org_path::text AS org_path, r.name_cipher, r.stage, coalesce(r.grade, 0) AS grade, r.class_id, coalesce(` + office.ClassLabel + `, '') AS class_name,
		r.received_on, r.from_school, r.entered_at, r.closed_at, r.closed_by, coalesce(r.outcome, '') AS outcome, r.student_id`
	receivedJoins = `JOIN organisation o ON o.id = r.school_id LEFT JOIN school_class k ON k.id = r.class_id LEFT JOIN school_grade g ON g.id = k.grade_id`
)

// Receive notes that a school has taken a child in whose record is outstanding (X9). All
// refusals come at once. The same key and request return the entry that exists already.
func Receive(t *store.Tx, n NewReceived) (*ReceivedChild, error) {
	n.Name, _ = ident.TidyName(n.Name)
	n.FromSchool = strings.TrimSpace(n.FromSchool)
	n.Hash = student.BodyHash(t.Store(), n.Hash)
	if same, err := receivedWith(t, n); same != nil || err != nil {
		return same, err
	}
	school, err := office.Read(t, n.School)
	if err != nil {
		return nil, err
	}
	refused, err := judgeReceived(t, school, n)
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 {
		return nil, refusal.Join(refused...)
	}
	id := store.NewID()
	sealed, err := t.Store().Keys().Encrypt(namePurpose(id), []byte(n.Name))
	if err != nil {
		return nil, fmt.Errorf("seal the name of a received child: %w", err)
	}
	rows, err := t.Exec(`INSERT INTO received_child (id, school_id, org_path, name_cipher, stage, grade, class_id, received_on, from_school, entered_by, entered_at, entry_key, entry_hash)
		VALUES (?, ?, ?::ltree, ?, ?, NULLIF(?, 0), ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entered_by, entry_key) DO NOTHING`,
		id, school.ID, school.Path, sealed, n.Stage, n.Grade, n.Class, n.ReceivedOn, n.FromSchool, t.Scope().Account, t.Now(), n.Key, n.Hash)
	if err != nil {
		return nil, fmt.Errorf("enter a received child: %w", err)
	}
	if rows == 0 {
		return receivedWith(t, n) // the same request came twice at once
	}
	if err := t.Audit("received.enter", "received_child", id.String(), map[string]string{"school": school.ID.String()}); err != nil {
		return nil, err
	}
	return ReadReceived(t, id)
}

// namePurpose binds the ciphertext of a name to its row.
func namePurpose(id uuid.UUID) string { return student.PurposeReceived + "/" + id.String() }

// receivedWith returns the entry of the account's earlier request with the same key, nil when
// there is none. Another request under the same key is refused.
func receivedWith(t *store.Tx, n NewReceived) (*ReceivedChild, error) {
	var row struct {
		ID   uuid.UUID
		Hash []byte
	}
	err := t.DB().Raw(`SELECT id, entry_hash AS hash FROM received_child WHERE entered_by = ? AND entry_key = ?`, t.Scope().Account, n.Key).Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return nil, nil //nolint:nilnil // the first time is the usual case
	case err != nil:
		return nil, fmt.Errorf("find an earlier received child: %w", err)
	case !bytes.Equal(row.Hash, n.Hash):
		return nil, refusal.New(refusal.KeyReused)
	}
	return ReadReceived(t, row.ID)
}

// judgeReceived returns what stands against an entry.
func judgeReceived(t *store.Tx, school office.Organisation, n NewReceived) ([]*refusal.Error, error) {
	rules, err := schoolRules(t, school)
	if err != nil {
		return nil, err
	}
	var refused []*refusal.Error
	if fault := roster.JudgeName(n.Name); fault != nil {
		refused = append(refused, fault.At("/name"))
	}
	if n.FromSchool != "" {
		if fault := roster.JudgeOfficeName(n.FromSchool); fault != nil {
			refused = append(refused, fault.At("/from_school"))
		}
	}
	if school.Kind != org.School || school.ClosedAt != nil || !slices.Contains(school.Stages, n.Stage) {
		refused = append(refused, refusal.New(refusal.ReceivedSchool).At("/stage"))
	}
	// No child waits for a record longer than school lasts: an older day is mistyped.
	from := rules.SchoolYearStart.In(rules.SchoolYearOn(t.Today()) - yearsOfSchool)
	switch {
	case n.ReceivedOn.After(t.Today()):
		refused = append(refused, refusal.New(refusal.DayAhead).At("/received_on").With("today", t.Today().String()))
	case n.ReceivedOn.Before(from):
		refused = append(refused, refusal.New(refusal.ReceivedDay).At("/received_on").With("from", from.String()))
	}
	place, err := judgePlace(t, n, rules.StageYears[n.Stage])
	if place != nil {
		refused = append(refused, place)
	}
	return refused, err
}

// yearsOfSchool is how long school lasts, from the first grade to the last of senior high.
const yearsOfSchool = 12

// judgePlace returns what stands against the grade or the class of an entry, nil when nothing
// does.
func judgePlace(t *store.Tx, n NewReceived, last int) (*refusal.Error, error) {
	if (n.Grade == 0) == (n.Class == nil) {
		return refusal.New(refusal.ReceivedPlace).At("/grade"), nil
	}
	if n.Class == nil {
		if n.Grade < 1 || n.Grade > last {
			return refusal.New(refusal.ReceivedGrade).At("/grade").With("last", fmt.Sprint(last)), nil
		}
		return nil, nil //nolint:nilnil // nothing stands against it
	}
	k, err := office.ReadClass(t, *n.Class)
	switch {
	case refusal.CodeOf(err) == refusal.NotFound:
	case err != nil:
		return nil, err
	case k.SchoolID == n.School && k.Stage == n.Stage && k.ClosedAt == nil:
		return nil, nil //nolint:nilnil // nothing stands against it
	}
	return refusal.New(refusal.ReceivedClass).At("/class_id"), nil
}
