package store

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// mostSeats bounds how many tasks a step may have in one round, against loops of
// people who add each other.
const mostSeats = 40

// addSigners (加签) lets colleagues speak before or after the one who asks for it.
// Who asked before stays the holder of the task, which waits for them.
func (t *Tx) addSigners(c *Change, s *Slip) error {
	k, err := t.openTask(c, s)
	if err != nil {
		return err
	}
	if !c.Definition.May(process.MayAddSigner) || k.StepNo == 0 {
		return refusal.New(refusal.InteractionForbidden)
	}
	if err := t.mayAct(k); err != nil {
		return err
	}
	if len(s.Body.To) == 0 {
		return refusal.New(refusal.CannotTakeTask).At("/to")
	}
	seats, err := t.seats(c.ID, k.StepNo, k.Round)
	if err != nil {
		return err
	}
	number, err := t.nextSeat(c.ID, k.StepNo, k.Round)
	if err != nil {
		return err
	}
	if number+len(s.Body.To) > mostSeats {
		return refusal.New(refusal.TooManySigners).At("/to")
	}
	own := seats[slices.IndexFunc(seats, func(one seat) bool { return one.ID == k.ID })] // openTask saw it among them
	names := make([]string, len(s.Body.To))
	for i, to := range s.Body.To {
		if err := t.addSigner(c, s, k, own, seats, to, number+i); err != nil {
			return err
		}
		// The same person named twice is found the second time.
		seats = append(seats, seat{HolderID: &to})
		names[i] = to.String()
	}
	if k.HolderID == nil {
		t.hold(k, k.Actor, heldClaimed, nil)
	}
	when := "AFTER"
	if s.Body.Before {
		when = "BEFORE"
	}
	if err := t.said(c, s, k, map[string]string{"to": strings.Join(names, ","), "when": when}); err != nil {
		return err
	}
	return t.weigh(c, s)
}

func (t *Tx) addSigner(c *Change, s *Slip, k *askedTask, own seat, seats []seat, to uuid.UUID, number int) error {
	role, err := t.colleague(k, to)
	if err != nil {
		return err
	}
	for _, other := range seats {
		if other.HolderID != nil && *other.HolderID == to {
			return refusal.New(refusal.AlreadySigner).At("/to")
		}
	}
	t.insertSeat(c, k.StepNo, seat{
		ID: newID(), Seat: number, Place: 0, ParentID: &k.ID, Before: s.Body.Before, Status: taskWaiting, Side: own.Side,
		OfficeID: k.OfficeID, OfficePath: k.OfficePath, Role: role, HolderID: &to, HeldAs: heldAdded, AddedBy: &s.AccountID, DueAt: own.DueAt,
	})
	t.notifyOne(c, s, k, noticeSigner, to)
	return nil
}

// comesBackTo is whose the step is again when a change comes straight back to whoever
// sends it back: the sender's, or, where the sender was an added signer, that of whoever
// asked them, because the decision was never the signer's.
func (t *Tx) comesBackTo(c *Change, k *askedTask) (*uuid.UUID, error) {
	if k.ParentID == nil {
		return k.Actor, nil
	}
	seats, err := t.seats(c.ID, k.StepNo, k.Round)
	if err != nil {
		return nil, err
	}
	for parent := k.ParentID; parent != nil; {
		i := slices.IndexFunc(seats, func(one seat) bool { return one.ID == *parent })
		if i < 0 {
			break
		}
		if seats[i].ParentID == nil {
			return seats[i].HolderID, nil
		}
		parent = seats[i].ParentID
	}
	return nil, nil //nolint:nilnil // the seat is gone: the step is everybody's with the role
}

// removeSigner (减签) takes back that somebody was asked, while they, and those they
// asked themselves, have said nothing.
func (t *Tx) removeSigner(c *Change, s *Slip) error {
	k, err := t.openTask(c, s)
	if err != nil {
		return err
	}
	if k.AddedBy == nil || *k.AddedBy != s.AccountID {
		return refusal.New(refusal.NotYourSigner)
	}
	seats, err := t.seats(c.ID, k.StepNo, k.Round)
	if err != nil {
		return err
	}
	gone := map[uuid.UUID]bool{k.ID: true}
	addedTo(seats, gone)
	for _, other := range seats {
		if gone[other.ID] && other.Verdict != "" {
			return refusal.New(refusal.SignerHasSpoken)
		}
	}
	for id := range gone {
		t.later("remove a signer", 1, `UPDATE task SET status = ? WHERE id = ? AND status IN ('OPEN', 'WAITING')`, taskRemoved, id)
	}
	k.Actor = nil
	who := ""
	if k.HolderID != nil {
		who = k.HolderID.String()
	}
	if err := t.said(c, s, k, map[string]string{"to": who}); err != nil {
		return err
	}
	return t.weigh(c, s)
}

// addedTo puts the seats that were added to those in a set into it, however deep.
func addedTo(seats []seat, set map[uuid.UUID]bool) {
	for more := true; more; {
		more = false
		for _, s := range seats {
			if s.ParentID != nil && set[*s.ParentID] && !set[s.ID] {
				set[s.ID], more = true, true
			}
		}
	}
}
