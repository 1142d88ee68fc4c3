package change

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/countersign"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Seat is one task of a step together with its neighbours.
type Seat struct {
	ID          uuid.UUID
	Seat        int // the number of the seat within the step and round
	Place       int
	ParentID    *uuid.UUID
	Before      bool
	Verdict     Verb
	Status      string
	Side        process.Side
	OfficeID    uuid.UUID
	OfficePath  string
	Role        org.Role
	HolderID    *uuid.UUID
	HeldAs      string
	OwnerID     *uuid.UUID
	AddedBy     *uuid.UUID
	CarriedFrom *uuid.UUID
	DueAt       time.Time
}

// openTasks writes the tasks of a step that opens, and reports whether somebody can act.
// Able is the answer for the step's own role and office. A shared step, or one that wants
// different people, is asked again for its seats, and so is a step of a change that was handed
// in again: the one who did so does not review either.
func (t *Tx) openTasks(c *Change, no int, rule process.Step, at *StepOffice, able bool, due time.Time) (bool, error) {
	seats, err := t.seatsForStep(c, no, rule, at, due)
	if err != nil {
		return false, err
	}
	live := signingResult(rule, seats).Live
	for i := range seats {
		if seats[i].Status = TaskWaiting; live[seats[i].ID] {
			seats[i].Status = StepOpen
		}
		t.insertSeat(c, no, seats[i])
	}
	plain := c.Round == 1 && !rule.Shared() && !rule.Distinct && c.Definition.Policy.SamePerson != process.SamePersonForbidden && seats[0].HolderID == nil
	if plain {
		return able, nil
	}
	stuck, err := t.IsStuck(c.ID)
	return !stuck, err
}

// seatsForStep returns the seats with which a step opens.
func (t *Tx) seatsForStep(c *Change, no int, rule process.Step, at *StepOffice, due time.Time) ([]Seat, error) {
	one := Seat{ID: store.NewID(), Seat: 1, Place: 1, Side: rule.Side, OfficeID: at.ID, OfficePath: at.Path, Role: rule.Role, DueAt: due}
	if rule.Shared() && len(rule.Sign.Seats) == 0 {
		return t.namedSeats(c, one)
	}
	list := []Seat{one}
	if rule.Shared() {
		list = nil
		for i, place := range rule.Sign.Seats {
			place = place.Of(rule)
			o, _, err := t.findStepOffice(c, no, process.Step{Side: place.Side, Level: place.Level, Role: place.Role})
			if err != nil {
				return nil, err
			}
			list = append(list, Seat{ID: store.NewID(), Seat: i + 1, Place: i + 1, Side: place.Side, OfficeID: o.ID, OfficePath: o.Path, Role: place.Role, DueAt: due})
		}
	}
	return list, t.assignReturnedSeat(c, list)
}

// assignReturnedSeat returns a seat to the person who sent the change back with "straight to me",
// while that person can still act.
func (t *Tx) assignReturnedSeat(c *Change, list []Seat) error {
	who := c.returnHolder
	c.returnHolder = nil
	if who == nil {
		return nil
	}
	for i := range list {
		holds, err := t.accountHolds(*who, list[i].OfficeID, list[i].Role)
		if err != nil {
			return err
		}
		if holds {
			list[i].HolderID, list[i].HeldAs = who, heldReturned
			return nil
		}
	}
	return nil
}

// namedSeats returns one seat for each holder of the role at the office, without the
// people who handed the change in. When there is no holder, it returns one open seat.
func (t *Tx) namedSeats(c *Change, one Seat) ([]Seat, error) {
	var holders []struct{ ID uuid.UUID }
	err := t.DB().Raw(`SELECT h AS id FROM office_holders(?, ?) h WHERE NOT submitted(?, h) ORDER BY h LIMIT 20`, one.OfficeID, one.Role, c.ID).Scan(&holders).Error
	if err != nil {
		return nil, fmt.Errorf("read who holds a role: %w", err)
	}
	if len(holders) == 0 {
		return []Seat{one}, nil
	}
	list := make([]Seat, len(holders))
	for i, h := range holders {
		list[i] = one
		list[i].ID, list[i].Seat, list[i].Place, list[i].HolderID, list[i].HeldAs = store.NewID(), i+1, i+1, &h.ID, heldNamed
	}
	return list, nil
}

func (t *Tx) insertSeat(c *Change, no int, s Seat) {
	since := any(nil)
	if s.HolderID != nil {
		since = t.Now()
	}
	t.Later("open a task", 1, `INSERT INTO task (id, change_id, step_no, round, seat, place, parent_id, before, side, office_id, office_path, role, due_at, status,
			verdict, holder_id, held_as, held_since, owner_id, added_by, carried_from)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, c.ID, no, c.Round, s.Seat, s.Place, s.ParentID, s.Before, s.Side, s.OfficeID, s.OfficePath, s.Role, s.DueAt, s.Status,
		s.Verdict, s.HolderID, s.HeldAs, since, s.OwnerID, s.AddedBy, s.CarriedFrom)
}

const seatColumns = `id, seat, place, parent_id, before, verdict, status, side, office_id, office_path::text AS office_path, role,
	holder_id, held_as, owner_id, added_by, carried_from, due_at`

// readSeats reads the tasks of a step that count: open, waiting and decided ones. Removed,
// cancelled and taken-back tasks are left out.
func (t *Tx) readSeats(change uuid.UUID, no, round int) ([]Seat, error) {
	var list []Seat
	err := t.DB().Raw(`SELECT `+seatColumns+` FROM task WHERE change_id = ? AND step_no = ? AND round = ? AND `+isCounted+` ORDER BY seat`,
		change, no, round).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the seats of a step: %w", err)
	}
	return list, nil
}

// nextSeatNumber returns the number for one more task of a step.
func (t *Tx) nextSeatNumber(change uuid.UUID, no, round int) (int, error) {
	var row struct{ N int }
	err := t.DB().Raw(`SELECT coalesce(max(seat), 0) + 1 AS n FROM task WHERE change_id = ? AND step_no = ? AND round = ?`, change, no, round).Take(&row).Error
	if err != nil {
		return 0, fmt.Errorf("count the seats of a step: %w", err)
	}
	return row.N, nil
}

// signingResult applies the signing rule of a step to its seats.
func signingResult(rule process.Step, seats []Seat) countersign.Result[uuid.UUID] {
	list := make([]countersign.Seat[uuid.UUID], len(seats))
	for i, s := range seats {
		list[i] = countersign.Seat[uuid.UUID]{ID: s.ID, Place: s.Place, Before: s.Before}
		if s.ParentID != nil {
			list[i].Parent = *s.ParentID
		}
		switch s.Verdict { //nolint:exhaustive // other verbs are no verdicts
		case VerbApprove:
			list[i].Verdict = countersign.Approved
		case VerbReject:
			list[i].Verdict = countersign.Rejected
		}
	}
	return countersign.Judge(rule.Rule(), list)
}

// settleStep settles the open step by its signing rule, after a seat has spoken, was added or
// was removed. The step passes, refuses the change, or stays open for the other seats.
func (t *Tx) settleStep(c *Change, s *Slip) error {
	rule, _ := c.Definition.Step(c.StepNo)
	seats, err := t.readSeats(c.ID, c.StepNo, c.Round)
	if err != nil {
		return err
	}
	result := signingResult(rule, seats)
	switch result.Outcome {
	case countersign.Passed:
		return t.passStep(c, s)
	case countersign.Refused:
		return t.endChange(c, endedBy(s), StatusRefused)
	case countersign.Open:
	}
	if err := t.markCounted(s); err != nil {
		return err
	}
	return t.updateSeats(c, seats, result)
}

// updateSeats opens the seats that may speak now and lets the other seats wait.
func (t *Tx) updateSeats(c *Change, seats []Seat, result countersign.Result[uuid.UUID]) error {
	for _, s := range seats {
		want := TaskWaiting
		if result.Live[s.ID] {
			want = StepOpen
		}
		if s.Verdict == "" && s.Status != want {
			t.Later("ask a seat", 1, `UPDATE task SET status = ? WHERE id = ?`, want, s.ID)
		}
	}
	return t.updateObstacle(c)
}

// accountHolds reports whether an account is active and has a role at an office.
func (t *Tx) accountHolds(account, office uuid.UUID, role org.Role) (bool, error) {
	var holds bool
	if err := t.DB().Raw(`SELECT account_holds(?, ?, ?)`, account, office, role).Scan(&holds).Error; err != nil {
		return false, fmt.Errorf("look at a role: %w", err)
	}
	return holds, nil
}
