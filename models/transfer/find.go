package transfer

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// FoundPupil is what an office learns of a pupil whom it named: enough to apply, to see
// whether an application would be in vain, and to know whom to ask.
type FoundPupil struct {
	change.Subject

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
func FindPupil(t *change.Tx, c change.PupilReference, by org.OfficeRef) (*FoundPupil, error) {
	rules, err := policy.InForce(t.Tx, by.Province)
	if err != nil {
		return nil, err
	}
	if err := student.CountLookups(t.Tx, rules.LookupsPerDay, 1); err != nil {
		return nil, err
	}
	s, err := findForeignPupil(t.Tx, c)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, t.Audit("student.find", "lookup", t.Scope().Account.String(), map[string]string{"found": "no"})
	}
	h, err := foreignRecord(t.Tx, s)
	if err != nil {
		return nil, err
	}
	if h.Province != by.Province && !c.HasNumber() {
		refused := &FoundPupil{StudentID: h.ID, Refusal: refusal.New(refusal.TransferNumberRequired).At("/student_number")}
		return refused, t.Audit("student.find", "lookup", t.Scope().Account.String(), map[string]string{"found": h.ID.String()})
	}
	releasing, err := policy.InForce(t.Tx, h.Province)
	if err != nil {
		return nil, err
	}
	f := &FoundPupil{Subject: change.PupilSubject(h), StudentID: h.ID, Grade: releasing.Grade(h.EntryYear, t.Today())}
	running, err := t.RunningKind(h.ID)
	if err != nil {
		return nil, err
	}
	if h.SchoolID == by.ID {
		f.Refusal = refusal.New(refusal.TransferSameSchool)
	} else if code := status.Validate(h.Record, running, rules.TransferProblem && releasing.TransferProblem); code != "" {
		f.Refusal = code.Refusal(h.Record.Enrol, h.School(), running)
	} else {
		f.Refusal = status.Ineligible(h.Record, h.School(), rules.TransferPunished && releasing.TransferPunished)
		if e := status.SentOnly(h.Record, h.School(), by.Province, rules); e != nil {
			f.Refusal = e
		}
	}
	if own, err := refusalIfOwnChange(t, h.ID, h.SchoolID, by.ID, running); err != nil {
		return nil, err
	} else if own != nil {
		f.Refusal = own
	}
	if f.Running, err = readRunningDetail(t.Tx, h.ID); err != nil {
		return nil, err
	}
	return f, t.Audit("student.find", "lookup", t.Scope().Account.String(), map[string]string{"found": h.ID.String()})
}

// CountIdentityQuestion counts, as a look-up, the question whether a document number is free. A
// change of key data asks this of the whole register, and no office may try out which
// numbers are known. The audit entry does not hold the number.
func CountIdentityQuestion(t *store.Tx, by org.OfficeRef) error {
	rules, err := policy.InForce(t, by.Province)
	if err != nil {
		return err
	}
	if err := student.CountLookups(t, rules.LookupsPerDay, 1); err != nil {
		return err
	}
	return t.Audit("identity.ask", "lookup", t.Scope().Account.String(), nil)
}

// readRunningDetail returns the running change of a pupil to an office above the pupil's
// school; nil for every other office, and when no change runs.
func readRunningDetail(t *store.Tx, student uuid.UUID) (*RunningDetail, error) {
	var d RunningDetail
	err := t.DB().Raw(`SELECT c.id AS change_id, c.case_no, c.kind, coalesce(s.name, '') AS step_name
		FROM (SELECT a.id FROM change a WHERE a.student_id = @student
			UNION ALL SELECT l.change_id FROM change_line l WHERE l.student_id = @student AND l.verdict = @listed
			UNION ALL SELECT l.change_id FROM graduation_line l WHERE l.student_id = @student AND l.verdict = 'LISTED'
			UNION ALL SELECT l.change_id FROM placing_line l WHERE l.student_id = @student AND l.verdict = 'LISTED'
			UNION ALL SELECT d.change_id FROM admission d WHERE d.student_id = @student AND d.state = 'RETRIEVED') x
		JOIN change c ON c.id = x.id JOIN student p ON p.id = @student LEFT JOIN step s ON s.change_id = c.id AND s.status = @open
		WHERE c.status = @running LIMIT 1`, map[string]any{"student": student, "open": change.StepOpen, "listed": pupillist.Listed, "running": change.StatusRunning}).Take(&d).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // nothing is running, or nothing this office may know
	}
	if err != nil {
		return nil, fmt.Errorf("read the change in hand: %w", err)
	}
	return &d, nil
}
