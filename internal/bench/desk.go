package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// side is a school with the people who file and decide there, the bureau's too.
type side struct {
	school    place
	registrar *caller
	deciders  []*caller // the school's leader and the bureau, in this order
	// signers are who decides a countersigned change: leader and principal, then the
	// head of the bureau as the proxy of its reviewer.
	signers []*caller
}

// desk is what one client works with: the school of its pupils, and one of
// another province that may receive them.
type desk struct {
	home, away          side
	seats               map[int]int // given away so far, by entry year
	firstDay, expectEnd string
}

// filer is the side that files a kind of change.
func (d *desk) filer(kind process.Kind) side {
	if status.Receives(kind) {
		return d.away
	}
	return d.home
}

// deciders are who decides the changes of a scene, in the order of their chain: the
// receiving side first.
func (d *desk) deciders(s scene) []*caller {
	if s.signed {
		return d.home.signers
	}
	if status.Receives(s.kind) {
		return append(append([]*caller(nil), d.away.deciders...), d.home.deciders...)
	}
	return d.home.deciders
}

// seat names the receiving class of an entry year whose turn it is.
func (d *desk) seat(year int) uuid.UUID {
	classes := d.away.school.classes[year]
	n := d.seats[year]
	d.seats[year]++
	return classes[n%len(classes)]
}

func (x *xueji) openDesk(ctx context.Context, n int) (*desk, error) {
	const classesPerYear = 10
	today := x.clock.Today()
	d := &desk{seats: map[int]int{}, firstDay: today.String(), expectEnd: today.AddDays(270).String()}
	var err error
	if d.home, err = x.openSide(ctx, x.home, n, classesPerYear); err != nil {
		return nil, err
	}
	d.away, err = x.openSide(ctx, x.away, n, classesPerYear)
	return d, err
}

// openSide makes the n-th school of a bureau, with an account per role that is logged in.
func (x *xueji) openSide(ctx context.Context, bureau place, n, classesPerYear int) (side, error) {
	school, err := x.land.school(ctx, bureau, n, classesPerYear)
	if err != nil {
		return side{}, err
	}
	callers := make([]*caller, 0, 5)
	var reviewer uuid.UUID
	for _, who := range []struct {
		at   place
		role org.Role
	}{{school, org.SchoolRegistrar}, {school, org.SchoolLeader}, {bureau, org.BureauReviewer}, {school, org.Principal}, {bureau, org.BureauHead}} {
		login, id, err := x.land.account(ctx, who.at, who.role)
		if err != nil {
			return side{}, err
		}
		c, err := logIn(ctx, x.http, x.base, login)
		if err != nil {
			return side{}, err
		}
		callers = append(callers, c)
		switch who.role { //nolint:exhaustive // the two of a proxy
		case org.BureauReviewer:
			reviewer = id
		case org.BureauHead:
			if err := x.land.proxy(ctx, bureau, reviewer, id); err != nil {
				return side{}, err
			}
		}
	}
	return side{
		school: school, registrar: callers[0], deciders: callers[1:3], signers: []*caller{callers[1], callers[3], callers[4]},
	}, nil
}

// openTask reads the task straight from the database: a person who decides has
// it on the screen already, so looking it up is not what is measured.
func (x *xueji) openTask(ctx context.Context, change uuid.UUID) (uuid.UUID, error) {
	var task uuid.UUID
	err := x.db.QueryRow(ctx, `SELECT id FROM task WHERE change_id = $1 AND status = 'OPEN' ORDER BY seat LIMIT 1`, change).Scan(&task)
	if err != nil {
		return task, fmt.Errorf("find the open task: %w", err)
	}
	return task, nil
}

// approve decides, and when the answer is "will be counted" waits until it was.
func (c *caller) approve(ctx context.Context, change, task uuid.UUID) error {
	var slip struct {
		ID      uuid.UUID
		Outcome string
	}
	status, err := c.post(ctx, "/v1/changes/"+change.String()+"/decisions", map[string]any{"task_id": task, "verdict": "APPROVE"}, &slip)
	if err == nil && status == http.StatusAccepted {
		tick := time.NewTicker(100 * time.Millisecond) // as a page would look again, and below the limit of calls
		defer tick.Stop()
		for err == nil && slip.Outcome == "PENDING" {
			<-tick.C
			err = c.get(ctx, "/v1/slips/"+slip.ID.String(), &slip)
		}
	}
	if err == nil && slip.Outcome != "COUNTED" {
		err = fmt.Errorf("a decision was %s", slip.Outcome)
	}
	return err
}
