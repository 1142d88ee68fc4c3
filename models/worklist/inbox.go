package worklist

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
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
	// Holder is the holder of the task, HeldAs the way the task came to that person. Both
	// are empty without a holder. For is the person for whom the reader acts. Draft says
	// that the reader has begun an opinion.
	Holder string
	HeldAs string
	For    string
	Draft  bool
}

// taskObstacle is the SQL of the current problem of the step of task k. The upkeep clears
// the column only at its next run, and somebody who can decide may have come since.
const taskObstacle = `CASE WHEN s.problem = ` + nobodyWord + ` AND task_able(k.id, @now) THEN '' ELSE s.problem END`

const inboxColumns = `k.id AS task_id, k.change_id, c.case_no, c.kind, s.name AS step_name, k.step_no, k.round, k.role, k.office_id,
	o.name AS office_name, c.filed_by, f.name AS filer_name, coalesce(p.name, c.subject ->> 'name', '') AS student_name, s.opened_at, k.due_at,
	k.due_at <= @now AS overdue, ` + taskObstacle + ` AS problem, k.held_as, coalesce(h.name, '') AS holder, coalesce(b.name, '') AS for,
	EXISTS (SELECT 1 FROM opinion_draft d WHERE d.task_id = k.id AND d.account_id = @me) AS draft,
	coalesce(c.definition #> ARRAY['steps', CAST(k.step_no - 1 AS text), 'label'], '{}')::text AS label_json`

// inboxRow is an item with the label of its step, which comes from the change's frozen
// definition.
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
	LEFT JOIN student p ON p.id = c.student_id LEFT JOIN LATERAL account_label(k.holder_id) h ON true
	LEFT JOIN LATERAL (SELECT x.account_id AS id, l.name FROM proxy x CROSS JOIN LATERAL account_label(x.account_id) l
		WHERE ` + actingProxy + ` AND k.holder_id IS DISTINCT FROM @me AND NOT (k.holder_id IS NULL AND k.role IN @roles) LIMIT 1) b ON true`

// actingProxy joins task k with proxy x: the reader @me acts for a colleague who may
// decide the task.
const actingProxy = `x.proxy_id = @me AND x.org_id = k.office_id AND x.revoked_at IS NULL AND x.from_at <= @now AND @now < x.until_at
	AND (k.holder_id = x.account_id OR k.holder_id IS NULL AND account_holds(x.account_id, k.office_id, k.role))`

// tasksOfReader is the SQL condition for the tasks that @me can decide: (1) tasks without a
// holder, for one of the roles; (2) tasks of @me; (3) tasks of a colleague for whom @me
// is proxy.
const tasksOfReader = `k.status = ` + openWord + ` AND k.office_id = @office AND (k.holder_id = @me OR (k.holder_id IS NULL AND k.role IN @roles
	OR EXISTS (SELECT 1 FROM proxy x WHERE ` + actingProxy + `)) AND NOT ` + readerMayNotDecide + `)`

// readerMayNotDecide is the SQL condition that @me may not decide task k, because @me handed the
// change in, decided another step where people must differ, or signed another seat. The
// rules of a change are long, so they are read only when @me has acted in the change.
const readerMayNotDecide = `CASE WHEN k.step_no > 0 AND EXISTS (SELECT 1 FROM change_event e WHERE e.change_id = k.change_id AND e.account_id = @me)
	THEN (SELECT NOT r.own AND submitted(c.id, @me) OR r.apart AND approved_elsewhere(c.id, @me, k.step_no) OR signed_here(k.id, @me)
		FROM change c ` + change.StepRules + ` WHERE c.id = k.change_id)
	ELSE false END`

// tasksOfOffice is the SQL condition for all open tasks of an office for some roles, whoever
// holds them.
const tasksOfOffice = `k.status = ` + openWord + ` AND k.office_id = @office AND (k.role IN @roles OR @head)`

// InboxReader says whose inbox is read: that of an account with its roles at an office. All also
// shows tasks held by colleagues; the head of an office then sees all of them.
type InboxReader struct {
	Office uuid.UUID
	Roles  []org.Role
	All    bool
}

func inboxArgs(t *store.Tx, d InboxReader) map[string]any {
	head := slices.Contains(d.Roles, org.Principal) || slices.Contains(d.Roles, org.BureauHead)
	return map[string]any{"now": t.Now(), "office": d.Office, "roles": d.Roles, "me": t.Scope().Account, "head": head}
}

// Inbox lists the open tasks of a desk by due time, so that overdue ones come first.
// Pages follow (due_at, task ID) of the last task seen.
func Inbox(t *store.Tx, d InboxReader, afterDue time.Time, after uuid.UUID, most int) ([]InboxItem, error) {
	what := tasksOfReader
	if d.All {
		what = tasksOfOffice
	}
	args := inboxArgs(t, d)
	args["due"], args["after"], args["most"] = afterDue, after, most
	var rows []inboxRow
	err := t.DB().Raw(`SELECT `+inboxColumns+inboxTables+` WHERE `+what+`
		AND (k.due_at, k.id) > (@due, @after) ORDER BY k.due_at, k.id LIMIT @most`, args).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	return inboxItems(rows)
}

// OverdueBelow lists the overdue tasks of every office strictly below a bureau, which the bureau
// may order to be done (督办).
func OverdueBelow(t *store.Tx, path string, afterDue time.Time, after uuid.UUID, most int) ([]InboxItem, error) {
	var rows []inboxRow
	err := t.DB().Raw(`SELECT `+inboxColumns+inboxTables+` WHERE k.status = `+openWord+` AND k.office_path <@ text2ltree(@path) AND k.office_path <> text2ltree(@path)
		AND k.due_at <= @now AND (k.due_at, k.id) > (@due, @after) ORDER BY k.due_at, k.id LIMIT @most`,
		map[string]any{"now": t.Now(), "path": path, "due": afterDue, "after": after, "most": most, "me": t.Scope().Account, "roles": []string{""}}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read what is late below: %w", err)
	}
	return inboxItems(rows)
}

// InboxCounts are the counters at the top of an inbox.
type InboxCounts struct {
	Open      int64 // all open tasks
	Overdue   int64
	NearDue   int64 // due within two days
	Mine      int64 // held by the reader
	Delegated int64 // the reader waits for advice of a colleague
	Nobody    int64 // changes with a task that nobody of the office may decide
	Notices   int64 // notices of the last 30 days
	Unread    int64 // notices of these days that the reader has not read
}

// CountInbox counts the open tasks and notices of a desk.
func CountInbox(t *store.Tx, d InboxReader) (InboxCounts, error) {
	args := inboxArgs(t, d)
	args["soon"], args["month"] = t.Now().Add(48*time.Hour), t.Now().AddDate(0, 0, -30)
	var n InboxCounts
	err := t.DB().Raw(`WITH told AS (SELECT count(*) AS notices, count(*) FILTER (WHERE `+message.Unread+`) AS unread FROM notice n WHERE `+message.NoticesOfReader+` AND n.created_at > @month)
		SELECT count(*) AS open, count(*) FILTER (WHERE k.due_at <= @now) AS overdue,
			count(*) FILTER (WHERE k.due_at > @now AND k.due_at <= @soon) AS near_due, count(*) FILTER (WHERE k.holder_id = @me) AS mine,
			(SELECT count(*) FROM task w WHERE w.owner_id = @me AND w.status = `+openWord+`) AS delegated,
			(SELECT count(DISTINCT s.change_id) FROM task q JOIN step s ON s.change_id = q.change_id AND s.no = q.step_no AND s.round = q.round
				WHERE q.office_id = @office AND q.status = `+openWord+` AND s.status = `+openWord+` AND s.problem = `+nobodyWord+`
					AND CASE WHEN s.problem <> '' THEN NOT task_able(q.id, @now) END) AS nobody, -- the people are looked at last
			(SELECT notices FROM told) AS notices, (SELECT unread FROM told) AS unread
		FROM task k WHERE `+tasksOfReader, args).Take(&n).Error
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
	// Dismissed also shows cases that the own office removed from its list, Struck also
	// cases that were struck as mistakes.
	Dismissed bool
	Struck    bool
	// OfficePath is the path of the reader's office.
	OfficePath string
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
	// EffectiveOn is the day on which the change is in force; while it runs, a later day.
	// It is zero before the approval.
	EffectiveOn calendar.Date
	FiledAt     time.Time
	ClosedAt    *time.Time
	StruckAt    *time.Time // as a mistake
	StruckBy    string     // the case number of the correction
}

// Changes lists changes in scope, newest first, after (filed_at, ID) of the last one seen.
func Changes(t *store.Tx, f ChangeFilter, before time.Time, beforeID uuid.UUID, most int) ([]ChangeLine, error) {
	if before.IsZero() {
		before, beforeID = t.Now().AddDate(1, 0, 0), uuid.Max
	}
	var list []ChangeLine
	err := t.DB().Raw(`SELECT c.id, c.case_no, c.kind, c.status, c.student_id, c.roster_id, coalesce(p.name, c.subject ->> 'name', '') AS student_name, f.name AS org_name,
			c.step_no, c.round, coalesce(s.name, '') AS step_name, coalesce(o.name, '') AS waiting_for, CASE WHEN s.act <> @await THEN s.due_at END AS due_at, c.effective_on, c.filed_at, c.closed_at, c.struck_at,
			coalesce(struck_by_case(c.struck_by), '') AS struck_by
		FROM change c JOIN organisation f ON f.id = c.org_id LEFT JOIN student p ON p.id = c.student_id
		LEFT JOIN step s ON s.change_id = c.id AND s.status = `+openWord+` LEFT JOIN organisation o ON o.id = s.office_id AND s.act <> @await
		WHERE (c.filed_at, c.id) < (@before, @id) AND (CAST(@filer AS uuid) IS NULL OR c.filed_by = @filer) AND (CAST(@org AS uuid) IS NULL OR c.org_id = @org)
			AND (CAST(@student AS uuid) IS NULL OR c.student_id = @student
				OR c.id IN (SELECT l.change_id FROM change_line l WHERE l.student_id = @student)) AND (@kind = '' OR c.kind = @kind)
			AND (@status = '' OR c.status = @status) AND (@case = '' OR c.case_no = @case)
			AND (@struck OR c.struck_at IS NULL) AND (@dismissed OR NOT EXISTS (SELECT 1 FROM change_dismissal d WHERE d.change_id = c.id AND d.org_path = text2ltree(@office)))
		ORDER BY c.filed_at DESC, c.id DESC LIMIT @most`,
		map[string]any{
			"await": process.ActAwaitDay, "before": before, "id": beforeID, "filer": store.OrNull(f.FiledBy), "org": store.OrNull(f.OrgID), "student": store.OrNull(f.StudentID),
			"kind": f.Kind, "status": f.Status, "case": f.CaseNo, "most": most, "struck": f.Struck, "dismissed": f.Dismissed, "office": f.OfficePath,
		}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	return list, nil
}
