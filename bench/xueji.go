package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/service"
)

// xueji is Xueji as it is served: API and worker in this process, everything
// said over HTTP.
type xueji struct {
	base   string
	db     *pgxpool.Pool // as the owner: prepares, and looks at what happened
	land   *landscape
	clock  *calendar.Clock
	bureau place
	desks  []*desk // one per client
	http   *http.Client

	cancel  context.CancelFunc
	running *errgroup.Group
}

// desk is what one client works with: a school with people, and its pupils.
type desk struct {
	school              place
	registrar           *caller
	deciders            [Decisions]*caller
	pupils              chan pupil
	firstDay, expectEnd string
}

func startXueji(ctx context.Context, o Options) (_ *xueji, err error) {
	// The day demonstrations happen on: a school day, so that suspensions may begin.
	x := &xueji{clock: calendar.ClockAt(time.Date(2026, 11, 20, 9, 0, 0, 0, calendar.Shanghai()))}
	defer func() {
		if err != nil {
			x.stop()
		}
	}()
	if x.db, err = pgxpool.New(ctx, o.Config.Database.URL.Reveal()); err != nil {
		return nil, fmt.Errorf("connect as the owner: %w", err)
	}
	if err := x.refuseRealPeople(ctx); err != nil {
		return nil, err
	}
	x.land = newLandscape(x.db, x.clock.Now)
	if x.bureau, err = x.land.bureau(ctx); err != nil {
		return nil, err
	}
	if err := x.serve(ctx, o); err != nil {
		return nil, err
	}
	x.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4 * o.Clients}}
	if o.NoCases {
		return x, nil
	}
	for n := range o.Clients {
		d, err := x.openDesk(ctx, n)
		if err != nil {
			return nil, err
		}
		x.desks = append(x.desks, d)
	}
	return x, nil
}

func (x *xueji) refuseRealPeople(ctx context.Context) error {
	var any bool
	if err := x.db.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM student)`).Scan(&any); err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if any {
		return errors.New("the database holds pupils; the bench makes people up and needs an empty one")
	}
	return nil
}

// serve starts API and worker with the logging production has, to nowhere.
func (x *xueji) serve(ctx context.Context, o Options) error {
	log := slog.New(slog.NewJSONHandler(nowhere{}, nil))
	w, err := service.OpenWorker(ctx, o.Config, x.clock, log, nil)
	if err != nil {
		return err
	}
	a, err := service.OpenAPI(ctx, o.Config, x.clock, log, prometheus.NewRegistry())
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	x.base = "http://" + listener.Addr().String()
	serving, cancel := context.WithCancel(ctx)
	x.cancel, x.running = cancel, &errgroup.Group{}
	x.running.Go(func() error { return w.Run(serving) })
	x.running.Go(func() error { return a.Serve(serving, listener) })
	return x.ready(ctx)
}

// ready waits until every part answers, the worker too.
func (x *xueji) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	probe := &caller{http: http.DefaultClient, base: x.base}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var health map[string]any
		err := probe.get(ctx, "/readyz", &health)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("Xueji does not get ready: %w", err)
		case <-tick.C:
		}
	}
}

// nowhere takes log lines that are formatted in full and kept by nobody;
// io.Discard would spare the formatting.
type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

func (x *xueji) stop() {
	if x.cancel != nil {
		x.cancel()
		_ = x.running.Wait()
	}
	if x.db != nil {
		x.db.Close()
	}
}

// people makes an account per role and logs it in.
func (x *xueji) people(ctx context.Context, school place) (registrar *caller, deciders [Decisions]*caller, err error) {
	callers := make([]*caller, 0, 1+Decisions)
	for _, who := range []struct {
		at   place
		role org.Role
	}{{school, org.SchoolRegistrar}, {school, org.SchoolLeader}, {x.bureau, org.BureauReviewer}} {
		login, err := x.land.account(ctx, who.at, who.role)
		if err != nil {
			return nil, deciders, err
		}
		c, err := logIn(ctx, x.http, x.base, login)
		if err != nil {
			return nil, deciders, err
		}
		callers = append(callers, c)
	}
	return callers[0], [Decisions]*caller(callers[1:]), nil
}

func (x *xueji) openDesk(ctx context.Context, n int) (*desk, error) {
	const classesPerYear = 10
	today := x.clock.Today()
	d := &desk{pupils: make(chan pupil, 1<<16), firstDay: today.AddDays(3).String(), expectEnd: today.AddDays(270).String()}
	var err error
	if d.school, err = x.land.school(ctx, x.bureau, n, classesPerYear); err != nil {
		return nil, err
	}
	d.registrar, d.deciders, err = x.people(ctx, d.school)
	return d, err
}

func (x *xueji) name() string { return "Xueji over HTTP" }

// prepare gives every client enough pupils: who takes how many is not known.
func (x *xueji) prepare(ctx context.Context, cases int) error {
	share := cases/len(x.desks)*2 + 10
	for _, d := range x.desks {
		list, err := x.land.pupils(ctx, d.school, max(0, share-len(d.pupils)))
		if err != nil {
			return err
		}
		for _, p := range list {
			d.pupils <- p
		}
	}
	return x.land.settle(ctx)
}

// decideOne files one suspension and lets the school's leader and the bureau approve it.
func (x *xueji) decideOne(ctx context.Context, client int, decided func(time.Duration)) error {
	d := x.desks[client]
	change, err := d.file(ctx)
	if err != nil {
		return err
	}
	for _, who := range d.deciders {
		task, err := x.openTask(ctx, change)
		if err != nil {
			return err
		}
		started := time.Now()
		if err := who.approve(ctx, change, task); err != nil {
			return err
		}
		decided(time.Since(started))
	}
	return nil
}

func (d *desk) file(ctx context.Context) (uuid.UUID, error) {
	var p pupil
	select {
	case p = <-d.pupils:
	default:
		return uuid.Nil, errors.New("no pupil is left")
	}
	var change struct{ ID uuid.UUID }
	_, err := d.registrar.post(ctx, "/v1/changes", map[string]any{
		"kind": "SUSPENSION", "student_id": p.id,
		"inputs":   map[string]string{"reason_code": "10", "from_date": d.firstDay, "until_date": d.expectEnd},
		"evidence": []map[string]any{{"id": p.evidence[0], "kind": "GUARDIAN_APPLICATION"}, {"id": p.evidence[1], "kind": "SUSPENSION_PROOF"}},
	}, &change)
	return change.ID, err
}

// openTask reads the task straight from the database: a person who decides has
// it on the screen already, so looking it up is not what is measured.
func (x *xueji) openTask(ctx context.Context, change uuid.UUID) (uuid.UUID, error) {
	var task uuid.UUID
	err := x.db.QueryRow(ctx, `SELECT id FROM task WHERE change_id = $1 AND status = 'OPEN'`, change).Scan(&task)
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

// verify asks the register itself: every case that was counted is in force.
func (x *xueji) verify(ctx context.Context, cases int) error {
	var open, effective int
	err := x.db.QueryRow(ctx, `SELECT count(*) FILTER (WHERE c.status = 'RUNNING'), count(*) FILTER (WHERE c.status = 'EFFECTIVE' AND s.enrol_status = 'SUSPENDED')
		FROM change c JOIN student s ON s.id = c.student_id`).Scan(&open, &effective)
	if err != nil {
		return err
	}
	if open > 0 || effective < cases {
		return fmt.Errorf("%d changes are still open, %d of at least %d in force", open, effective, cases)
	}
	return nil
}
