package student

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// PunishmentExpulsion is the level of an expulsion (开除学籍), which is a
// process of its own and is not recorded as a punishment.
const PunishmentExpulsion = "6"

// PunishmentLevel returns the name of a level of punishment (domain 6.4.17).
func PunishmentLevel(code string) process.Text {
	switch code {
	case "1":
		return process.Text{Zh: "警告", En: "warning"}
	case "2":
		return process.Text{Zh: "严重警告", En: "serious warning"}
	case "3":
		return process.Text{Zh: "记过", En: "demerit"}
	case "4":
		return process.Text{Zh: "留校察看", En: "probation"}
	case PunishmentExpulsion:
		return process.Text{Zh: "开除学籍", En: "expulsion"}
	case "9":
		return process.Text{Zh: "其他", En: "other"}
	}
	return process.Text{Zh: code, En: code}
}

// Punishment is a punishment of a pupil (处分, JY/T 1002 JCXS0205). A cancelled
// punishment stays, with its cancellation.
type Punishment struct {
	ID               uuid.UUID
	StudentID        uuid.UUID
	OrgPath          string
	Level            string // domain 6.4.17: 1 警告 2 严重警告 3 记过 4 留校察看 9 其他
	DecidedOn        calendar.Date
	DocumentNo       string
	RecordedBy       uuid.UUID
	RecordedAt       time.Time
	CancelledOn      calendar.Date
	CancelDocumentNo string
	CancelledBy      *uuid.UUID
	CancelledAt      *time.Time
	Version          int64
}

// NewPunishment is the report of a school that it has punished a pupil.
type NewPunishment struct {
	Student    uuid.UUID
	Level      string
	DecidedOn  calendar.Date
	DocumentNo string
	Key        string // Idempotency-Key
	Hash       []byte // of the request
}

// PunishmentCancel is the report of a school that it has cancelled a punishment
// (撤销处分).
type PunishmentCancel struct {
	ID          uuid.UUID
	CancelledOn calendar.Date
	DocumentNo  string
	Key         string
	Hash        []byte
}

// Punishments lists the punishments of a record, oldest first, cancelled ones too.
func Punishments(t *store.Tx, student uuid.UUID) ([]Punishment, error) {
	var list []Punishment
	err := t.DB().Where(`student_id = ?`, student).Order(`decided_on, id`).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read punishments: %w", err)
	}
	return list, nil
}

// readPunishment reads one punishment of the scope.
func readPunishment(t *store.Tx, id uuid.UUID) (*Punishment, error) {
	var p Punishment
	if err := t.DB().Take(&p, `id = ?`, id).Error; err != nil {
		return nil, store.OrMissing(err, "read a punishment")
	}
	return &p, nil
}

// RecordPunishment records a punishment of a pupil in the register. The same key and
// request return the punishment that exists already.
func RecordPunishment(t *store.Tx, n NewPunishment) (*Punishment, error) {
	if n.Level == PunishmentExpulsion {
		return nil, refusal.New(refusal.PunishmentExpulsion).At("/level")
	}
	r, err := Read(t, n.Student)
	if err != nil {
		return nil, err
	}
	if from := firstSchoolDay(r); n.DecidedOn.After(t.Today()) || n.DecidedOn.Before(from) {
		return nil, refusal.New(refusal.PunishmentDate).At("/decided_on").With("from", from.String()).With("until", t.Today().String())
	}
	if same, err := findPunishmentByKey(t, recordedWith, n.Key, n.Hash); same != nil || err != nil {
		return same, err
	}
	if !r.InRegister {
		return nil, NotInRegister(refusal.NotInRegister, r)
	}
	id := store.NewID()
	rows, err := t.Exec(`INSERT INTO punishment (id, student_id, org_path, level, decided_on, document_no, recorded_by, recorded_at, record_key, record_hash)
		VALUES (?, ?, ?::ltree, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (recorded_by, record_key) DO NOTHING`,
		id, r.ID, r.OrgPath, n.Level, n.DecidedOn, n.DocumentNo, t.Scope().Account, t.Now(), n.Key, n.Hash)
	if err != nil {
		return nil, fmt.Errorf("record a punishment: %w", err)
	}
	if rows == 0 {
		return findPunishmentByKey(t, recordedWith, n.Key, n.Hash) // the same request came twice at once
	}
	after := &PunishmentSide{PunishmentID: id, Level: n.Level, DecidedOn: n.DecidedOn.String(), DocumentNo: n.DocumentNo}
	if err := writePunished(t, r, n.DecidedOn, nil, after); err != nil {
		return nil, err
	}
	if err := t.Audit("punishment.record", "punishment", id.String(), map[string]string{"student": r.ID.String()}); err != nil {
		return nil, err
	}
	return readPunishment(t, id)
}

// writePunished queues the line of the history about a punishment.
func writePunished(t *store.Tx, r *Record, on calendar.Date, before, after *PunishmentSide) error {
	return WriteHistory(t, &HistoryLine{StudentID: r.ID, Path: r.OrgPath, Kind: kindPunishment, EffectiveOn: on, AccountID: t.Scope().Account,
		Before: HistorySide{Punishment: before}, After: HistorySide{Punishment: after}})
}

// firstSchoolDay returns the first day on which a school can have punished a pupil: the first
// day of the month of entry (入学年月), or the birth date when that month is unknown.
func firstSchoolDay(r *Record) calendar.Date {
	entry, err := calendar.ParseCompactDate(r.Item(roster.EntryMonth) + "01")
	if err != nil || r.BirthDate.After(entry) {
		return r.BirthDate
	}
	return entry
}

// The two acts on punishments, found by the account's Idempotency-Key.
const (
	recordedWith  = `SELECT id, record_hash AS hash FROM punishment WHERE recorded_by = ? AND record_key = ?`
	cancelledWith = `SELECT id, cancel_hash AS hash FROM punishment WHERE cancelled_by = ? AND cancel_key = ?`
)

// findPunishmentByKey returns the punishment of the account's earlier request with the same
// key, nil when there is none. Another request under the same key is refused.
func findPunishmentByKey(t *store.Tx, query, key string, hash []byte) (*Punishment, error) {
	var row struct {
		ID   uuid.UUID
		Hash []byte
	}
	err := t.DB().Raw(query, t.Scope().Account, key).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // the first time is the usual case
	}
	if err != nil {
		return nil, fmt.Errorf("find an earlier punishment: %w", err)
	}
	if !bytes.Equal(row.Hash, hash) {
		return nil, refusal.New(refusal.KeyReused)
	}
	return readPunishment(t, row.ID)
}

// CancelPunishment notes that a punishment was cancelled. The same key and request return
// the same answer; a second cancellation is refused.
func CancelPunishment(t *store.Tx, c PunishmentCancel) (*Punishment, error) {
	p, err := readPunishment(t, c.ID)
	if err != nil {
		return nil, err
	}
	if same, err := findPunishmentByKey(t, cancelledWith, c.Key, c.Hash); same != nil || err != nil {
		return same, err
	}
	if c.CancelledOn.After(t.Today()) || c.CancelledOn.Before(p.DecidedOn) {
		return nil, refusal.New(refusal.PunishmentCancelDate).At("/cancelled_on").With("from", p.DecidedOn.String()).With("until", t.Today().String())
	}
	rows, err := t.Exec(`UPDATE punishment SET cancelled_on = ?, cancel_document_no = ?, cancelled_by = ?, cancelled_at = ?, cancel_key = ?, cancel_hash = ?,
		version = version + 1 WHERE id = ? AND cancelled_on IS NULL`,
		c.CancelledOn, c.DocumentNo, t.Scope().Account, t.Now(), c.Key, c.Hash, c.ID)
	if err != nil {
		return nil, fmt.Errorf("cancel a punishment: %w", err)
	}
	if rows == 0 {
		return cancelledBefore(t, c)
	}
	r, err := Read(t, p.StudentID)
	if err != nil {
		return nil, err
	}
	before := &PunishmentSide{PunishmentID: c.ID, Level: p.Level}
	after := &PunishmentSide{PunishmentID: c.ID, Level: p.Level, CancelledOn: c.CancelledOn.String(), CancelDocumentNo: c.DocumentNo}
	if err := writePunished(t, r, c.CancelledOn, before, after); err != nil {
		return nil, err
	}
	if err := t.Audit("punishment.cancel", "punishment", c.ID.String(), map[string]string{"student": r.ID.String()}); err != nil {
		return nil, err
	}
	return readPunishment(t, c.ID)
}

// cancelledBefore answers a cancellation of a punishment that is cancelled already.
func cancelledBefore(t *store.Tx, c PunishmentCancel) (*Punishment, error) {
	if same, err := findPunishmentByKey(t, cancelledWith, c.Key, c.Hash); same != nil || err != nil {
		return same, err // the same request came twice at once
	}
	p, err := readPunishment(t, c.ID)
	if err != nil {
		return nil, err
	}
	return nil, refusal.New(refusal.PunishmentCancelled).With("when", p.CancelledOn.String())
}
