package change

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Position is the state of a running change from which the workflow continues.
type Position struct {
	Status string
	Step   int
	Round  int
	Stage  string
	// Tasks are the open tasks, Offices the codes of the offices for which they wait.
	Tasks   []uuid.UUID
	Offices []string
	DueAt   time.Time
	// OpenedAt is when the open step was opened; Overdue says that it is late.
	OpenedAt time.Time
	Overdue  bool
	// Automatic is the act of an automatic open step; empty while people decide.
	Automatic process.Act
	// Act is the act that the system must do now at the open step. It is empty while
	// people decide, and until the next attempt is due.
	Act process.Act
	// EffectiveOn is the day for which an approved change waits, else zero. OnHold says
	// that the day has come and other business with priority is running.
	EffectiveOn calendar.Date
	OnHold      bool
	// Slips that are neither counted nor refused, oldest first.
	Slips []uuid.UUID
	// Wait is how long until a reminder, a deadline or the total warning is due; 0 means never.
	Wait time.Duration
}

// Closed reports whether the change has ended.
func (p Position) Closed() bool { return p.Status != StatusRunning }

// positionRow is a change with its open step and its pending slips.
type positionRow struct {
	Status        string
	StepNo        int
	ChangeRound   int
	DueTotal      time.Time
	TotalWarnedAt *time.Time
	EffectiveOn   *time.Time
	Step          openStepRow `gorm:"embedded"` // empty when there is none
	SlipsJSON     string
	TasksJSON     string
}

// ReadPosition reads the position of a change (worker) in one statement, because every event
// of a change ends with it.
func (t *Tx) ReadPosition(change uuid.UUID) (*Position, error) {
	var row positionRow
	err := t.DB().Raw(`SELECT c.status, c.step_no, c.round AS change_round, c.due_total, c.total_warned_at, c.effective_on, `+openStepColumns+`,
			to_json(ARRAY(SELECT l.id FROM slip l WHERE l.change_id = c.id AND l.`+isPending+` ORDER BY l.created_at, l.id))::text AS slips_json,
			to_json(ARRAY(SELECT json_build_object('id', k.id, 'office', ko.code) FROM task k JOIN organisation ko ON ko.id = k.office_id
				WHERE k.change_id = c.id AND k.`+isOpen+` ORDER BY k.seat))::text AS tasks_json
		FROM change c LEFT JOIN (step s JOIN organisation o ON o.id = s.office_id) ON s.change_id = c.id AND s.`+isOpen+`
		WHERE c.id = ?`, change).Take(&row).Error
	if err != nil {
		return nil, store.OrMissing(err, "read the position of a change")
	}
	p := &Position{Status: row.Status, Step: row.StepNo, Round: row.ChangeRound}
	if p.Closed() {
		return p, nil
	}
	s := &row.Step
	if s.Name == "" {
		return nil, fmt.Errorf("change %s is running and has no open step", change)
	}
	p.Stage, p.DueAt, p.OpenedAt, p.Overdue, p.Automatic = s.Name, s.DueAt, s.OpenedAt, !t.Now().Before(s.DueAt), s.Act
	p.Wait = t.waitUntilNext(s, row.DueTotal, row.TotalWarnedAt != nil)
	if s.Act != "" && !s.NextAttemptAt.After(t.Now()) {
		p.Act = s.Act
	}
	if s.Act == process.ActAwaitDay {
		p.EffectiveOn, p.DueAt, p.OnHold = calendar.DateOf(*row.EffectiveOn), *s.NextAttemptAt, IsOnHold(*s.NextAttemptAt, *row.EffectiveOn)
	}
	var tasks []struct {
		ID     uuid.UUID `json:"id"`
		Office string    `json:"office"`
	}
	if err := errors.Join(json.Unmarshal([]byte(row.SlipsJSON), &p.Slips), json.Unmarshal([]byte(row.TasksJSON), &tasks)); err != nil {
		return nil, fmt.Errorf("read the position of a change: %w", err)
	}
	for _, k := range tasks {
		p.Tasks = append(p.Tasks, k.ID)
		if !slices.Contains(p.Offices, k.Office) {
			p.Offices = append(p.Offices, k.Office)
		}
	}
	return p, nil
}

// waitUntilNext returns the time until the next reminder, deadline or attempt. It is never 0
// for something that is due already, because the workflow takes 0 for "never". It is at
// least a second, so that a clock behind Temporal's does not make the workflow spin.
func (t *Tx) waitUntilNext(s *openStepRow, total time.Time, warned bool) time.Duration {
	var next time.Time
	consider := func(at time.Time, done bool) {
		if !done && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	consider(s.Remind50At, s.Reminded50 != nil)
	consider(s.Remind80At, s.Reminded80 != nil)
	consider(s.DueAt, s.OverdueAt != nil)
	consider(total, warned)
	if s.NextAttemptAt != nil {
		consider(*s.NextAttemptAt, false)
	}
	if next.IsZero() {
		return 0
	}
	return max(next.Sub(t.Now()), time.Second)
}

// RemindersAreDue reports whether a reminder, a deadline or the total warning of a change is
// due and not noted yet.
func (t *Tx) RemindersAreDue(change uuid.UUID) (bool, error) {
	var due bool
	err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM change c JOIN step s ON s.change_id = c.id AND s.`+isOpen+`
		WHERE c.id = @id AND c.status = '`+StatusRunning+`' AND ((s.remind_50_at <= @now AND s.reminded_50 IS NULL)
			OR (s.remind_80_at <= @now AND s.reminded_80 IS NULL) OR (s.due_at <= @now AND s.overdue_at IS NULL)
			OR (c.due_total <= @now AND c.total_warned_at IS NULL)))`, map[string]any{"id": change, "now": t.Now()}).Scan(&due).Error
	if err != nil {
		return false, fmt.Errorf("look for what is due: %w", err)
	}
	return due, nil
}

// SendDueReminders sends the reminders that are due, marks the step overdue and tells the
// superior bureau (督办), and warns when the whole change takes too long (D1). It decides
// nothing: a deadline never approves a change.
func (t *Tx) SendDueReminders(change uuid.UUID) error {
	c, err := t.ReadLocked(change)
	if err != nil {
		return err
	}
	if c.Status != StatusRunning {
		return nil
	}
	s, err := t.readOpenStep(change)
	if err != nil {
		return err
	}
	if s.Act == process.ActAwaitDay {
		return nil // no office is late: a worker that comes late applies the change as of its day
	}
	if !t.Now().Before(s.Remind50At) && s.Reminded50 == nil {
		if err := t.sendDueReminder(c, s, EventFirstReminder, "reminded_50"); err != nil {
			return err
		}
	}
	if !t.Now().Before(s.Remind80At) && s.Reminded80 == nil {
		if err := t.sendDueReminder(c, s, EventSecondReminder, "reminded_80"); err != nil {
			return err
		}
	}
	if !t.Now().Before(s.DueAt) && s.OverdueAt == nil {
		if err := t.sendDueReminder(c, s, EventOverdue, "overdue_at"); err != nil {
			return err
		}
		if s.Act == "" {
			if err := t.escalate(c, s, EventOverdue, calendar.Until(s.DueAt)); err != nil {
				return err
			}
		}
	}
	if !t.Now().Before(c.DueTotal) && c.TotalWarnedAt == nil {
		return t.warnTotal(c, s)
	}
	return nil
}

// sendDueReminder writes one line of the timeline, a notice to everybody for whom the step waits,
// and the mark that makes it happen once. At an automatic step it only writes that the
// step is overdue. Column is a name from this file, never input.
func (t *Tx) sendDueReminder(c *Change, s *openStepRow, verb, column string) error {
	if _, err := t.Exec(`UPDATE step SET `+column+` = ? WHERE change_id = ? AND no = ? AND round = ?`, t.Now(), c.ID, s.No, s.Round); err != nil {
		return fmt.Errorf("mark a reminder: %w", err)
	}
	if s.Act != "" && verb != EventOverdue {
		return nil // the system needs no reminder
	}
	// A new calendar may move the deadline. Then a new reminder is sent for the new one.
	due := calendar.Until(s.DueAt)
	if err := t.WriteEvent(Event{Change: c.ID, Verb: verb, Step: s.No, Round: s.Round, Office: s.OfficeID, Params: map[string]string{"due": due}}); err != nil {
		return err
	}
	if s.Act != "" {
		return nil // no office is late: operators see it
	}
	n := newNotice{change: c.ID, kind: verb, step: s.No, round: s.Round, occasion: due}
	open, err := t.notifyAsked(n)
	if err != nil || open > 0 {
		return err
	}
	// A step without an open task still belongs to its office.
	n.office, n.path, n.role = s.OfficeID, s.OfficePath, s.Role
	t.addNotice(n)
	return nil
}

// escalate tells the head of the superior bureau that an office is late, once for each
// due time.
func (t *Tx) escalate(c *Change, s *openStepRow, mark, due string) error {
	above := org.SuperiorPath(s.OfficePath)
	if above == "" {
		return nil // the nation has no superior
	}
	var o StepOffice
	if err := t.DB().Raw(`SELECT id, path::text AS path FROM organisation WHERE path = ?::ltree`, above).Take(&o).Error; err != nil {
		return fmt.Errorf("find the superior bureau: %w", err)
	}
	t.addNotice(newNotice{change: c.ID, kind: "ESCALATED_" + mark, step: s.No, round: s.Round, office: o.ID, path: o.Path, role: "BUREAU_HEAD", occasion: due})
	return nil
}

func (t *Tx) warnTotal(c *Change, s *openStepRow) error {
	if _, err := t.Exec(`UPDATE change SET total_warned_at = ? WHERE id = ?`, t.Now(), c.ID); err != nil {
		return fmt.Errorf("mark the total warning: %w", err)
	}
	due := calendar.Until(c.DueTotal)
	if err := t.WriteEvent(Event{Change: c.ID, Verb: eventTotalWarning, Step: s.No, Round: s.Round, Office: s.OfficeID, Params: map[string]string{"due": due}}); err != nil {
		return err
	}
	return t.escalate(c, s, eventTotalWarning, due)
}

// newNotice is one notice (通知) for everybody with a role at an office, or for one person
// there. One occasion makes one notice.
type newNotice struct {
	change   uuid.UUID
	kind     string
	step     int
	round    int
	office   uuid.UUID
	path     string
	role     string
	account  uuid.UUID // zero: everybody with the role
	occasion string
}

// NotifyRole leaves a notice for everybody with a role at an office, once for a step and
// round.
func (t *Tx) NotifyRole(change uuid.UUID, kind string, step, round int, officeID uuid.UUID, path, role string) error {
	t.addNotice(newNotice{change: change, kind: kind, step: step, round: round, office: officeID, path: path, role: role})
	return nil
}

func (t *Tx) addNotice(n newNotice) {
	t.Later("leave a notice", store.AnyRows, `INSERT INTO notice (id, org_id, org_path, role, account_id, change_id, kind, step_no, round, occasion, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		store.NewID(), n.office, n.path, n.role, store.OrNull(n.account), n.change, n.kind, n.step, n.round, n.occasion, t.Now())
}
