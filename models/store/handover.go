package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
)

// Handover is the paper file of a pupil who moved, on its way to the new school. It is
// due within a month (教基一〔2013〕7号 Art. 15) and is tracked until it arrives.
type Handover struct {
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
	HandoverToSend   = "TO_SEND"
	HandoverSent     = "SENT"
	HandoverReceived = "RECEIVED"
	HandoverStruck   = "STRUCK"
)

// State returns the state of the file, from its times.
func (h *Handover) State() string {
	switch {
	case h.StruckAt != nil:
		return HandoverStruck
	case h.ReceivedAt != nil:
		return HandoverReceived
	case h.SentAt != nil:
		return HandoverSent
	}
	return HandoverToSend
}

const handoverColumns = `h.id, h.change_id, coalesce(l.subject ->> 'name', c.subject ->> 'name') AS student_name, h.from_school, f.name AS from_name, f.path::text AS from_path,
	h.to_school, o.name AS to_name, o.path::text AS to_path, h.due_on, h.sent_at, h.sent_how, h.received_at, h.overdue_at, h.struck_at, h.version`

const handoverTables = ` FROM handover h JOIN change c ON c.id = h.change_id LEFT JOIN change_line l ON l.change_id = h.change_id AND l.student_id = h.student_id
	JOIN organisation f ON f.id = h.from_school JOIN organisation o ON o.id = h.to_school`

// Handover reads one hand-over. The refusal is not_found when no party of it is in scope.
func (t *Tx) Handover(id uuid.UUID) (*Handover, error) {
	var h Handover
	err := t.db.Raw(`SELECT `+handoverColumns+handoverTables+` WHERE h.id = ?`, id).Take(&h).Error
	if err != nil {
		return nil, orMissing(err, "read a hand-over")
	}
	return &h, nil
}

// handoverOf reads the hand-over of a move; nil while the move runs, and when it was
// refused.
func (t *Tx) handoverOf(change uuid.UUID) (*Handover, error) {
	var h Handover
	err := t.db.Raw(`SELECT `+handoverColumns+handoverTables+` WHERE h.change_id = ?`, change).Take(&h).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // no file is sent
	}
	if err != nil {
		return nil, fmt.Errorf("read a hand-over: %w", err)
	}
	return &h, nil
}

// Handovers lists the files that have not arrived, from or to schools of the subtree, by
// due day, after the given one. An office sees the files of which it, or an office below
// it, is a party.
func (t *Tx) Handovers(path string, after calendar.Date, afterID uuid.UUID, most int) ([]Handover, error) {
	var list []Handover
	err := t.db.Raw(`SELECT `+handoverColumns+handoverTables+` WHERE h.received_at IS NULL AND h.struck_at IS NULL
		AND (f.path <@ text2ltree(@path) OR o.path <@ text2ltree(@path)) AND (h.due_on, h.id) > (@day, @id) ORDER BY h.due_on, h.id LIMIT @most`,
		map[string]any{"path": path, "day": after, "id": afterID, "most": most}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list hand-overs: %w", err)
	}
	return list, nil
}

// SendHandover notes that the old school, or a bureau above it, has sent the file.
func (t *Tx) SendHandover(id uuid.UUID, version int64, how string) (*Handover, error) {
	return t.sayHandover(id, version, "handover.send", `sent_at = @now, sent_by = @account, sent_how = @how`, `sent_at IS NULL AND received_at IS NULL`, how)
}

// ReceiveHandover notes that the file has arrived. Nobody needs to have noted before that
// it was sent.
func (t *Tx) ReceiveHandover(id uuid.UUID, version int64) (*Handover, error) {
	return t.sayHandover(id, version, "handover.receive", `received_at = @now, received_by = @account`, `received_at IS NULL`, "")
}

func (t *Tx) sayHandover(id uuid.UUID, version int64, action, set, unless, how string) (*Handover, error) {
	n, err := t.exec(`UPDATE handover SET `+set+`, version = version + 1 WHERE id = @id AND version = @version AND struck_at IS NULL AND `+unless,
		map[string]any{"now": t.now, "account": t.scope.Account, "how": how, "id": id, "version": version})
	if err != nil {
		return nil, fmt.Errorf("note a hand-over: %w", err)
	}
	if n != 1 {
		h, err := t.Handover(id)
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
	return t.Handover(id)
}

// RemindHandovers reminds the old school a week before a file is due. It marks overdue
// files and tells the bureau above the old school (worker). Each notice is left once.
func (t *Tx) RemindHandovers() error {
	soon, today := t.today().AddDays(7), t.today()
	if err := t.markHandovers("HANDOVER_SOON", "reminded_at", soon, true, false); err != nil {
		return err
	}
	return t.markHandovers("HANDOVER_OVERDUE", "overdue_at", today.AddDays(-1), false, true)
}

// markHandovers marks the hand-overs due by a day that have no mark yet. Column is a name
// from this file, never input.
func (t *Tx) markHandovers(kind, column string, dueBy calendar.Date, unsentOnly, tellSuperior bool) error {
	var rows []struct {
		ChangeID         uuid.UUID
		FromSchool       uuid.UUID
		FromPath, ToPath string
		ToSchool         uuid.UUID
		SuperiorID       uuid.UUID
		SuperiorPath     string
	}
	err := t.db.Raw(`WITH due AS (UPDATE handover SET `+column+` = @now WHERE received_at IS NULL AND struck_at IS NULL AND `+column+` IS NULL AND due_on <= @day
			AND NOT EXISTS (SELECT 1 FROM student s WHERE s.id = handover.student_id AND s.enrol_status = 'DECEASED')
			AND (NOT @unsent OR sent_at IS NULL) RETURNING change_id, from_school, to_school)
		SELECT d.change_id, d.from_school, f.path::text AS from_path, d.to_school, o.path::text AS to_path, b.id AS superior_id, b.path::text AS superior_path
		FROM due d JOIN organisation f ON f.id = d.from_school JOIN organisation o ON o.id = d.to_school JOIN organisation b ON b.id = f.parent_id`,
		map[string]any{"now": t.now, "day": dueBy, "unsent": unsentOnly}).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("remind of hand-overs: %w", err)
	}
	for _, r := range rows {
		err := t.notify(r.ChangeID, kind, 0, 0, r.FromSchool, r.FromPath, string(org.SchoolRegistrar))
		if err == nil && tellSuperior {
			err = errors.Join(t.notify(r.ChangeID, kind, 0, 0, r.SuperiorID, r.SuperiorPath, string(org.BureauHead)),
				t.notify(r.ChangeID, kind, 0, 0, r.ToSchool, r.ToPath, string(org.SchoolRegistrar)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
