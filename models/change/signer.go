package change

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// maxSeats is the highest number of tasks of a step in one round. It stops people who
// add each other without end.
const maxSeats = 40

// addSigners (加签) lets colleagues speak before or after the person who asks. That
// person stays the holder of the task, which waits for the colleagues.
func (t *Tx) addSigners(c *Change, s *Slip) error {
	k, err := t.readLiveTask(c, s)
	if err != nil {
		return err
	}
	if !c.Definition.May(process.MayAddSigner) || k.StepNo == 0 {
		return refusal.New(refusal.InteractionForbidden)
	}
	if err := t.RefusalToDecide(k); err != nil {
		return err
	}
	if len(s.Body.To) == 0 {
		return refusal.New(refusal.CannotTakeTask).At("/to")
	}
	seats, err := t.readSeats(c.ID, k.StepNo, k.Round)
	if err != nil {
		return err
	}
	number, err := t.nextSeatNumber(c.ID, k.StepNo, k.Round)
	if err != nil {
		return err
	}
	if number+len(s.Body.To) > maxSeats {
		return refusal.New(refusal.TooManySigners).At("/to")
	}
	own := seats[slices.IndexFunc(seats, func(one Seat) bool { return one.ID == k.ID })] // readLiveTask has found it
	names := make([]string, len(s.Body.To))
	for i, to := range s.Body.To {
		if err := t.addSigner(c, s, k, own, seats, to, number+i); err != nil {
			return err
		}
		// This finds a person who is named twice.
		seats = append(seats, Seat{HolderID: &to})
		names[i] = to.String()
	}
	if k.HolderID == nil {
		t.setHolder(k, k.Actor, HeldClaimed, nil)
	}
	when := "AFTER"
	if s.Body.Before {
		when = "BEFORE"
	}
	if err := t.recordSlip(c, s, k, map[string]string{"to": strings.Join(names, ","), "when": when}); err != nil {
		return err
	}
	return t.settleStep(c, s)
}

func (t *Tx) addSigner(c *Change, s *Slip, k *TaskForAccount, own Seat, seats []Seat, to uuid.UUID, number int) error {
	role, err := t.roleOfColleague(k, to)
	if err != nil {
		return err
	}
	for _, other := range seats {
		if other.HolderID != nil && *other.HolderID == to {
			return refusal.New(refusal.AlreadySigner).At("/to")
		}
	}
	t.insertSeat(c, k.StepNo, Seat{
		ID: store.NewID(), Seat: number, Place: 0, ParentID: &k.ID, Before: s.Body.Before, Status: TaskWaiting, Side: own.Side,
		OfficeID: k.OfficeID, OfficePath: k.OfficePath, Role: role, HolderID: &to, HeldAs: heldAdded, AddedBy: &s.AccountID, DueAt: own.DueAt,
	})
	t.notifyPerson(c, s, k, noticeSigner, to)
	return nil
}

// holderAfterReturn returns the person who gets the step back when a change returns directly to
// its sender. For an added signer that is the holder of the task to which the signer was
// added, because the decision was never the signer's.
func (t *Tx) holderAfterReturn(c *Change, k *TaskForAccount) (*uuid.UUID, error) {
	if k.ParentID == nil {
		return k.Actor, nil
	}
	seats, err := t.readSeats(c.ID, k.StepNo, k.Round)
	if err != nil {
		return nil, err
	}
	for parent := k.ParentID; parent != nil; {
		i := slices.IndexFunc(seats, func(one Seat) bool { return one.ID == *parent })
		if i < 0 {
			break
		}
		if seats[i].ParentID == nil {
			return seats[i].HolderID, nil
		}
		parent = seats[i].ParentID
	}
	return nil, nil //nolint:nilnil // the seat is gone: the step goes to everybody with the role
}

// removeSigner (减签) removes a signer whom the author added. Neither the signer nor
// signers added below may have given a verdict.
func (t *Tx) removeSigner(c *Change, s *Slip) error {
	k, err := t.readLiveTask(c, s)
	if err != nil {
		return err
	}
	if k.AddedBy == nil || *k.AddedBy != s.AccountID {
		return refusal.New(refusal.NotYourSigner)
	}
	seats, err := t.readSeats(c.ID, k.StepNo, k.Round)
	if err != nil {
		return err
	}
	gone := map[uuid.UUID]bool{k.ID: true}
	addDescendants(seats, gone)
	for _, other := range seats {
		if gone[other.ID] && other.Verdict != "" {
			return refusal.New(refusal.SignerHasSpoken)
		}
	}
	for id := range gone {
		t.Later("remove a signer", 1, `UPDATE task SET status = ? WHERE id = ? AND `+isLive, taskRemoved, id)
	}
	k.Actor = nil
	who := ""
	if k.HolderID != nil {
		who = k.HolderID.String()
	}
	if err := t.recordSlip(c, s, k, map[string]string{"to": who}); err != nil {
		return err
	}
	return t.settleStep(c, s)
}

// addDescendants extends a set of seats by all seats that were added below them, at any depth.
func addDescendants(seats []Seat, set map[uuid.UUID]bool) {
	for more := true; more; {
		more = false
		for _, s := range seats {
			if s.ParentID != nil && set[*s.ParentID] && !set[s.ID] {
				set[s.ID], more = true, true
			}
		}
	}
}
