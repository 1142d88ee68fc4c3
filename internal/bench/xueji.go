package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/secret"
)

// xueji is Xueji as it is served: API and worker in this process, everything
// said over HTTP.
type xueji struct {
	base  string
	db    *pgxpool.Pool // as the owner: prepares, and looks at what happened
	land  *landscape
	clock *calendar.Clock
	home  place   // the bureau of the pupils' schools
	away  place   // and one of another province
	desks []*desk // one per client
	http  *http.Client

	cancel  context.CancelFunc
	running *errgroup.Group
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
	keys, err := secret.Open(o.Config.Keys.Dir)
	if err != nil {
		return nil, err
	}
	x.land = newLandscape(x.db, keys, x.clock.Now)
	if x.home, err = x.land.bureau(ctx, homeCode); err != nil {
		return nil, err
	}
	if x.away, err = x.land.bureau(ctx, awayCode); err != nil {
		return nil, err
	}
	if err := x.land.letLookUp(ctx, o.Config.Database.URL.Reveal(), x.away); err != nil {
		return nil, err
	}
	if err := x.land.letCountersign(ctx, o.Config.Database.URL.Reveal(), x.home); err != nil {
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
		if err == nil && health["status"] == "ok" { // not without a worker
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("Xueji does not get ready (%v): %w", health["parts"], errors.Join(err, ctx.Err()))
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
