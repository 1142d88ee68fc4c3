package store

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// Asked is a request to see one number of a change in full.
type Asked struct {
	Field  Secret
	Row    int // of the roster a change brings in; 0 for every other kind
	Reason RevealReason
}

// Compared is a number of a change in full: the number in the record, and the number
// after the change. Before is empty when the record does not exist yet.
type Compared struct{ Before, After string }

// RevealOfChange returns a number that a running change writes, in full. It is for the
// person who decides at the open step, for the person asked there for advice, and for the
// people who handed the change in. It audits who asked, for which number and why. When
// the step is decided, its people no longer see the number here. A number in force stands
// in the record and is read with RevealSecret.
func (t *Tx) RevealOfChange(id uuid.UUID, a Asked) (*Compared, error) {
	if err := a.Reason.check(); err != nil {
		return nil, err
	}
	c, err := t.Change(id)
	if err != nil {
		return nil, err
	}
	if c.Status != Running {
		return nil, t.closedProblem(c)
	}
	task, err := t.seesNumbers(c)
	if err != nil {
		return nil, err
	}
	seen, err := t.numberOf(c, a)
	if err != nil {
		return nil, err
	}
	if *seen == (Compared{}) {
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

// seesNumbers returns the open task at which the acting account may see the numbers of a
// change. It returns uuid.Nil for the people who handed the change in, and refuses
// everybody else.
func (t *Tx) seesNumbers(c *Change) (uuid.UUID, error) {
	var row struct{ Mine bool }
	if err := t.db.Raw(`SELECT submitted(?, ?) AS mine`, c.ID, t.scope.Account).Take(&row).Error; err != nil {
		return uuid.Nil, fmt.Errorf("look who handed a change in: %w", err)
	}
	if row.Mine {
		return uuid.Nil, nil
	}
	var open []uuid.UUID
	err := t.db.Raw(`SELECT k.id FROM task k JOIN step s ON s.change_id = k.change_id AND s.no = k.step_no AND s.round = k.round
		WHERE k.change_id = ? AND k.status = 'OPEN' AND s.status = 'OPEN' ORDER BY k.seat`, c.ID).Scan(&open).Error
	if err != nil {
		return uuid.Nil, fmt.Errorf("read the open tasks of a change: %w", err)
	}
	for _, id := range open {
		k, err := t.task(c.ID, id, t.scope.Account)
		if err != nil {
			return uuid.Nil, err
		}
		if t.mayAct(k) == nil || k.advises() {
			return id, nil
		}
	}
	return uuid.Nil, refusal.New(refusal.RevealNotYourStep)
}

// advises reports whether the account was asked for advice on a task, or asked a
// colleague for it: the owner of the decision keeps the right to see the numbers.
func (k *askedTask) advises() bool {
	if k.HeldAs != heldDelegated {
		return false
	}
	return *k.HolderID == k.Account || k.Actor != nil && k.OwnerID != nil && *k.OwnerID == *k.Actor
}

// numberOf decrypts the requested number; the result is empty when the change has none.
func (t *Tx) numberOf(c *Change, a Asked) (*Compared, error) {
	if w, own := t.work(c.Kind).(Revealer); own {
		return w.Reveal(t, c, a)
	}
	if !status.WritesItems(c.Kind) || a.Row != 0 {
		return &Compared{}, nil
	}
	if err := t.readValues(c); err != nil {
		return nil, err
	}
	v := c.values[string(a.Field)]
	if len(v.cipher) == 0 {
		return &Compared{}, nil
	}
	seen := &Compared{After: v.text}
	if v.before == "" || c.StudentID == nil || string(a.Field) != status.FieldIDNumber {
		return seen, nil
	}
	_, cipher, err := t.cipherOf(*c.StudentID, SecretIDNumber)
	if err == nil && len(cipher) > 0 {
		seen.Before, err = t.store.unseal(purposeStudentID, *c.StudentID, cipher)
	}
	return seen, err
}
