package message

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Notice tells an office, or one person, of an event. Nearly all notices are about a
// change; others have no ChangeID.
type Notice struct {
	ID         uuid.UUID
	ChangeID   *uuid.UUID
	CaseNo     string
	Kind       string
	ChangeKind process.Kind
	Role       org.Role
	OfficeCode string
	OfficeName string
	StepNo     int
	Round      int
	StepLabel  process.Text `gorm:"-"`
	DueAt      *time.Time   // of the step
	// EffectiveOn is the day on which the change is in force, zero before its approval; or the
	// day of which a notice about no change tells.
	EffectiveOn calendar.Date
	// Counted is how many, of a notice that counts; zero of all others.
	Counted   int
	Personal  bool // for one person, not for everybody with the role
	CreatedAt time.Time
	ReadAt    *time.Time // by the reader
}

// noticeRow is a notice with the label of its step from the change.
type noticeRow struct {
	Notice
	LabelJSON string
	Login     string // login of the one receiver; read for gateways only
}

const noticeColumns = `n.id, n.change_id, coalesce(c.case_no, '') AS case_no, n.kind, coalesce(c.kind, '') AS change_kind, n.role,
	o.code AS office_code, o.name AS office_name, n.step_no, n.round, CASE WHEN s.act <> '` + string(process.ActAwaitDay) + `' THEN s.due_at END AS due_at, coalesce(n.on_day, c.effective_on) AS effective_on, coalesce(n.counted, 0) AS counted, n.account_id IS NOT NULL AS personal, n.created_at,
	coalesce(c.definition #> ARRAY['steps', CAST(n.step_no - 1 AS text), 'label'], '{}')::text AS label_json`

const noticeTables = ` FROM notice n JOIN organisation o ON o.id = n.org_id LEFT JOIN change c ON c.id = n.change_id
	LEFT JOIN step s ON s.change_id = n.change_id AND s.no = n.step_no AND s.round = n.round`

// NoticesOfReader is the SQL condition for the notices of the reader @me: those for the roles at
// the office, and those for @me alone.
const NoticesOfReader = `n.org_id = @office AND (n.account_id IS NULL AND n.role IN @roles OR n.account_id = @me)`

// Unread is the condition that a notice was not read by the account.
const Unread = `NOT EXISTS (SELECT 1 FROM notice_read r WHERE r.notice_id = n.id AND r.account_id = @me)`

func (r noticeRow) toNotice() (Notice, error) {
	if r.StepNo > 0 && r.LabelJSON != "" {
		if err := json.Unmarshal([]byte(r.LabelJSON), &r.StepLabel); err != nil {
			return r.Notice, fmt.Errorf("read the step of a notice: %w", err)
		}
	}
	return r.Notice, nil
}

// NoticeQuery says which notices are read: those for some roles at an office, and those
// for the reader alone. Unread leaves out those that the reader has read.
type NoticeQuery struct {
	Office uuid.UUID
	Roles  []org.Role
	Unread bool
}

func noticeArgs(t *store.Tx, q NoticeQuery) map[string]any {
	return map[string]any{"office": q.Office, "roles": q.Roles, "me": t.Scope().Account, "now": t.Now(), "unread": q.Unread}
}

// Notices lists notices, newest first, after (created_at, ID) of the last one seen.
func Notices(t *store.Tx, q NoticeQuery, before time.Time, beforeID uuid.UUID, most int) ([]Notice, error) {
	if before.IsZero() {
		before, beforeID = t.Now().AddDate(1, 0, 0), uuid.Max
	}
	args := noticeArgs(t, q)
	args["before"], args["id"], args["most"] = before, beforeID, most
	var rows []noticeRow
	err := t.DB().Raw(`SELECT `+noticeColumns+`, m.read_at`+noticeTables+`
		LEFT JOIN notice_read m ON m.notice_id = n.id AND m.account_id = @me
		WHERE `+NoticesOfReader+` AND (n.created_at, n.id) < (@before, @id) AND (NOT @unread OR m.read_at IS NULL)
		ORDER BY n.created_at DESC, n.id DESC LIMIT @most`, args).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	list := make([]Notice, len(rows))
	for i, r := range rows {
		if list[i], err = r.toNotice(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ReadNotice notes that the acting account has read a notice, and returns when it first
// did. A repeated call changes nothing.
func ReadNotice(t *store.Tx, q NoticeQuery, id uuid.UUID) (time.Time, error) {
	args := noticeArgs(t, q)
	args["id"] = id
	if err := t.DB().Exec(`INSERT INTO notice_read (notice_id, account_id, read_at)
		SELECT n.id, @me, @now FROM notice n WHERE n.id = @id AND `+NoticesOfReader+` ON CONFLICT DO NOTHING`, args).Error; err != nil {
		return time.Time{}, fmt.Errorf("note a notice as read: %w", err)
	}
	var row struct{ ReadAt time.Time }
	err := t.DB().Raw(`SELECT read_at FROM notice_read WHERE notice_id = ? AND account_id = ?`, id, t.Scope().Account).Take(&row).Error
	if err != nil {
		return time.Time{}, store.OrMissing(err, "note a notice as read")
	}
	return row.ReadAt, nil
}

// ReadAllNotices marks every notice up to a moment as read, so that later ones stay
// unread. It returns how many it marked.
func ReadAllNotices(t *store.Tx, q NoticeQuery, until time.Time) (int64, error) {
	args := noticeArgs(t, q)
	args["until"] = until
	r := t.DB().Exec(`INSERT INTO notice_read (notice_id, account_id, read_at)
		SELECT n.id, @me, @now FROM notice n WHERE `+NoticesOfReader+` AND n.created_at <= @until AND `+Unread+` ON CONFLICT DO NOTHING`, args)
	if r.Error != nil {
		return 0, fmt.Errorf("note notices as read: %w", r.Error)
	}
	return r.RowsAffected, nil
}
