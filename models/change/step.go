package change

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// The states of a step and of its tasks.
const (
	StepOpen              = "OPEN"
	StepDone              = "DONE"
	stepCancelled         = "CANCELLED"
	TaskDecided           = "DECIDED"
	TaskCancelled         = "CANCELLED"
	TaskWaiting           = "WAITING"    // waits for other seats of the step
	taskRemoved           = "REMOVED"    // 减签
	taskTakenBack         = "TAKEN_BACK" // 取回: another task stands in its place
	ObstacleNobody        = "NO_ELIGIBLE_PERSON"
	ObstacleNoAnswer      = "IDENTITY_NO_ANSWER"
	ObstacleNotApplied    = EventNotApplied // until the next decision
	firstReminderPercent  = 50              // percent of a step's days after which a reminder is sent
	secondReminderPercent = 80
	EventFirstReminder    = "REMINDED_50"
	EventSecondReminder   = "REMINDED_80"
	EventOverdue          = "OVERDUE"
	eventTotalWarning     = "TOTAL_WARNED"
)

// Conditions of statements. The words stand in the text and are no parameters: PostgreSQL
// uses a partial index only for a word that it reads.
const (
	isOpen    = `status = '` + StepOpen + `'`
	isLive    = `status IN ('` + StepOpen + `', '` + TaskWaiting + `')`
	isDecided = `status = '` + TaskDecided + `'`
	isCounted = `status IN ('` + StepOpen + `', '` + TaskWaiting + `', '` + TaskDecided + `')`
	isPending = `outcome = '` + SlipPending + `'`
)

// StepOffice is one office of the tree.
type StepOffice struct {
	ID   uuid.UUID
	Path string
	Code string
	Name string
}

// OpenStep opens a step of the change in the change's round. It never fails for a
// business reason. When nobody can act, the step opens with a named problem that
// administrators and the superior see.
func (t *Tx) OpenStep(c *Change, no int) error {
	rule, ok := c.Definition.Step(no)
	if !ok {
		return fmt.Errorf("change %s has no step %d", c.ID, no)
	}
	at, able, err := t.findStepOffice(c, no, rule)
	if err != nil {
		return err
	}
	due := t.Workdays().Deadline(t.Now(), rule.Term)
	next := any(nil)
	if rule.Act != "" {
		able, next = true, t.Now()
	} else if able, err = t.openTasks(c, no, rule, at, able, due.At); err != nil {
		return err
	}
	named := ""
	if !able {
		named = ObstacleNobody
	}
	t.Later("open a step", 1, `INSERT INTO step (change_id, no, round, name, side, role, office_id, office_path, opened_at, due_at, due_provisional,
		calendar_version, remind_50_at, remind_80_at, problem, status, act, next_attempt_at, jump_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, no, c.Round, rule.Name, rule.Side, rule.Role, at.ID, at.Path, t.Now(), due.At, due.Provisional, due.Version,
		t.Workdays().Fraction(due, firstReminderPercent), t.Workdays().Fraction(due, secondReminderPercent), named, StepOpen, rule.Act, next, c.JumpTo)
	c.StepNo = no
	if !able {
		return t.notifyHeads(c)
	}
	return nil
}

// findStepOffice finds the office of a step in the tree of today, so that it follows
// reorganisations. Where a province has no office of the level (municipalities, directly
// administered counties), the managing bureau acts. It also reports whether anybody can
// decide the step: an active account with the role at the office that is not the
// applicant, because the person who submits does not review. It is one statement, because
// every step of every change begins with it.
func (t *Tx) findStepOffice(c *Change, no int, rule process.Step) (*StepOffice, bool, error) {
	except := c.FiledBy
	if no == 0 || rule.Own {
		except = uuid.Nil // the applicant's own step
	}
	var row struct {
		Office StepOffice `gorm:"embedded"`
		Able   bool
	}
	err := t.DB().Raw(`SELECT o.id, o.path::text AS path, o.code, o.name, office_can_act(o.id, @role, @except) AS able
		FROM organisation f JOIN organisation o ON o.path @> f.path AND CASE @level
			WHEN 'SCHOOL' THEN o.path = f.path WHEN 'MANAGING' THEN o.path = subpath(f.path, 0, -1)
			WHEN 'COMMON' THEN o.path = (SELECT lca(array_agg(s.path)) FROM (SELECT q.org_path AS path FROM change_party q WHERE q.change_id = @change
				UNION ALL SELECT b.path FROM change c JOIN organisation b ON b.id = c.beside WHERE c.id = @change) s)
			ELSE o.kind = @level OR o.path = subpath(f.path, 0, -1) END
		WHERE f.id = coalesce(CAST(@known AS uuid), (SELECT p.org_id FROM change_party p WHERE p.change_id = @change AND p.side = @side))
		ORDER BY o.kind <> @level LIMIT 1`,
		map[string]any{"change": c.ID, "side": rule.Side, "known": store.OrNull(c.filedSide(rule.Side)), "level": rule.Level, "role": rule.Role, "except": except}).Take(&row).Error
	if err != nil {
		return nil, false, fmt.Errorf("find the office of a step on the %s side: %w", rule.Side, err)
	}
	return &row.Office, row.Able, nil
}

// openStepRow is the open step of a running change with its office.
type openStepRow struct {
	No         int
	Round      int
	Name       string
	Role       string
	Act        process.Act
	OfficeID   uuid.UUID
	OfficePath string
	OfficeCode string
	OpenedAt   time.Time
	DueAt      time.Time
	Remind50At time.Time  `gorm:"column:remind_50_at"` // the names GORM would guess have no _ before the number
	Remind80At time.Time  `gorm:"column:remind_80_at"`
	Reminded50 *time.Time `gorm:"column:reminded_50"`
	Reminded80 *time.Time `gorm:"column:reminded_80"`
	OverdueAt  *time.Time
	Attempts   int
	Problem    string
	// NextAttemptAt is when an automatic step is tried again.
	NextAttemptAt *time.Time
}

// openStepColumns are those of openedStep, of step s at organisation o.
const openStepColumns = `s.no, s.round, s.name, s.role, s.office_id, s.office_path::text AS office_path, o.code AS office_code, s.opened_at,
	s.due_at, s.remind_50_at, s.remind_80_at, s.reminded_50, s.reminded_80, s.overdue_at, s.act, s.attempts, s.problem, s.next_attempt_at`

func (t *Tx) readOpenStep(change uuid.UUID) (*openStepRow, error) {
	var s openStepRow
	err := t.DB().Raw(`SELECT `+openStepColumns+` FROM step s JOIN organisation o ON o.id = s.office_id
		WHERE s.change_id = ? AND s.`+isOpen, change).Take(&s).Error
	if err != nil {
		return nil, fmt.Errorf("read the open step: %w", err)
	}
	return &s, nil
}

// closeStep ends the open step and cancels its undecided tasks.
func (t *Tx) closeStep(change uuid.UUID, status string) {
	t.Later("close a step", 1, `UPDATE step SET status = ?, closed_at = ?, problem = '' WHERE change_id = ? AND `+isOpen, status, t.Now(), change)
	t.Later("close a step", store.AnyRows, `UPDATE task SET status = ? WHERE change_id = ? AND `+isLive, TaskCancelled, change)
}
