package casepage

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// RevealRequest is a request to see one number of a change in full.
type RevealRequest struct {
	Field  student.Secret
	Row    int // of the roster a change brings in; 0 for every other kind
	Reason student.RevealReason
}

// RevealedNumber is a number of a change in full: the number in the record, and the number
// after the change. Before is empty when the record does not exist yet.
type RevealedNumber struct{ Before, After string }

// RevealNumber returns a number that a running change writes, in full. It is for the
// person who decides at the open step, for the person asked there for advice, and for the
// people who handed the change in. It audits who asked, for which number and why. When
// the step is decided, its people no longer see the number here. A number in force stands
// in the record and is read with RevealSecret.
func RevealNumber(t *change.Tx, id uuid.UUID, a RevealRequest) (*RevealedNumber, error) {
	if err := a.Reason.Check(); err != nil {
		return nil, err
	}
	c, err := t.Read(id)
	if err != nil {
		return nil, err
	}
	if c.Status != change.StatusRunning {
		return nil, t.ChangeEnded(c)
	}
	task, err := taskShowingNumbers(t, c)
	if err != nil {
		return nil, err
	}
	seen, err := readNumber(t, c, a)
	if err != nil {
		return nil, err
	}
	if *seen == (RevealedNumber{}) {
		return nil, refusal.New(refusal.RevealNothing).At("/field")
	}
	detail := map[string]string{"field": string(a.Field), "reason": string(a.Reason)}
	if a.Row > 0 {
		detail["row"] = strconv.Itoa(a.Row)
	}
	if task != uuid.Nil { // the applicant has none
		detail["task"] = task.String()
	}
	return seen, t.Audit("change.reveal", "change", id.String(), detail)
}

// taskShowingNumbers returns the open task at which the acting account may see the numbers of a
// change. It returns uuid.Nil for the people who handed the change in, and refuses
// everybody else.
func taskShowingNumbers(t *change.Tx, c *change.Change) (uuid.UUID, error) {
	var row struct{ Mine bool }
	if err := t.DB().Raw(`SELECT submitted(?, ?) AS mine`, c.ID, t.Scope().Account).Take(&row).Error; err != nil {
		return uuid.Nil, fmt.Errorf("look who handed a change in: %w", err)
	}
	if row.Mine {
		return uuid.Nil, nil
	}
	var open []uuid.UUID
	err := t.DB().Raw(`SELECT k.id FROM task k JOIN step s ON s.change_id = k.change_id AND s.no = k.step_no AND s.round = k.round
		WHERE k.change_id = ? AND k.status = '`+change.StepOpen+`' AND s.status = '`+change.StepOpen+`' ORDER BY k.seat`, c.ID).Scan(&open).Error
	if err != nil {
		return uuid.Nil, fmt.Errorf("read the open tasks of a change: %w", err)
	}
	for _, id := range open {
		k, err := t.ReadTask(c.ID, id, t.Scope().Account)
		if err != nil {
			return uuid.Nil, err
		}
		if t.RefusalToDecide(k) == nil || isAdvice(k) {
			return id, nil
		}
	}
	return uuid.Nil, refusal.New(refusal.RevealNotYourStep)
}

// isAdvice reports whether the account was asked for advice on a task, or asked a
// colleague for it: the owner of the decision keeps the right to see the numbers.
func isAdvice(k *change.TaskForAccount) bool {
	if k.HeldAs != change.HeldDelegated {
		return false
	}
	return *k.HolderID == k.Account || k.Actor != nil && k.OwnerID != nil && *k.OwnerID == *k.Actor
}

// readNumber decrypts the requested number; the result is empty when the change has none.
func readNumber(t *change.Tx, c *change.Change, a RevealRequest) (*RevealedNumber, error) {
	if w, own := t.FindWork(c.Kind).(Revealer); own {
		return w.Reveal(t.Tx, c, a)
	}
	if !status.WritesItems(c.Kind) || a.Row != 0 {
		return &RevealedNumber{}, nil
	}
	if err := t.ReadValues(c); err != nil {
		return nil, err
	}
	v := c.Values[string(a.Field)]
	if len(v.Cipher) == 0 {
		return &RevealedNumber{}, nil
	}
	seen := &RevealedNumber{After: v.Text}
	if v.Before == "" || c.StudentID == nil || string(a.Field) != status.FieldIDNumber {
		return seen, nil
	}
	_, cipher, err := student.CipherOf(t.Tx, *c.StudentID, student.SecretIDNumber)
	if err == nil && len(cipher) > 0 {
		seen.Before, err = student.Unseal(t.Store(), student.PurposeStudentID, *c.StudentID, cipher)
	}
	return seen, err
}

// Revealer is a change.Work that decrypts the numbers of a change itself.
type Revealer interface {
	Reveal(t *store.Tx, c *change.Change, a RevealRequest) (*RevealedNumber, error)
}
