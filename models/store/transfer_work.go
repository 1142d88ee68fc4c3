package store

import (
	"fmt"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// receivedWork is the Work of kinds that the receiving school files for a pupil of
// another school: a transfer (转学), a return to school.
type receivedWork struct{ RecordWork }

// Prepare finds the pupil by name and number.
func (receivedWork) Prepare(t *Tx, c *Change, f Filing, policy process.Policy) error {
	return t.prepareReceived(c, f, policy)
}

// receivedKind returns the Work of a kind that the receiving school files. More reads the
// facts that only this kind needs; it may be nil.
func receivedKind(more func(t *Tx, c *Change, h *held, f *status.Facts) error) receivedWork {
	return receivedWork{RecordWork{
		Facts: func(t *Tx, c *Change, h *held, f *status.Facts, _ bool) (err error) {
			if f.To, err = t.schoolFor(c.OrgID); err != nil || more == nil {
				return err
			}
			return more(t, c, h, f)
		},
		Lost: (*Tx).receivedLost, Automatic: (*Tx).validation, Shows: (*Tx).showHandover,
	}}
}

// sentKind returns the Work of a kind that the releasing school files, with the receiving
// school in the form.
func sentKind() RecordWork {
	return RecordWork{
		Facts: func(t *Tx, c *Change, _ *held, f *status.Facts, _ bool) (err error) {
			f.To, err = t.receivingSchool(c)
			return err
		},
		Fixed: (*Tx).sameReceiver, Automatic: (*Tx).validation, Shows: (*Tx).showHandover,
	}
}

// appliedBefore reads whether the school applied for this graduate before.
func appliedBefore(t *Tx, c *Change, h *held, f *status.Facts) error {
	err := t.db.Raw(`SELECT EXISTS (SELECT 1 FROM change WHERE student_id = ? AND kind = ? AND org_id = ? AND status <> ? AND struck_at IS NULL AND id <> ?)`,
		h.ID, c.Kind, c.OrgID, Taken, c.ID).Scan(&f.AppliedBefore).Error
	return readEarlier(err)
}

// leftForMismatch reads whether the pupil left because the record stood in the wrong
// stage.
func leftForMismatch(t *Tx, _ *Change, h *held, f *status.Facts) error {
	return readEarlier(t.db.Raw(`SELECT left_for_mismatch(?)`, h.ID).Scan(&f.StageMismatch).Error)
}

// paperBeforeArrival reads whether the pupil arrived after the day on the paper.
func paperBeforeArrival(t *Tx, c *Change, h *held, f *status.Facts) error {
	on, given := status.PaperDay(c.Inputs)
	if !given {
		return nil
	}
	return readEarlier(t.db.Raw(`SELECT arrived_after(?, ?)`, h.ID, on).Scan(&f.PaperBeforeArrival).Error)
}

func readEarlier(err error) error {
	if err != nil {
		return fmt.Errorf("read earlier changes of a pupil: %w", err)
	}
	return nil
}

// receivedLost returns the refusal, in the words of the national validation, for a pupil
// whom another change holds.
func (t *Tx) receivedLost(c *Change) error {
	running, err := t.runningKind(*c.StudentID)
	if err != nil {
		return err
	}
	own, err := t.ownClaim(*c.StudentID, c.releasing.ID, c.OrgID, running)
	if err != nil {
		return err
	}
	if own != nil {
		return own
	}
	return status.BusinessRunning.Refusal("", status.School{Name: c.Subject.School}, running)
}

// validation does the automatic step of a move.
func (t *Tx) validation(c *Change, act process.Act) (*refusal.Error, error) {
	if act != process.ActValidate {
		return nil, nil //nolint:nilnil // the record itself says whether it takes the change
	}
	return t.validateTransfer(c)
}

// MoveShown is the part of the page of a change that only moves have.
type MoveShown struct {
	Lines    []LineView // of a list
	Handover *Handover  // of the paper file, once a move is in force
}

func (t *Tx) showHandover(p *ChangePage) error {
	h, err := t.handoverOf(p.ID)
	p.Own = MoveShown{Handover: h}
	return err
}
