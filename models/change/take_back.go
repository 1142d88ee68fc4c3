package change

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/countersign"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// lastDecision is a person's last decision in a change, with its task, step and round.
type lastDecision struct {
	TaskID     uuid.UUID
	StepNo     int
	Round      int
	Verdict    Verb
	AccountID  uuid.UUID
	ForAccount *uuid.UUID
}

// takeBackDecision (取回) undoes the author's last decision, while nobody has decided on the
// basis of it. The decision stays in the records.
func (t *Tx) takeBackDecision(c *Change, s *Slip) error {
	if !c.Definition.May(process.MayTakeBack) {
		return refusal.New(refusal.InteractionForbidden)
	}
	var d lastDecision
	err := t.DB().Raw(`SELECT d.task_id, d.step_no, d.round, d.verdict, d.account_id, d.for_account FROM decision d JOIN task k ON k.id = d.task_id
		WHERE d.change_id = ? AND d.account_id = ? AND k.`+isDecided+` ORDER BY d.decided_at DESC, d.slip_id DESC LIMIT 1`, c.ID, s.AccountID).Take(&d).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return refusal.New(refusal.NothingToTakeBack)
	}
	if err != nil {
		return fmt.Errorf("read a decision: %w", err)
	}
	k, err := t.ReadTask(c.ID, d.TaskID, s.AccountID)
	if err != nil {
		return err
	}
	if k.Actor == nil { // the right is lost: the decision stays
		return k.NotYourStep()
	}
	seats, err := t.readSeats(c.ID, c.StepNo, c.Round)
	if err != nil {
		return err
	}
	for i := range seats {
		if d.madeAt(seats[i]) {
			return t.takeBackVerdict(c, s, k, d, seats, seats[i].ID)
		}
	}
	return t.reopenStep(c, s, k, d)
}

// madeAt reports whether a seat holds this decision: it was made there, or carried over to
// it.
func (d lastDecision) madeAt(s Seat) bool {
	return s.ID == d.TaskID || s.CarriedFrom != nil && *s.CarriedFrom == d.TaskID
}

// takeBackVerdict undoes a verdict at a shared step that is still open. A fresh task takes
// its place. The verdicts of the other seats stay, unless they depended on this one.
func (t *Tx) takeBackVerdict(c *Change, s *Slip, k *TaskForAccount, d lastDecision, seats []Seat, old uuid.UUID) error {
	rule, _ := c.Definition.Step(c.StepNo)
	fresh := store.NewID()
	for i := range seats {
		if seats[i].ID == old {
			seats[i] = seatBeforeVerdict(seats[i], fresh, d)
		} else if seats[i].ParentID != nil && *seats[i].ParentID == old {
			seats[i].ParentID = &fresh
		}
	}
	result := signingResult(rule, seats)
	if !verdictUndone(result, seats) {
		return refusal.New(refusal.NextHasActed)
	}
	number, err := t.nextSeatNumber(c.ID, c.StepNo, c.Round)
	if err != nil {
		return err
	}
	for i := range seats {
		if seats[i].ID == fresh {
			seats[i].Seat = number
			t.insertSeat(c, c.StepNo, seats[i])
		}
	}
	t.Later("take a decision back", store.AnyRows, `UPDATE task SET status = ? WHERE id IN (?, ?) AND `+isDecided, taskTakenBack, old, d.TaskID)
	t.Later("take a decision back", store.AnyRows, `UPDATE task SET parent_id = ? WHERE parent_id = ?`, fresh, old)
	if err := t.recordSlip(c, s, k, map[string]string{"verdict": string(d.Verdict)}); err != nil {
		return err
	}
	if err := t.markCounted(s); err != nil {
		return err
	}
	return t.updateSeats(c, seats, result)
}

// seatBeforeVerdict returns a seat as it was before its verdict, for the same person.
func seatBeforeVerdict(s Seat, id uuid.UUID, d lastDecision) Seat {
	s.ID, s.Verdict, s.Status, s.CarriedFrom = id, "", TaskWaiting, nil
	who := d.AccountID
	if d.ForAccount != nil {
		who = *d.ForAccount
	}
	s.HolderID, s.OwnerID = &who, nil
	if s.HeldAs == "" || s.HeldAs == HeldDelegated {
		s.HeldAs = HeldClaimed
	}
	return s
}

// verdictUndone reports whether a step is open again and every given verdict is still in turn.
func verdictUndone(result countersign.Result[uuid.UUID], seats []Seat) bool {
	if result.Outcome != countersign.Open {
		return false
	}
	for _, s := range seats {
		if s.Verdict == VerbSendBack { // another person's send-back ended the step, and only that person can undo it
			return false
		}
		if s.Verdict != "" && !result.Reached[s.ID] {
			return false
		}
	}
	return true
}

// reopenStep undoes the decision that moved the change to the open step, while nobody has
// decided there. The earlier step opens again in a new round, with its old days and with
// the verdicts of the other seats.
func (t *Tx) reopenStep(c *Change, s *Slip, k *TaskForAccount, d lastDecision) error {
	last, err := t.lastDecided(c)
	if err != nil {
		return err
	}
	if last.No != d.StepNo || last.Acted {
		return refusal.New(refusal.NextHasActed)
	}
	rule, _ := c.Definition.Step(d.StepNo)
	seats, mine, err := t.seatsBeforeDecision(c, d, last.Round)
	if err != nil {
		return err
	}
	if !mine {
		return refusal.New(refusal.NextHasActed)
	}
	result := signingResult(rule, seats)
	if !verdictUndone(result, seats) {
		return refusal.New(refusal.NextHasActed)
	}
	if err := t.recordSlip(c, s, k, map[string]string{"verdict": string(d.Verdict)}); err != nil {
		return err
	}
	if err := t.notifyTakenBack(c, s); err != nil {
		return err
	}
	straight, err := t.currentReturnHolder(c)
	if err != nil {
		return err
	}
	if err := t.FinishStep(c, s, stepCancelled); err != nil {
		return err
	}
	t.clearEffectiveDay(c)
	t.Later("take a decision back", 1, `UPDATE step SET status = ? WHERE change_id = ? AND no = ? AND round = ?`, stepCancelled, c.ID, last.No, last.Round)
	c.Round++
	for _, again := range parentsFirst(seats) {
		again.Status = TaskWaiting
		if again.Verdict != "" {
			again.Status = TaskDecided
		} else if result.Live[again.ID] {
			again.Status = StepOpen
		}
		t.insertSeat(c, d.StepNo, again)
	}
	t.Later("take a decision back", store.AnyRows, `UPDATE task SET status = ? WHERE change_id = ? AND (id = ? OR carried_from = ?) AND `+isDecided,
		taskTakenBack, c.ID, d.TaskID, d.TaskID)
	t.Later("open a step again", 1, `INSERT INTO step (change_id, no, round, name, side, role, office_id, office_path, opened_at, due_at, due_provisional,
			calendar_version, remind_50_at, remind_80_at, reminded_50, reminded_80, overdue_at, problem, status, act, jump_to)
		SELECT change_id, no, ?, name, side, role, office_id, office_path, opened_at, due_at, due_provisional,
			calendar_version, remind_50_at, remind_80_at, reminded_50, reminded_80, overdue_at, '', '`+StepOpen+`', act, jump_to
		FROM step WHERE change_id = ? AND no = ? AND round = ?`, c.Round, c.ID, last.No, last.Round)
	c.StepNo, c.JumpTo, c.JumpHolder = d.StepNo, last.JumpTo, nil
	if last.JumpTo != 0 {
		c.JumpHolder = straight
	}
	if err := t.SaveProgress(c); err != nil {
		return err
	}
	return t.updateObstacle(c)
}

// currentReturnHolder returns the person to whom a change returns directly: the change is on its
// way there, or has just arrived at the open step.
func (t *Tx) currentReturnHolder(c *Change) (*uuid.UUID, error) {
	if c.JumpHolder != nil {
		return c.JumpHolder, nil
	}
	var holders []uuid.UUID
	err := t.DB().Raw(`SELECT holder_id FROM task WHERE change_id = ? AND step_no = ? AND round = ? AND held_as = ? AND `+isLive,
		c.ID, c.StepNo, c.Round, heldReturned).Scan(&holders).Error
	if err != nil {
		return nil, fmt.Errorf("read to whom a change comes back: %w", err)
	}
	if len(holders) == 0 {
		return nil, nil //nolint:nilnil // the change returns step by step
	}
	return &holders[0], nil
}

// parentsFirst orders seats so that each follows the seat to which it was added. A seat
// that was taken back has a higher number than the seats added to it.
func parentsFirst(seats []Seat) []Seat {
	ordered := make([]Seat, 0, len(seats))
	placed := map[uuid.UUID]bool{}
	for len(ordered) < len(seats) {
		before := len(ordered)
		for _, s := range seats {
			if !placed[s.ID] && (s.ParentID == nil || placed[*s.ParentID]) {
				ordered, placed[s.ID] = append(ordered, s), true
			}
		}
		if len(ordered) == before {
			break // only for a seat without its parent, which does not exist
		}
	}
	return ordered
}

// decidedStep is the last step of a change at which people decided.
type decidedStep struct {
	No     int
	Round  int
	JumpTo int
	Acted  bool // a decision was made at the open step
}

// lastDecided reads the last step before the open one at which people decided. Automatic
// steps do not count: they run again.
func (t *Tx) lastDecided(c *Change) (decidedStep, error) {
	var last decidedStep
	err := t.DB().Raw(`SELECT s.no, s.round, s.jump_to,
			EXISTS (SELECT 1 FROM task k WHERE k.change_id = @id AND k.step_no = @no AND k.round = @round AND k.`+isDecided+`) AS acted
		FROM step s WHERE s.change_id = @id AND s.status = '`+StepDone+`' AND s.act = '' ORDER BY s.closed_at DESC, s.round DESC, s.no DESC LIMIT 1`,
		map[string]any{"id": c.ID, "no": c.StepNo, "round": c.Round}).Take(&last).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return last, refusal.New(refusal.NothingToTakeBack)
	}
	if err != nil {
		return last, fmt.Errorf("read the last step: %w", err)
	}
	return last, nil
}

// seatsBeforeDecision returns the seats of a step as they were before its last decision. Verdicts of
// other seats are carried over; cancelled seats are opened again. Mine reports whether
// the decision is among them.
func (t *Tx) seatsBeforeDecision(c *Change, d lastDecision, round int) (again []Seat, mine bool, err error) {
	var list []Seat
	err = t.DB().Raw(`SELECT `+seatColumns+` FROM task WHERE change_id = ? AND step_no = ? AND round = ? AND status IN ('`+TaskDecided+`', '`+TaskCancelled+`') ORDER BY seat`,
		c.ID, d.StepNo, round).Scan(&list).Error
	if err != nil {
		return nil, false, fmt.Errorf("read the seats of a step: %w", err)
	}
	fresh := map[uuid.UUID]uuid.UUID{}
	for i := range list {
		fresh[list[i].ID] = store.NewID()
	}
	again = make([]Seat, len(list))
	for i, old := range list {
		s := old
		s.ID = fresh[old.ID]
		if old.ParentID != nil {
			parent := fresh[*old.ParentID]
			s.ParentID = &parent
		}
		switch {
		case d.madeAt(old):
			s, mine = seatBeforeVerdict(s, s.ID, d), true
		case old.Verdict != "" && old.CarriedFrom == nil:
			s.CarriedFrom = &old.ID
		case old.Verdict == "" && s.HeldAs == HeldDelegated: // advice asked for in the last round is no longer awaited
			s.HolderID, s.HeldAs, s.OwnerID = s.OwnerID, HeldClaimed, nil
		}
		again[i] = s
	}
	return again, mine, nil
}

// notifyTakenBack tells the office with which the change lay that the change has left it.
func (t *Tx) notifyTakenBack(c *Change, s *Slip) error {
	open, err := t.readOpenStep(c.ID)
	if err != nil {
		return err
	}
	if open.Act == process.ActAwaitDay { // both schools were told of the approval
		return t.notifySides(c, noticeApprovalTakenBack)
	}
	if open.Act != "" {
		return nil
	}
	t.addNotice(newNotice{
		change: c.ID, kind: string(VerbTakeBack), step: open.No, round: open.Round, office: open.OfficeID, path: open.OfficePath, role: open.Role, occasion: s.ID.String(),
	})
	return nil
}
