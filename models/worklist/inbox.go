package worklist

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

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
	About       string // the school that a case without a pupil is about
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

// aboutSchool is the SQL of the school that change c is about when it has no pupil.
const aboutSchool = `CASE WHEN c.student_id IS NULL AND c.subject ->> 'name' = '' THEN c.subject ->> 'school' ELSE '' END`

const inboxColumns = `k.id AS task_id, k.change_id, c.case_no, c.kind, s.name AS step_name, k.step_no, k.round, k.role, k.office_id,
	o.name AS office_name, c.filed_by, f.name AS filer_name, coalesce(p.name, c.subject ->> 'name', '') AS student_name, ` + aboutSchool + ` AS about, s.opened_at, k.due_at,
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

// inboxTables joins the rest of an item to the tasks of a page.
const inboxTables = ` JOIN change c ON c.id = k.change_id
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
	Filter InboxFilter
}

// InboxFilter narrows an inbox; zero values do not filter.
type InboxFilter struct {
	Kind   process.Kind
	Step   string // the name of a step of a chain
	School uuid.UUID
	Due    Due
	Held   Held
	// Newest lists the tasks in the opposite order of their opening, else they follow by due time.
	Newest bool
}

// Due is how near the end of a task is.
type Due string

// The three states of a task in time.
const (
	DueOver  Due = "OVERDUE"
	DueSoon  Due = "SOON" // within two days
	DueLater Due = "LATER"
)

// Held is who has a task.
type Held string

// The holders of a task, as its reader sees them.
const (
	HeldByMe     Held = "ME"
	HeldByNobody Held = "NOBODY"
	HeldByOthers Held = "OTHERS"
)

// soon is how long before its end a task counts as near due.
const soon = 48 * time.Hour

// conditions are those of the filter for task k, with their arguments.
func (f InboxFilter) conditions(args map[string]any, now time.Time) string {
	where := ""
	add := func(condition, name string, value any) {
		where += " AND " + condition
		args[name] = value
	}
	if f.Kind != "" {
		add("EXISTS (SELECT 1 FROM change c WHERE c.id = k.change_id AND c.kind = @kind)", "kind", f.Kind)
	}
	if f.Step != "" {
		add("EXISTS (SELECT 1 FROM step s WHERE s.change_id = k.change_id AND s.no = k.step_no AND s.round = k.round AND s.name = @step)", "step", f.Step)
	}
	if f.School != uuid.Nil {
		add("EXISTS (SELECT 1 FROM change c WHERE c.id = k.change_id AND c.org_id = @school)", "school", f.School)
	}
	switch f.Due {
	case DueOver:
		where += " AND k.due_at <= @now"
	case DueSoon:
		add("k.due_at > @now AND k.due_at <= @soon", "soon", now.Add(soon))
	case DueLater:
		add("k.due_at > @soon", "soon", now.Add(soon))
	}
	switch f.Held {
	case HeldByMe:
		where += " AND k.holder_id = @me"
	case HeldByNobody:
		where += " AND k.holder_id IS NULL"
	case HeldByOthers:
		where += " AND k.holder_id <> @me"
	}
	return where
}

// where is the condition for the tasks of the reader, with its arguments.
func (d InboxReader) where(t *store.Tx) (string, map[string]any) {
	what := tasksOfReader
	if d.All {
		what = tasksOfOffice
	}
	args := inboxArgs(t, d)
	return what + d.Filter.conditions(args, t.Now()), args
}

func inboxArgs(t *store.Tx, d InboxReader) map[string]any {
	head := slices.Contains(d.Roles, org.Principal) || slices.Contains(d.Roles, org.BureauHead)
	return map[string]any{"now": t.Now(), "office": d.Office, "roles": d.Roles, "me": t.Scope().Account, "head": head}
}

// CountInboxList counts the tasks that Inbox lists.
func CountInboxList(t *store.Tx, d InboxReader) (store.Count, error) {
	what, args := d.where(t)
	return t.CountRows("the inbox", `SELECT 1 FROM task k WHERE `+what, args)
}

// taskOrder is an order of tasks, and the condition for those that follow the last one seen.
type taskOrder struct{ after, by string }

// Inbox lists the open tasks of a desk by due time, so that overdue ones come first, or the last
// opened first: the ID of a task tells when it was made.
// Pages follow (due_at, task ID) of the last task seen.
func Inbox(t *store.Tx, d InboxReader, afterDue time.Time, after uuid.UUID, most int) ([]InboxItem, error) {
	what, args := d.where(t)
	args["due"], args["after"] = afterDue, after
	order := taskOrder{after: "(k.due_at, k.id) > (@due, @after)", by: "k.due_at, k.id"}
	if d.Filter.Newest {
		order = taskOrder{after: "k.id < @after", by: "k.id DESC"}
		if after == uuid.Nil {
			order.after = "true"
		}
	}
	list, err := inboxPage(t, what, order, most, args)
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	return list, nil
}

// inboxPage chooses the tasks of a page in the order of an index and joins the rest to them
// only then. The number of tasks is a constant of the statement, so that PostgreSQL knows
// that it is small.
func inboxPage(t *store.Tx, what string, order taskOrder, most int, args map[string]any) ([]InboxItem, error) {
	var rows []inboxRow
	err := t.DB().Raw(`SELECT `+inboxColumns+fmt.Sprintf(` FROM (SELECT k.* FROM task k WHERE %s
		AND %s ORDER BY %s LIMIT %d) k`, what, order.after, order.by, most)+inboxTables+` ORDER BY `+order.by, args).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	return inboxItems(rows)
}

// OverdueBelow lists the overdue tasks of every office strictly below a bureau, which the bureau
// may order to be done (督办).
func OverdueBelow(t *store.Tx, path string, afterDue time.Time, after uuid.UUID, most int) ([]InboxItem, error) {
	list, err := inboxPage(t, `k.status = `+openWord+` AND k.due_at <= @now AND k.office_path <@ text2ltree(@path) AND k.office_path <> text2ltree(@path)`, taskOrder{after: "(k.due_at, k.id) > (@due, @after)", by: "k.due_at, k.id"}, most,
		map[string]any{"now": t.Now(), "path": path, "due": afterDue, "after": after, "me": t.Scope().Account, "roles": []string{""}})
	if err != nil {
		return nil, fmt.Errorf("read what is late below: %w", err)
	}
	return list, nil
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
	args["soon"], args["month"] = t.Now().Add(soon), t.Now().AddDate(0, 0, -30)
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
