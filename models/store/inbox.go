package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// InboxItem is one task that waits for an office.
type InboxItem struct {
	TaskID      uuid.UUID
	ChangeID    uuid.UUID
	CaseNo      string
	Kind        process.Kind
	StepName    string
	StepLabel   process.Text `gorm:"-"`
	StepNo      int
	Round       int
	Role        org.Role
	OfficeID    uuid.UUID
	OfficeName  string
	FiledBy     uuid.UUID
	FilerName   string // the school that filed
	StudentName string
	OpenedAt    time.Time
	DueAt       time.Time
	Overdue     bool
	Problem     string
}

const inboxColumns = `k.id AS task_id, k.change_id, c.case_no, c.kind, s.name AS step_name, k.step_no, k.round, k.role, k.office_id,
	o.name AS office_name, c.filed_by, f.name AS filer_name, coalesce(p.name, c.subject ->> 'name', '') AS student_name, s.opened_at, k.due_at,
	k.due_at <= @now AS overdue, s.problem,
	coalesce(c.definition #> ARRAY['steps', CAST(k.step_no - 1 AS text), 'label'], '{}')::text AS label_json`

// inboxRow is an item with the label of its step, which stands in the change's
// frozen definition.
type inboxRow struct {
	InboxItem
	LabelJSON string
}

func inboxItems(rows []inboxRow) ([]InboxItem, error) {
	list := make([]InboxItem, len(rows))
	for i, r := range rows {
		list[i] = r.InboxItem
		if r.StepNo == 0 {
			applicant, _ := process.Definition{}.Step(0)
			list[i].StepLabel = applicant.Label
			continue
		}
		if err := json.Unmarshal([]byte(r.LabelJSON), &list[i].StepLabel); err != nil {
			return nil, fmt.Errorf("read the inbox: %w", err)
		}
	}
	return list, nil
}

const inboxTables = ` FROM task k JOIN change c ON c.id = k.change_id
	JOIN step s ON s.change_id = k.change_id AND s.no = k.step_no AND s.round = k.round
	JOIN organisation o ON o.id = k.office_id JOIN organisation f ON f.id = c.org_id
	LEFT JOIN student p ON p.id = c.student_id`

// Inbox lists the open tasks of one office for some roles, overdue first, then
// by due time. Paging is by (due_at, task ID) after the given one.
func (t *Tx) Inbox(officeID uuid.UUID, roles []org.Role, afterDue time.Time, after uuid.UUID, most int) ([]InboxItem, error) {
	var rows []inboxRow
	err := t.db.Raw(`SELECT `+inboxColumns+inboxTables+` WHERE k.status = 'OPEN' AND k.office_id = @office AND k.role IN @roles
		AND (k.due_at, k.id) > (@due, @after) ORDER BY k.due_at, k.id LIMIT @most`,
		map[string]any{"now": t.now, "office": officeID, "roles": roles, "due": afterDue, "after": after, "most": most}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	return inboxItems(rows)
}

// Late lists the overdue tasks of every office strictly below a bureau: what it
// may order to be done (督办).
func (t *Tx) Late(path string, afterDue time.Time, after uuid.UUID, most int) ([]InboxItem, error) {
	var rows []inboxRow
	err := t.db.Raw(`SELECT `+inboxColumns+inboxTables+` WHERE k.status = 'OPEN' AND k.office_path <@ text2ltree(@path) AND k.office_path <> text2ltree(@path)
		AND k.due_at <= @now AND (k.due_at, k.id) > (@due, @after) ORDER BY k.due_at, k.id LIMIT @most`,
		map[string]any{"now": t.now, "path": path, "due": afterDue, "after": after, "most": most}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read what is late below: %w", err)
	}
	return inboxItems(rows)
}

// InboxCounts are the counters at the top of an inbox.
type InboxCounts struct {
	Open    int64 // all that waits
	Overdue int64
	NearDue int64 // due within two days
	Nobody  int64 // steps of the office nobody may decide
	Notices int64 // notices of the last 30 days
}

// InboxCounts counts what waits for an office and roles.
func (t *Tx) InboxCounts(officeID uuid.UUID, roles []org.Role) (InboxCounts, error) {
	var n InboxCounts
	err := t.db.Raw(`SELECT count(*) AS open, count(*) FILTER (WHERE k.due_at <= @now) AS overdue,
			count(*) FILTER (WHERE k.due_at > @now AND k.due_at <= @soon) AS near_due,
			count(*) FILTER (WHERE s.problem <> '') AS nobody,
			(SELECT count(*) FROM notice n WHERE n.org_id = @office AND n.role IN @roles AND n.created_at > @month) AS notices
		FROM task k JOIN step s ON s.change_id = k.change_id AND s.no = k.step_no AND s.round = k.round
		WHERE k.status = 'OPEN' AND k.office_id = @office AND k.role IN @roles`,
		map[string]any{"now": t.now, "soon": t.now.Add(48 * time.Hour), "month": t.now.AddDate(0, 0, -30), "office": officeID, "roles": roles}).Take(&n).Error
	if err != nil {
		return n, fmt.Errorf("count the inbox: %w", err)
	}
	return n, nil
}

// ChangeFilter narrows a list of changes; zero values do not filter.
type ChangeFilter struct {
	FiledBy   uuid.UUID
	OrgID     uuid.UUID
	StudentID uuid.UUID
	Kind      process.Kind
	Status    string
	CaseNo    string
}

// ChangeLine is one change in a list.
type ChangeLine struct {
	ID          uuid.UUID
	CaseNo      string
	Kind        process.Kind
	Status      string
	StudentID   *uuid.UUID
	RosterID    *uuid.UUID
	StudentName string
	OrgName     string
	StepNo      int
	Round       int
	StepName    string
	WaitingFor  string
	DueAt       *time.Time
	FiledAt     time.Time
	ClosedAt    *time.Time
}

// Changes lists changes in scope, newest first, after (filed_at, ID) of the last one seen.
func (t *Tx) Changes(f ChangeFilter, before time.Time, beforeID uuid.UUID, most int) ([]ChangeLine, error) {
	if before.IsZero() {
		before, beforeID = t.now.AddDate(1, 0, 0), uuid.Max
	}
	var list []ChangeLine
	err := t.db.Raw(`SELECT c.id, c.case_no, c.kind, c.status, c.student_id, c.roster_id, coalesce(p.name, c.subject ->> 'name', '') AS student_name, f.name AS org_name,
			c.step_no, c.round, coalesce(s.name, '') AS step_name, coalesce(o.name, '') AS waiting_for, s.due_at, c.filed_at, c.closed_at
		FROM change c JOIN organisation f ON f.id = c.org_id LEFT JOIN student p ON p.id = c.student_id
		LEFT JOIN step s ON s.change_id = c.id AND s.status = 'OPEN' LEFT JOIN organisation o ON o.id = s.office_id
		WHERE (c.filed_at, c.id) < (@before, @id) AND (CAST(@filer AS uuid) IS NULL OR c.filed_by = @filer) AND (CAST(@org AS uuid) IS NULL OR c.org_id = @org)
			AND (CAST(@student AS uuid) IS NULL OR c.student_id = @student) AND (@kind = '' OR c.kind = @kind)
			AND (@status = '' OR c.status = @status) AND (@case = '' OR c.case_no = @case)
		ORDER BY c.filed_at DESC, c.id DESC LIMIT @most`,
		map[string]any{
			"before": before, "id": beforeID, "filer": orNull(f.FiledBy), "org": orNull(f.OrgID), "student": orNull(f.StudentID),
			"kind": f.Kind, "status": f.Status, "case": f.CaseNo, "most": most,
		}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	return list, nil
}

// Notice tells an office that something happened to a change.
type Notice struct {
	ID         uuid.UUID
	ChangeID   uuid.UUID
	CaseNo     string
	Kind       string
	ChangeKind process.Kind
	Role       org.Role
	StepNo     int
	Round      int
	CreatedAt  time.Time
}

// Notices lists the notices of an office for some roles, newest first.
func (t *Tx) Notices(officeID uuid.UUID, roles []org.Role, before time.Time, beforeID uuid.UUID, most int) ([]Notice, error) {
	if before.IsZero() {
		before, beforeID = t.now.AddDate(1, 0, 0), uuid.Max
	}
	var list []Notice
	err := t.db.Raw(`SELECT n.id, n.change_id, c.case_no, n.kind, c.kind AS change_kind, n.role, n.step_no, n.round, n.created_at
		FROM notice n JOIN change c ON c.id = n.change_id
		WHERE n.org_id = @office AND n.role IN @roles AND (n.created_at, n.id) < (@before, @id)
		ORDER BY n.created_at DESC, n.id DESC LIMIT @most`,
		map[string]any{"office": officeID, "roles": roles, "before": before, "id": beforeID, "most": most}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	return list, nil
}
