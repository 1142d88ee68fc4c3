package transfer

import (
	"fmt"

	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// ReceivedWork is the Work of kinds that the receiving school files for a pupil of
// another school: a transfer (转学), a return to school.
type ReceivedWork struct{ change.RecordWork }

// Prepare finds the pupil by name and number.
func (ReceivedWork) Prepare(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	return prepareReceived(t, c, f, policy)
}

// ReceivedKind returns the Work of a kind that the receiving school files. More reads the
// facts that only this kind needs; it may be nil.
func ReceivedKind(more func(t *store.Tx, c *change.Change, h *student.PupilRow, f *status.Facts) error) ReceivedWork {
	return ReceivedWork{change.RecordWork{
		Facts: func(t *store.Tx, c *change.Change, h *student.PupilRow, f *status.Facts, _ bool) (err error) {
			if f.To, err = student.ReadSchool(t, c.OrgID); err != nil || more == nil {
				return err
			}
			return more(t, c, h, f)
		},
		Lost: refusalOfBusyPupil, Automatic: validateMove,
	}}
}

// Page shows the paper file.
func (ReceivedWork) Page(t *store.Tx, p *casepage.Page) error { return showPaperFile(t, p) }

// SentWork is the Work of kinds that the releasing school files, with the receiving school
// in the form.
type SentWork struct{ change.RecordWork }

// Page shows the paper file.
func (SentWork) Page(t *store.Tx, p *casepage.Page) error { return showPaperFile(t, p) }

// SentKind returns the Work of a kind that the releasing school files.
func SentKind() SentWork {
	return SentWork{change.RecordWork{
		Facts: func(t *store.Tx, c *change.Change, _ *student.PupilRow, f *status.Facts, _ bool) (err error) {
			f.To, err = receivingSchool(t, c)
			return err
		},
		Fixed: refuseOtherReceiver, Automatic: validateMove,
	}}
}

// AppliedBefore reads whether the school applied for this graduate before.
func AppliedBefore(t *store.Tx, c *change.Change, h *student.PupilRow, f *status.Facts) error {
	err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM change WHERE student_id = ? AND kind = ? AND org_id = ? AND status <> ? AND struck_at IS NULL AND id <> ?)`,
		h.ID, c.Kind, c.OrgID, change.StatusWithdrawn, c.ID).Scan(&f.AppliedBefore).Error
	return readEarlier(err)
}

// LeftForMismatch reads whether the pupil left because the record stood in the wrong
// stage.
func LeftForMismatch(t *store.Tx, _ *change.Change, h *student.PupilRow, f *status.Facts) error {
	return readEarlier(t.DB().Raw(`SELECT left_for_mismatch(?)`, h.ID).Scan(&f.StageMismatch).Error)
}

// PaperBeforeArrival reads whether the pupil arrived after the day on the paper.
func PaperBeforeArrival(t *store.Tx, c *change.Change, h *student.PupilRow, f *status.Facts) error {
	on, given := status.PaperDay(c.Inputs)
	if !given {
		return nil
	}
	return readEarlier(t.DB().Raw(`SELECT arrived_after(?, ?)`, h.ID, on).Scan(&f.PaperBeforeArrival).Error)
}

func readEarlier(err error) error {
	if err != nil {
		return fmt.Errorf("read earlier changes of a pupil: %w", err)
	}
	return nil
}

// refusalOfBusyPupil returns the refusal, in the words of the national validation, for a pupil
// whom another change holds.
func refusalOfBusyPupil(t *change.Tx, c *change.Change) error {
	running, err := t.RunningKind(*c.StudentID)
	if err != nil {
		return err
	}
	own, err := refusalIfOwnChange(t, *c.StudentID, c.Releasing.ID, c.OrgID, running)
	if err != nil {
		return err
	}
	if own != nil {
		return own
	}
	return status.BusinessRunning.Refusal("", status.School{Name: c.Subject.School}, running)
}

// validateMove does the automatic step of a move.
func validateMove(t *change.Tx, c *change.Change, act process.Act) (*refusal.Error, error) {
	if act != process.ActValidate {
		return nil, nil //nolint:nilnil // the record itself says whether it takes the change
	}
	return validateTransfer(t.Tx, c)
}

// MovePage is the part of the page of a change that only moves have.
type MovePage struct {
	Lines    []ListedPupilView // of a list
	Handover *PaperFile        // of the paper file, once a move is in force
}

func showPaperFile(t *store.Tx, p *casepage.Page) error {
	h, err := paperFileOf(t, p.ID)
	p.Own = MovePage{Handover: h}
	return err
}
