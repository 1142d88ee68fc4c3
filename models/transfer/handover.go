package transfer

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// PaperFile is the paper file of a pupil who moved, on its way to the new school. It is
// due within a month (教基一〔2013〕7号 Art. 15) and is tracked until it arrives.
type PaperFile struct {
	ID          uuid.UUID
	ChangeID    uuid.UUID
	StudentName string
	FromSchool  uuid.UUID
	FromName    string
	FromPath    string
	ToSchool    uuid.UUID
	ToName      string
	ToPath      string
	DueOn       calendar.Date
	SentAt      *time.Time
	SentHow     string
	ReceivedAt  *time.Time
	OverdueAt   *time.Time
	StruckAt    *time.Time // the move was a mistake, and the file was never sent
	Version     int64
}

// The states of a hand-over.
const (
	PaperFileToSend   = "TO_SEND"
	PaperFileSent     = "SENT"
	PaperFileReceived = "RECEIVED"
	PaperFileStruck   = "STRUCK"
)

// State returns the state of the file, from its times.
func (h *PaperFile) State() string {
	switch {
	case h.StruckAt != nil:
		return PaperFileStruck
	case h.ReceivedAt != nil:
		return PaperFileReceived
	case h.SentAt != nil:
		return PaperFileSent
	}
	return PaperFileToSend
}

// PaperFileColumns are the columns of a paper file. The pupil of a list is named by its line,
// to the old school by the backup, and to the new one by the record.
const PaperFileColumns = `h.id, h.change_id, coalesce(nullif(c.subject ->> 'name', ''), l.subject ->> 'name', (SELECT d.name FROM departure d WHERE d.change_id = h.change_id AND d.student_id = h.student_id), (SELECT s.name FROM student s WHERE s.id = h.student_id), '') AS student_name, h.from_school, f.name AS from_name, f.path::text AS from_path,
	h.to_school, o.name AS to_name, o.path::text AS to_path, h.due_on, h.sent_at, h.sent_how, h.received_at, h.overdue_at, h.struck_at, h.version`

// PaperFileTables are the tables that PaperFileColumns come from.
const PaperFileTables = ` FROM handover h` + paperFileJoins

const paperFileJoins = ` JOIN change c ON c.id = h.change_id LEFT JOIN change_line l ON l.change_id = h.change_id AND l.student_id = h.student_id
	JOIN organisation f ON f.id = h.from_school JOIN organisation o ON o.id = h.to_school`

// ReadPaperFile reads one hand-over. The refusal is not_found when no party of it is in scope.
func ReadPaperFile(t *store.Tx, id uuid.UUID) (*PaperFile, error) {
	var h PaperFile
	err := t.DB().Raw(`SELECT `+PaperFileColumns+PaperFileTables+` WHERE h.id = ?`, id).Take(&h).Error
	if err != nil {
		return nil, store.OrMissing(err, "read a hand-over")
	}
	return &h, nil
}

// paperFileOf reads the hand-over of a move; nil while the move runs, and when it was
// refused.
func paperFileOf(t *store.Tx, change uuid.UUID) (*PaperFile, error) {
	var h PaperFile
	err := t.DB().Raw(`SELECT `+PaperFileColumns+PaperFileTables+` WHERE h.change_id = ?`, change).Take(&h).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // no file is sent
	}
	if err != nil {
		return nil, fmt.Errorf("read a hand-over: %w", err)
	}
	return &h, nil
}

// PaperFiles lists the files that have not arrived, from or to schools of the subtree, by
// due day, after the given one. An office sees the files of which it, or an office below
// it, is a party.
func PaperFiles(t *store.Tx, path string, after calendar.Date, afterID uuid.UUID, most int) ([]PaperFile, error) {
	// Few schools lie below a county, so its files are found by the schools. Everybody above
	// reads the files in the order of their days until the page is full.
	below := `EXISTS (SELECT 1 FROM organisation x WHERE x.id IN (h.from_school, h.to_school) AND x.path <@ text2ltree(@path))`
	if kind := org.KindAt(path); kind == org.School || kind == org.County {
		const schools = `ANY (ARRAY(SELECT x.id FROM organisation x WHERE x.path <@ text2ltree(@path)))`
		below = `(h.from_school = ` + schools + ` OR h.to_school = ` + schools + `)`
	}
	var list []PaperFile
	err := t.DB().Raw(`SELECT `+PaperFileColumns+fmt.Sprintf(` FROM (SELECT h.* FROM handover h WHERE h.received_at IS NULL AND h.struck_at IS NULL
			AND (h.due_on, h.id) > (@day, @id) AND %s ORDER BY h.due_on, h.id LIMIT %d) h`, below, most)+paperFileJoins+` ORDER BY h.due_on, h.id`,
		map[string]any{"path": path, "day": after, "id": afterID}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list hand-overs: %w", err)
	}
	return list, nil
}

// NotePaperFileSent notes that the old school, or a bureau above it, has sent the file.
func NotePaperFileSent(t *store.Tx, id uuid.UUID, version int64, how string) (*PaperFile, error) {
	return notePaperFile(t, id, version, "handover.send", `sent_at = @now, sent_by = @account, sent_how = @how`, `sent_at IS NULL AND received_at IS NULL`, how)
}

// NotePaperFileReceived notes that the file has arrived. Nobody needs to have noted before that
// it was sent.
func NotePaperFileReceived(t *store.Tx, id uuid.UUID, version int64) (*PaperFile, error) {
	return notePaperFile(t, id, version, "handover.receive", `received_at = @now, received_by = @account`, `received_at IS NULL`, "")
}

func notePaperFile(t *store.Tx, id uuid.UUID, version int64, action, set, unless, how string) (*PaperFile, error) {
	n, err := t.Exec(`UPDATE handover SET `+set+`, version = version + 1 WHERE id = @id AND version = @version AND struck_at IS NULL AND `+unless,
		map[string]any{"now": t.Now(), "account": t.Scope().Account, "how": how, "id": id, "version": version})
	if err != nil {
		return nil, fmt.Errorf("note a hand-over: %w", err)
	}
	if n != 1 {
		h, err := ReadPaperFile(t, id)
		if err == nil && h.StruckAt != nil {
			return nil, refusal.New(refusal.HandoverStruck)
		}
		if err == nil && h.Version == version {
			return nil, refusal.New(refusal.HandoverNoted)
		}
		return nil, errors.Join(err, refusal.New(refusal.VersionConflict))
	}
	if err := t.Audit(action, "handover", id.String(), nil); err != nil {
		return nil, err
	}
	return ReadPaperFile(t, id)
}

// RemindPaperFiles reminds the old school a week before a file is due. It marks overdue
// files and tells the bureau above the old school (worker). Each notice is left once.
func RemindPaperFiles(t *change.Tx) error {
	soon, today := t.Today().AddDays(7), t.Today()
	if err := markPaperFiles(t, "HANDOVER_SOON", "reminded_at", soon, true, false); err != nil {
		return err
	}
	return markPaperFiles(t, "HANDOVER_OVERDUE", "overdue_at", today.AddDays(-1), false, true)
}

// markPaperFiles marks the hand-overs due by a day that have no mark yet. Column is a name
// from this file, never input.
func markPaperFiles(t *change.Tx, kind, column string, dueBy calendar.Date, unsentOnly, tellSuperior bool) error {
	var rows []struct {
		ChangeID         uuid.UUID
		FromSchool       uuid.UUID
		FromPath, ToPath string
		ToSchool         uuid.UUID
		SuperiorID       uuid.UUID
		SuperiorPath     string
	}
	err := t.DB().Raw(`WITH due AS (UPDATE handover SET `+column+` = @now WHERE received_at IS NULL AND struck_at IS NULL AND `+column+` IS NULL AND due_on <= @day
			AND NOT EXISTS (SELECT 1 FROM student s WHERE s.id = handover.student_id AND s.enrol_status = @dead)
			AND (NOT @unsent OR sent_at IS NULL) RETURNING change_id, from_school, to_school)
		SELECT d.change_id, d.from_school, f.path::text AS from_path, d.to_school, o.path::text AS to_path, b.id AS superior_id, b.path::text AS superior_path
		FROM due d JOIN organisation f ON f.id = d.from_school JOIN organisation o ON o.id = d.to_school JOIN organisation b ON b.id = f.parent_id`,
		map[string]any{"now": t.Now(), "day": dueBy, "unsent": unsentOnly, "dead": status.Deceased}).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("remind of hand-overs: %w", err)
	}
	for _, r := range rows {
		err := t.NotifyRole(r.ChangeID, kind, 0, 0, r.FromSchool, r.FromPath, string(org.SchoolRegistrar))
		if err == nil && tellSuperior {
			err = errors.Join(t.NotifyRole(r.ChangeID, kind, 0, 0, r.SuperiorID, r.SuperiorPath, string(org.BureauHead)),
				t.NotifyRole(r.ChangeID, kind, 0, 0, r.ToSchool, r.ToPath, string(org.SchoolRegistrar)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
