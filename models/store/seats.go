package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/countersign"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// seat is one task of a step together with its neighbours.
type seat struct {
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
// different people, is asked again for its seats.
func (t *Tx) openTasks(c *Change, no int, rule process.Step, at *office, able bool, due time.Time) (bool, error) {
	seats, err := t.seatsOf(c, no, rule, at, due)
	if err != nil {
		return false, err
	}
	live := judged(rule, seats).Live
	for i := range seats {
		if seats[i].Status = taskWaiting; live[seats[i].ID] {
			seats[i].Status = stepOpen
		}
		t.insertSeat(c, no, seats[i])
	}
	plain := !rule.Shared() && !rule.Distinct && c.Definition.Policy.SamePerson != process.SamePersonForbidden && seats[0].HolderID == nil
	if plain {
		return able, nil
	}
	stuck, err := t.stuck(c.ID)
	return !stuck, err
}

// seatsOf returns the seats with which a step opens.
func (t *Tx) seatsOf(c *Change, no int, rule process.Step, at *office, due time.Time) ([]seat, error) {
	one := seat{ID: newID(), Seat: 1, Place: 1, Side: rule.Side, OfficeID: at.ID, OfficePath: at.Path, Role: rule.Role, DueAt: due}
	if rule.Shared() && len(rule.Sign.Seats) == 0 {
		return t.namedSeats(c, one)
	}
	list := []seat{one}
	if rule.Shared() {
		list = nil
		for i, place := range rule.Sign.Seats {
			place = place.Of(rule)
			o, _, err := t.officeOf(c, no, process.Step{Side: place.Side, Level: place.Level, Role: place.Role})
			if err != nil {
				return nil, err
			}
			list = append(list, seat{ID: newID(), Seat: i + 1, Place: i + 1, Side: place.Side, OfficeID: o.ID, OfficePath: o.Path, Role: place.Role, DueAt: due})
		}
	}
	return list, t.giveBack(c, list)
}

// giveBack returns a seat to the person who sent the change back with "straight to me",
// while that person can still act.
func (t *Tx) giveBack(c *Change, list []seat) error {
	who := c.returned
	c.returned = nil
	if who == nil {
		return nil
	}
	for i := range list {
		holds, err := t.holds(*who, list[i].OfficeID, list[i].Role)
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
func (t *Tx) namedSeats(c *Change, one seat) ([]seat, error) {
	var holders []struct{ ID uuid.UUID }
	err := t.db.Raw(`SELECT h AS id FROM office_holders(?, ?) h WHERE NOT submitted(?, h) ORDER BY h LIMIT 20`, one.OfficeID, one.Role, c.ID).Scan(&holders).Error
	if err != nil {
		return nil, fmt.Errorf("read who holds a role: %w", err)
	}
	if len(holders) == 0 {
		return []seat{one}, nil
	}
	list := make([]seat, len(holders))
	for i, h := range holders {
		list[i] = one
		list[i].ID, list[i].Seat, list[i].Place, list[i].HolderID, list[i].HeldAs = newID(), i+1, i+1, &h.ID, heldNamed
	}
	return list, nil
}

func (t *Tx) insertSeat(c *Change, no int, s seat) {
	since := any(nil)
	if s.HolderID != nil {
		since = t.now
	}
	t.later("open a task", 1, `INSERT INTO task (id, change_id, step_no, round, seat, place, parent_id, before, side, office_id, office_path, role, due_at, status,
			verdict, holder_id, held_as, held_since, owner_id, added_by, carried_from)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, c.ID, no, c.Round, s.Seat, s.Place, s.ParentID, s.Before, s.Side, s.OfficeID, s.OfficePath, s.Role, s.DueAt, s.Status,
		s.Verdict, s.HolderID, s.HeldAs, since, s.OwnerID, s.AddedBy, s.CarriedFrom)
}

const seatColumns = `id, seat, place, parent_id, before, verdict, status, side, office_id, office_path::text AS office_path, role,
	holder_id, held_as, owner_id, added_by, carried_from, due_at`

// seats reads the tasks of a step that count: open, waiting and decided ones. Removed,
// cancelled and taken-back tasks are left out.
func (t *Tx) seats(change uuid.UUID, no, round int) ([]seat, error) {
	var list []seat
	err := t.db.Raw(`SELECT `+seatColumns+` FROM task WHERE change_id = ? AND step_no = ? AND round = ? AND status IN ('OPEN', 'WAITING', 'DECIDED') ORDER BY seat`,
		change, no, round).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the seats of a step: %w", err)
	}
	return list, nil
}

// nextSeat returns the number for one more task of a step.
func (t *Tx) nextSeat(change uuid.UUID, no, round int) (int, error) {
	var row struct{ N int }
	err := t.db.Raw(`SELECT coalesce(max(seat), 0) + 1 AS n FROM task WHERE change_id = ? AND step_no = ? AND round = ?`, change, no, round).Take(&row).Error
	if err != nil {
		return 0, fmt.Errorf("count the seats of a step: %w", err)
	}
	return row.N, nil
}

// judged applies the signing rule of a step to its seats.
func judged(rule process.Step, seats []seat) countersign.Result[uuid.UUID] {
	list := make([]countersign.Seat[uuid.UUID], len(seats))
	for i, s := range seats {
		list[i] = countersign.Seat[uuid.UUID]{ID: s.ID, Place: s.Place, Before: s.Before}
		if s.ParentID != nil {
			list[i].Parent = *s.ParentID
		}
		switch s.Verdict { //nolint:exhaustive // other verbs are no verdicts
		case Approve:
			list[i].Verdict = countersign.Approved
		case Reject:
			list[i].Verdict = countersign.Rejected
		}
	}
	return countersign.Judge(rule.Rule(), list)
}

// weigh settles the open step by its signing rule, after a seat has spoken, was added or
// was removed. The step passes, refuses the change, or stays open for the other seats.
func (t *Tx) weigh(c *Change, s *Slip) error {
	rule, _ := c.Definition.Step(c.StepNo)
	seats, err := t.seats(c.ID, c.StepNo, c.Round)
	if err != nil {
		return err
	}
	result := judged(rule, seats)
	switch result.Outcome {
	case countersign.Passed:
		return t.pass(c, s)
	case countersign.Refused:
		return t.end(c, by(s), Refused)
	case countersign.Open:
	}
	if err := t.counted(s); err != nil {
		return err
	}
	return t.ask(c, seats, result)
}

// ask opens the seats that may speak now and lets the other seats wait.
func (t *Tx) ask(c *Change, seats []seat, result countersign.Result[uuid.UUID]) error {
	for _, s := range seats {
		want := taskWaiting
		if result.Live[s.ID] {
			want = stepOpen
		}
		if s.Verdict == "" && s.Status != want {
			t.later("ask a seat", 1, `UPDATE task SET status = ? WHERE id = ?`, want, s.ID)
		}
	}
	return t.nameProblem(c)
}

// holds reports whether an account is active and has a role at an office.
func (t *Tx) holds(account, office uuid.UUID, role org.Role) (bool, error) {
	var holds bool
	if err := t.db.Raw(`SELECT account_holds(?, ?, ?)`, account, office, role).Scan(&holds).Error; err != nil {
		return false, fmt.Errorf("look at a role: %w", err)
	}
	return holds, nil
}
