package worklist

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Case is a change as an operator of the service needs it: its position and what holds it
// up. It holds nothing about the pupil.
type Case struct {
	*change.Change

	OrgName  string
	Step     *CaseStep // nil when the change has ended
	Slips    []CaseSlip
	Position *change.Position
	// Job is the job by which the change takes effect; nil when there is none.
	Job *job.Job
	// Asked is when the workflow last read its position for the first time; nil: never.
	Asked   *time.Time
	Workers Workers
	Now     time.Time
}

// CaseStep is the open step of a case.
type CaseStep struct {
	Name       string
	OfficeName string
	OfficeCode string
	Role       string
	OpenedAt   time.Time
	DueAt      time.Time
	OverdueAt  *time.Time
	Problem    string
	TaskID     uuid.UUID // zero at an automatic step
	// Act is what the system does at an automatic step, empty where people decide.
	Act           process.Act
	Attempts      int
	NextAttemptAt *time.Time
	// Able is how many active accounts have the role of the step at its office and may decide it.
	Able int64
	// Stuck says that nobody can decide the step; Nobody lists the open tasks concerned.
	Stuck  bool
	Nobody []change.StuckSeat `gorm:"-"`
}

// CaseSlip is a slip that is neither counted nor refused.
type CaseSlip struct {
	ID        uuid.UUID
	Verb      change.Verb
	StepNo    int
	Round     int
	CreatedAt time.Time
}

// ReadCase reads a change by its case number or its ID (worker).
func ReadCase(t *change.Tx, ref string) (*Case, error) {
	id, err := caseID(t.Tx, ref)
	if err != nil {
		return nil, err
	}
	c := &Case{Now: t.Now()}
	if c.Change, err = t.Read(id); err != nil {
		return nil, err
	}
	if c.Position, err = t.ReadPosition(id); err != nil {
		return nil, err
	}
	if c.Workers, err = ReadWorkers(t.Tx); err != nil {
		return nil, err
	}
	return c, errors.Join(readCaseOffice(t.Tx, c), readCaseStep(t, c), readCaseSlips(t.Tx, c), readCaseJob(t.Tx, c))
}

func readCaseJob(t *store.Tx, c *Case) error {
	list, err := job.Jobs(t, job.JobFilter{Change: c.ID}, uuid.Nil, 1)
	if len(list) > 0 {
		c.Job = &list[0]
	}
	return err
}

func caseID(t *store.Tx, ref string) (uuid.UUID, error) {
	if id, err := uuid.Parse(ref); err == nil {
		return id, nil
	}
	var row struct{ ID uuid.UUID }
	err := t.DB().Raw(`SELECT id FROM change WHERE case_no = ?`, ref).Take(&row).Error
	if err != nil {
		return uuid.Nil, store.OrMissing(err, "find a case")
	}
	return row.ID, nil
}

func readCaseOffice(t *store.Tx, c *Case) error {
	var row struct {
		OrgName string
		Asked   *time.Time
	}
	err := t.DB().Raw(`SELECT o.name AS org_name, (SELECT max(b.sent_at) FROM outbox b WHERE b.change_id = ?) AS asked FROM organisation o WHERE o.id = ?`,
		c.ID, c.OrgID).Take(&row).Error
	if err != nil {
		return fmt.Errorf("read a case: %w", err)
	}
	c.OrgName, c.Asked = row.OrgName, row.Asked
	return nil
}

func readCaseStep(t *change.Tx, c *Case) error {
	if c.Status != change.StatusRunning {
		return nil
	}
	var row struct {
		CaseStep
		NobodyJSON *string
	}
	err := t.DB().Raw(`SELECT s.name, o.name AS office_name, o.code AS office_code, s.role, s.opened_at, s.due_at, s.overdue_at, s.problem,
			s.act, s.attempts, s.next_attempt_at, `+change.StuckSeatsQuery+` AS nobody_json,
			(SELECT k.id FROM task k WHERE k.change_id = s.change_id AND k.status = `+openWord+` ORDER BY k.seat LIMIT 1) AS task_id,
			(SELECT count(*) FROM account a WHERE a.org_id = s.office_id AND s.role = ANY (a.roles) AND a.sealed_at IS NULL AND a.closed_at IS NULL
				AND (s.no = 0 OR a.id <> c.filed_by)) AS able
		FROM step s JOIN organisation o ON o.id = s.office_id JOIN change c ON c.id = s.change_id
		WHERE s.change_id = @change AND s.status = `+openWord, map[string]any{"change": c.ID, "now": t.Now()}).Take(&row).Error
	if err != nil {
		return fmt.Errorf("read the open step of a case: %w", err)
	}
	s := row.CaseStep
	if s.Nobody, err = change.ParseStuckSeats(row.NobodyJSON); err != nil {
		return err
	}
	if s.Act == "" {
		s.Stuck, err = t.IsStuck(c.ID)
	}
	c.Step = &s
	return err
}

func readCaseSlips(t *store.Tx, c *Case) error {
	err := t.DB().Raw(`SELECT id, verb, step_no, round, created_at FROM slip WHERE change_id = ? AND outcome = `+pendingWord+` ORDER BY created_at, id`,
		c.ID).Scan(&c.Slips).Error
	if err != nil {
		return fmt.Errorf("read the undecided slips of a case: %w", err)
	}
	return nil
}

// ActingAccount is the account in whose name an operator acts.
type ActingAccount struct {
	ID      uuid.UUID
	OrgID   uuid.UUID
	OrgPath string
}

// FindActingAccount finds an active account by its login (worker).
func FindActingAccount(t *store.Tx, login string) (ActingAccount, error) {
	var h ActingAccount
	err := t.DB().Raw(`SELECT id, org_id, org_path::text AS org_path FROM account WHERE login = ? AND sealed_at IS NULL AND closed_at IS NULL`,
		account.NormalLogin(login)).Take(&h).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return h, refusal.New(refusal.NotFound).At("/as")
	}
	if err != nil {
		return h, fmt.Errorf("find an account: %w", err)
	}
	return h, nil
}
