package store

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// Found is what an office learns of a pupil whom it named: enough to apply, to see
// whether an application would be in vain, and to know whom to ask.
type Found struct {
	Subject

	StudentID uuid.UUID
	// Grade is the pupil's grade by the policy of the releasing province.
	Grade int
	// Refusal is the reason why the pupil cannot be received, else nil.
	Refusal *refusal.Error
	// Running is the running change, only for offices above the pupil's school.
	Running *RunningDetail
}

// RunningDetail is a running change for the offices of its own subtree.
type RunningDetail struct {
	ChangeID uuid.UUID
	CaseNo   string
	Kind     process.Kind
	StepName string
}

// FindPupil finds a pupil of any school for an office that names the pupil by name and
// number. It writes the audit entry also when there is no such pupil; the result is then
// nil. The policy limits the look-ups of an account per day.
func (t *Tx) FindPupil(c Claim, by Office) (*Found, error) {
	policy, err := t.policyOf(by.Province)
	if err != nil {
		return nil, err
	}
	if err := t.countLookup(policy.LookupsPerDay); err != nil {
		return nil, err
	}
	s, err := t.stranger(c)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, t.Audit("student.find", "lookup", t.scope.Account.String(), map[string]string{"found": "no"})
	}
	h, err := t.strange(s)
	if err != nil {
		return nil, err
	}
	if h.Province != by.Province && !c.numbered() {
		refused := &Found{StudentID: h.ID, Refusal: refusal.New(refusal.TransferNumberRequired).At("/student_number")}
		return refused, t.Audit("student.find", "lookup", t.scope.Account.String(), map[string]string{"found": h.ID.String()})
	}
	releasing, err := t.policyOf(h.Province)
	if err != nil {
		return nil, err
	}
	f := &Found{Subject: seenSubject(h), StudentID: h.ID, Grade: releasing.Grade(h.EntryYear, t.today())}
	running, err := t.runningKind(h.ID)
	if err != nil {
		return nil, err
	}
	if h.SchoolID == by.ID {
		f.Refusal = refusal.New(refusal.TransferSameSchool)
	} else if code := status.Validate(h.record, running, policy.TransferProblem && releasing.TransferProblem); code != "" {
		f.Refusal = code.Refusal(h.record.Enrol, h.school(), running)
	} else {
		f.Refusal = status.Ineligible(h.record, h.school(), policy.TransferPunished && releasing.TransferPunished)
		if e := status.SentOnly(h.record, h.school(), by.Province, policy); e != nil {
			f.Refusal = e
		}
	}
	if own, err := t.ownClaim(h.ID, h.SchoolID, by.ID, running); err != nil {
		return nil, err
	} else if own != nil {
		f.Refusal = own
	}
	if f.Running, err = t.runningDetail(h.ID); err != nil {
		return nil, err
	}
	return f, t.Audit("student.find", "lookup", t.scope.Account.String(), map[string]string{"found": h.ID.String()})
}

// AskIdentity counts, as a look-up, the question whether a document number is free. A
// change of key data asks this of the whole register, and no office may try out which
// numbers are known. The audit entry does not hold the number.
func (t *Tx) AskIdentity(by Office) error {
	policy, err := t.policyOf(by.Province)
	if err != nil {
		return err
	}
	if err := t.countLookup(policy.LookupsPerDay); err != nil {
		return err
	}
	return t.Audit("identity.ask", "lookup", t.scope.Account.String(), nil)
}

// countLookup refuses an account that has used up its look-ups of today, so that nobody
// can try numbers out.
func (t *Tx) countLookup(most int) error {
	// One look-up of an account at a time, or many at once would pass the count.
	if _, err := t.exec(`SELECT pg_advisory_xact_lock(hashtextextended('lookup/' || ?, 0))`, t.scope.Account.String()); err != nil {
		return fmt.Errorf("count the pupils looked up: %w", err)
	}
	var n int
	err := t.db.Raw(`SELECT count(*) FROM audit_entry WHERE subject_kind = 'lookup' AND subject_id = ? AND at >= ?`,
		t.scope.Account.String(), t.today().Start()).Scan(&n).Error
	if err != nil {
		return fmt.Errorf("count the pupils looked up: %w", err)
	}
	if n >= most {
		return refusal.New(refusal.LookupsUsed).With("max", strconv.Itoa(most))
	}
	return nil
}

// runningDetail returns the running change of a pupil to an office above the pupil's
// school; nil for every other office, and when no change runs.
func (t *Tx) runningDetail(student uuid.UUID) (*RunningDetail, error) {
	var d RunningDetail
	err := t.db.Raw(`SELECT c.id AS change_id, c.case_no, c.kind, coalesce(s.name, '') AS step_name
		FROM change c JOIN student p ON p.id = @student LEFT JOIN step s ON s.change_id = c.id AND s.status = 'OPEN'
		WHERE (c.student_id = @student OR c.id IN (SELECT l.change_id FROM change_line l WHERE l.student_id = @student AND l.verdict = 'LISTED'))
			AND c.status = 'RUNNING' LIMIT 1`, map[string]any{"student": student}).Take(&d).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // nothing is running, or nothing this office may know
	}
	if err != nil {
		return nil, fmt.Errorf("read the change in hand: %w", err)
	}
	return &d, nil
}
