package casepage

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// ClassRef is a class as every party of a change may know it.
type ClassRef struct {
	ID    uuid.UUID
	Code  string
	Name  string
	Grade string
}

// Page is everything a party sees of a change.
type Page struct {
	*change.Change

	Class *ClassRef // the requested class; nil when none is requested

	OrgName     string
	StudentName string // empty for a roster
	Sides       []SideView
	StruckCase  string      // case number of the correction that struck it, or ""
	Values      []ValueView // of a change of key data
	// Own is what only the Work of the kind shows, in a type of its package.
	Own       any
	Steps     []StepView
	Tasks     []TaskView
	Timeline  []TimelineEntry
	Evidence  []EvidenceView
	Revisions []Revision // changes of the form since it was filed
	// Open is the step that waits, nil when the change has ended.
	Open *StepView
	// May lists what the reader may say about the change as a whole.
	May []change.Verb
	// LeftOut counts the rows of a roster that were left out when it took effect.
	LeftOut int
}

// StepView is one step as people see it.
type StepView struct {
	No             int
	Round          int
	Name           string
	OfficeID       uuid.UUID
	OfficeName     string
	OfficePath     string
	Role           org.Role
	OpenedAt       time.Time
	DueAt          time.Time
	DueProvisional bool
	OverdueAt      *time.Time
	Problem        string
	Status         string
	ClosedAt       *time.Time
	TaskID         uuid.UUID // zero at an automatic step
	Act            process.Act
	Attempts       int
	NextAttemptAt  *time.Time
}

// SideView is one office that is a party to a change.
type SideView struct {
	Side  process.Side
	OrgID uuid.UUID
	Name  string
	Code  string
}

// ValueView is one key item a change writes; numbers are masked.
type ValueView struct {
	Field  string
	Before string
	After  string
	Masked bool
}

// TimelineEntry is one thing that happened, with who did it and where.
type TimelineEntry struct {
	At         time.Time
	Verb       string
	StepNo     int
	Round      int
	AccountID  *uuid.UUID
	Actor      string // name of a member of staff; empty for the system
	For        string // the person for whom the actor acted (代理)
	To         string // names of the people concerned, joined by "、"
	OfficeName string
	Opinion    string
	Params     map[string]string `gorm:"-"`
}

// EvidenceView is one attached file.
type EvidenceView struct {
	ID        uuid.UUID
	Kind      string
	Round     int
	OutRound  *int // the round in which it was taken out; nil while it counts
	FileName  string
	MediaType string
	Size      int64
	SHA256    []byte `gorm:"column:sha256"`
	CreatedAt time.Time
	// Elsewhere are the cases of other pupils in which the same file stands.
	Elsewhere []CaseRef `gorm:"-"`
}

// CaseRef names a change. Both fields are empty when the reader may know only that such a
// case exists.
type CaseRef struct {
	ID     uuid.UUID
	CaseNo string
}

// Pager is a change.Work that shows more on the page of a change. The page finds it by
// assertion, as the engine finds the companions of a Work.
type Pager interface {
	Page(t *store.Tx, p *Page) error
}

// Read reads a change with its steps, timeline and evidence.
func Read(t *change.Tx, id uuid.UUID) (*Page, error) {
	c, err := t.Read(id)
	if err != nil {
		return nil, err
	}
	p := &Page{Change: c}
	err = errors.Join(readParties(t, p), readSteps(t, p), readTasks(t, p), readTimeline(t, p), readEvidence(t, p), readRequestedValues(t, p), readRevisions(t, p))
	if err == nil {
		err = readVerbs(t, p)
	}
	if w, more := t.FindWork(p.Kind).(Pager); more && err == nil {
		err = w.Page(t.Tx, p)
	}
	return p, err
}

func readRequestedValues(t *change.Tx, p *Page) error {
	if !status.WritesItems(p.Kind) {
		return nil
	}
	err := t.DB().Raw(`SELECT field, before, after, cipher IS NOT NULL AS masked FROM change_value WHERE change_id = @id
		AND round = (SELECT max(round) FROM change_value WHERE change_id = @id) ORDER BY field`, map[string]any{"id": p.ID}).Scan(&p.Values).Error
	if err != nil {
		return fmt.Errorf("read the key items of a change: %w", err)
	}
	return nil
}

func readParties(t *change.Tx, p *Page) error {
	var row struct{ OrgName, StudentName, StruckCase string }
	err := t.DB().Raw(`SELECT o.name AS org_name, coalesce((SELECT s.name FROM student s WHERE s.id = ?), '') AS student_name,
		coalesce(struck_by_case(?), '') AS struck_case FROM organisation o WHERE o.id = ?`, p.StudentID, p.StruckBy, p.OrgID).Take(&row).Error
	if err != nil {
		return fmt.Errorf("read the parties of a change: %w", err)
	}
	p.OrgName, p.StudentName, p.StruckCase = row.OrgName, row.StudentName, row.StruckCase
	if p.StudentName == "" {
		p.StudentName = p.Subject.Name // a pupil of another school, then or now
	}
	if err := readRequestedClass(t, p); err != nil || !p.HasOtherParties() {
		return err
	}
	err = t.DB().Raw(`SELECT side, org_id, name, code FROM change_sides(?) WHERE side <> '`+string(process.SideFiler)+`'`, p.ID).Scan(&p.Sides).Error
	if err != nil {
		return fmt.Errorf("read the sides of a change: %w", err)
	}
	return nil
}

// readRequestedClass reads the class that a change requests; nil when it requests none.
func readRequestedClass(t *change.Tx, p *Page) error {
	if p.Inputs["class_id"] == "" {
		return nil
	}
	var list []ClassRef
	if err := t.DB().Raw(`SELECT id, code, name, grade FROM change_class(?)`, p.ID).Scan(&list).Error; err != nil {
		return fmt.Errorf("read the class of a change: %w", err)
	}
	if len(list) > 0 {
		p.Class = &list[0]
	}
	return nil
}

// currentObstacle is the SQL of the current problem of step s. It is empty as soon as every
// open seat has somebody who can decide, or one seat where one is enough. So the page is
// right before the upkeep clears the column.
const currentObstacle = `CASE WHEN s.problem = '` + change.ObstacleNobody + `' AND s.status = '` + change.StepOpen + `' AND (SELECT CASE WHEN min(r.mode) IN ('ANY', 'RATIO')
		THEN bool_or(task_able(k.id, @now)) ELSE bool_and(task_able(k.id, @now)) END
		FROM task k JOIN change c ON c.id = k.change_id ` + change.StepRules + `
		WHERE k.change_id = s.change_id AND k.step_no = s.no AND k.round = s.round AND k.status = '` + change.StepOpen + `') THEN '' ELSE s.problem END`

func readSteps(t *change.Tx, p *Page) error {
	err := t.DB().Raw(`SELECT s.no, s.round, s.name, s.office_id, o.name AS office_name, s.office_path::text AS office_path, s.role, s.opened_at, s.due_at,
		s.due_provisional, s.overdue_at, `+currentObstacle+` AS problem, s.status, s.closed_at, k.id AS task_id, s.act, s.attempts, s.next_attempt_at
		FROM step s JOIN organisation o ON o.id = s.office_id
		LEFT JOIN LATERAL (SELECT k.id FROM task k WHERE k.change_id = s.change_id AND k.step_no = s.no AND k.round = s.round
			ORDER BY k.status = '`+change.StepOpen+`' AND (k.holder_id IS NULL OR k.holder_id = @me) DESC, k.status = '`+change.StepOpen+`' DESC, k.status IN ('`+change.TaskDecided+`', '`+change.TaskCancelled+`') DESC, k.seat LIMIT 1) k ON true
		WHERE s.change_id = @id ORDER BY s.opened_at, s.round, s.no`, map[string]any{"id": p.ID, "me": t.Scope().Account, "now": t.Now()}).Scan(&p.Steps).Error
	if err != nil {
		return fmt.Errorf("read the steps of a change: %w", err)
	}
	for i := range p.Steps {
		if p.Steps[i].Status == change.StepOpen {
			p.Open = &p.Steps[i]
		}
	}
	return nil
}

// readableSubject reports whether the caller may read the record of the pupil.
func readableSubject(t *change.Tx, p *Page) (readable bool, err error) {
	if p.StudentID == nil {
		return false, nil
	}
	if err = t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM student WHERE id = ?)`, *p.StudentID).Scan(&readable).Error; err != nil {
		return false, fmt.Errorf("ask whether a record is in scope: %w", err)
	}
	return readable, nil
}

func readTimeline(t *change.Tx, p *Page) error {
	readable, err := readableSubject(t, p)
	if err != nil {
		return err
	}
	var rows []struct {
		TimelineEntry
		ParamsJSON string
	}
	err = t.DB().Raw(`SELECT e.at, e.verb, e.step_no, e.round, e.account_id, coalesce(l.name, '') AS actor, coalesce(o.name, '') AS office_name,
		e.opinion, e.params::text AS params_json, coalesce(b.name, '') AS for, coalesce(n.names, '') AS to
		FROM change_event e LEFT JOIN organisation o ON o.id = e.office_id
		LEFT JOIN LATERAL account_label(e.account_id) l ON true
		LEFT JOIN LATERAL account_label(e.for_account) b ON true
		LEFT JOIN LATERAL (SELECT string_agg(x.name, '、' ORDER BY i) AS names FROM unnest(string_to_array(nullif(e.params ->> 'to', ''), ',')) WITH ORDINALITY u (id, i)
			CROSS JOIN LATERAL account_label(CAST(u.id AS uuid)) x) n ON true
		WHERE e.change_id = ? ORDER BY e.at, e.id`, p.ID).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read the timeline of a change: %w", err)
	}
	for _, r := range rows {
		if err := json.Unmarshal([]byte(r.ParamsJSON), &r.Params); err != nil {
			return fmt.Errorf("read the timeline of a change: %w", err)
		}
		delete(r.Params, "key")
		delete(r.Params, "to")
		if r.Verb == change.EventResidue && r.Params["what"] == change.ResiduePlace && !readable { // the school that the pupil left does not learn the class
			delete(r.Params, "was")
			delete(r.Params, "is")
		}
		p.Timeline = append(p.Timeline, r.TimelineEntry)
	}
	return nil
}

func readEvidence(t *change.Tx, p *Page) error {
	err := t.DB().Raw(`SELECT e.id, x.kind, x.round, x.out_round, e.file_name, e.media_type, e.size, e.sha256, e.created_at
		FROM change_evidence x JOIN evidence e ON e.id = x.evidence_id WHERE x.change_id = ? ORDER BY x.round, x.kind, e.id`, p.ID).Scan(&p.Evidence).Error
	if err != nil {
		return fmt.Errorf("read the evidence of a change: %w", err)
	}
	if len(p.Evidence) == 0 {
		return nil
	}
	return readOtherCases(t, p)
}
