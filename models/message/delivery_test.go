package message_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// lease is how long a worker of these tests holds a message.
const lease = time.Minute

// claim takes the messages that are due, as a worker does.
func claim(c *storetest.County) (list []message.ClaimedDelivery) {
	c.T().Helper()
	work(c, func(tx *store.Tx) (err error) {
		list, err = message.ClaimDeliveries(tx, lease)
		return err
	})
	return list
}

// work runs a transaction of the worker.
func work(c *storetest.County, fn func(*store.Tx) error) {
	c.T().Helper()
	require.NoError(c.T(), c.Worker.Store.InScope(c.T().Context(), store.Scope{}, fn))
}

// sent writes the outcome of a message.
func sent(c *storetest.County, d message.ClaimedDelivery, outcome message.DeliveryOutcome) {
	c.T().Helper()
	work(c, func(tx *store.Tx) error { return message.MarkDelivery(tx, d, outcome) })
}

func sweep(c *storetest.County) {
	c.T().Helper()
	work(c, message.SweepDeliveries)
}

// deliveries lists the messages of an endpoint, newest first.
func deliveries(c *storetest.County, path string, id uuid.UUID, state string) (list []message.Delivery) {
	c.T().Helper()
	require.NoError(c.T(), c.As(admin(c, path), func(tx *change.Tx) (err error) {
		list, err = message.Deliveries(tx.Tx, id, state, time.Time{}, uuid.Nil, 50)
		return err
	}))
	return list
}

// failed is the outcome of an attempt that is made again at a time.
func failed(next time.Time) message.DeliveryOutcome {
	return message.DeliveryOutcome{Status: 503, Failure: "status", Next: next}
}

// A message is claimed with everything that its sender needs, and held for the lease.
func TestAClaimedMessageIsHeldForTheLease(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	changeID := supervised(c, storetest.SchoolA)
	list := claim(c)
	require.Len(t, list, 1)
	d := list[0]
	require.Equal(t, []any{e.ID, e.URL, 1, message.SendUrgent, []string{"first secret"}, ""}, []any{d.EndpointID, d.URL, d.Attempts, d.OutsideHours, d.Secrets, d.Login})
	require.Equal(t, changeID, *d.Notice.ChangeID)
	require.NotEmpty(t, d.Notice.StepLabel.Zh)
	require.Empty(t, claim(c))
	c.Advance(lease)
	again := claim(c)
	require.Len(t, again, 1, "the worker that held it is gone")
	require.Equal(t, d.ID, again[0].ID)
	require.Equal(t, 2, again[0].Attempts)

	sent(c, d, message.DeliveryOutcome{Delivered: true, Status: 200})
	require.Len(t, deliveries(c, storetest.SchoolA, e.ID, message.DeliveryWaiting), 1, "the attempt that came too late says nothing")
	sent(c, again[0], message.DeliveryOutcome{Delivered: true, Status: 200})
	one := deliveries(c, storetest.SchoolA, e.ID, message.DeliveryDelivered)[0]
	require.Equal(t, []any{message.DeliveryDelivered, 200, c.Now(), (*time.Time)(nil)}, []any{one.State(), one.LastStatus, *one.DeliveredAt, one.NextAttemptAt})
	require.Equal(t, c.Text(`SELECT case_no FROM change WHERE id = $1`, changeID), one.CaseNo)
	sent(c, again[0], failed(time.Time{}))
	require.Empty(t, deliveries(c, storetest.SchoolA, e.ID, message.DeliveryDead), "what was delivered does not die")
	require.Equal(t, "42501", storetest.SQLState(c.App.Store.InScope(t.Context(), store.Scope{Paths: []string{storetest.SchoolA}}, func(tx *store.Tx) error {
		_, err := message.ClaimDeliveries(tx, lease)
		return err
	})), "only the worker sends")
}

func TestAPersonalMessageNamesTheLogin(t *testing.T) {
	c := storetest.New(t)
	changeID := supervised(c, storetest.SchoolA)
	_, err := addEndpoint(c, storetest.SchoolA)
	require.NoError(t, err)
	told := c.Who(storetest.SchoolA, org.Principal)
	delegate(c, changeID, c.Who(storetest.SchoolA, org.SchoolLeader), told)
	list := claim(c)
	require.Len(t, list, 1)
	require.Equal(t, told.Login, list[0].Login)
}

// Two workers never hold one message.
func TestTwoWorkersShareTheMessages(t *testing.T) {
	c := storetest.New(t)
	endpoint(c, storetest.Bureau)
	for range 4 {
		supervised(c, storetest.SchoolA)
	}
	queued := c.Count(`SELECT count(*) FROM webhook_delivery`)
	var mu sync.Mutex
	var both sync.WaitGroup
	seen := map[uuid.UUID]int{}
	for range 2 {
		both.Go(func() {
			_ = c.Worker.Store.InScope(t.Context(), store.Scope{}, func(tx *store.Tx) error {
				list, err := message.ClaimDeliveries(tx, lease)
				mu.Lock()
				defer mu.Unlock()
				for _, d := range list {
					seen[d.ID]++
				}
				return err
			})
		})
	}
	both.Wait()
	for len(seen) < queued { // rows that the other one held were skipped
		more := claim(c)
		require.NotEmpty(t, more)
		for _, d := range more {
			seen[d.ID]++
		}
	}
	for _, n := range seen {
		require.Equal(t, 1, n)
	}
	require.Len(t, seen, queued)
}

// One slow gateway does not take the whole claim.
func TestAClaimTakesAFewMessagesOfEachEndpoint(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	for range 9 {
		test(c, e)
	}
	require.Len(t, claim(c), 8)
	require.Len(t, claim(c), 1)
}

// test queues a test of an endpoint of school A.
func test(c *storetest.County, e *message.Endpoint) *message.Delivery {
	c.T().Helper()
	var made *message.Delivery
	require.NoError(c.T(), c.As(admin(c, storetest.SchoolA), func(tx *change.Tx) (err error) {
		made, err = message.TestEndpoint(tx.Tx, e)
		return err
	}))
	return made
}

func TestATestHasNoNotice(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	made := test(c, e)
	require.Equal(t, []any{"", "", message.DeliveryWaiting, 0}, []any{made.Kind, made.CaseNo, made.State(), made.Attempts})
	d := claim(c)[0]
	require.Nil(t, d.Notice)
	require.Equal(t, made.ID, d.ID)
	require.Equal(t, 1, audited(c, "webhook.test", e.ID))
	off, err := switched(c, storetest.SchoolA, e.ID, false)
	require.NoError(t, err)
	for _, do := range []func(*store.Tx) error{
		func(tx *store.Tx) error { _, err := message.TestEndpoint(tx, off); return err },
		func(tx *store.Tx) error { _, err := message.Redeliver(tx, off, made.ID); return err },
	} {
		require.Equal(t, refusal.WebhookDisabled, refusal.CodeOf(c.As(admin(c, storetest.SchoolA), func(tx *change.Tx) error { return do(tx.Tx) })))
	}
}

// A message keeps its ID when it is sent again, so that a gateway recognises it.
func TestAMessageIsSentAgainOnDemand(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	test(c, e)
	d := claim(c)[0]
	sent(c, d, failed(time.Time{}))
	dead := deliveries(c, storetest.SchoolA, e.ID, message.DeliveryDead)
	require.Equal(t, message.DeliveryDead, dead[0].State())
	require.Equal(t, []any{503, "status", c.Now()}, []any{dead[0].LastStatus, dead[0].LastError, *dead[0].DeadAt})
	again := func(path string, id uuid.UUID) (r *message.Delivery, err error) {
		err = c.As(admin(c, path), func(tx *change.Tx) (err error) {
			r, err = message.Redeliver(tx.Tx, e, id)
			return err
		})
		return r, err
	}
	_, err := again(storetest.SchoolB, d.ID)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	_, err = again(storetest.SchoolA, uuid.New())
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	queued, err := again(storetest.SchoolA, d.ID)
	require.NoError(t, err)
	require.Equal(t, []any{message.DeliveryWaiting, 0, c.Now()}, []any{queued.State(), queued.Attempts, *queued.NextAttemptAt})
	require.Equal(t, 1, audited(c, "webhook.redeliver", e.ID))
	require.Equal(t, d.ID, claim(c)[0].ID)
}

// A message that waits for the morning has made no attempt.
func TestAPostponedMessageHasMadeNoAttempt(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	supervised(c, storetest.SchoolA)
	d := claim(c)[0]
	morning := c.Now().Add(12 * time.Hour)
	for range 2 {
		work(c, func(tx *store.Tx) error { return message.Postpone(tx, d, morning) })
	}
	one := deliveries(c, storetest.SchoolA, e.ID, "")[0]
	require.Equal(t, []any{0, morning}, []any{one.Attempts, *one.NextAttemptAt})
	require.Empty(t, claim(c))
	c.Hand.Set(morning)
	require.Equal(t, 1, claim(c)[0].Attempts)
}

// A gateway that failed for days is disabled, and the administrators of its office are
// told once. One message that goes through begins the count anew.
func TestAGatewayThatFailedForDaysIsDisabled(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	test(c, e)
	fail := func(times int, step time.Duration) {
		for range times {
			sent(c, claim(c)[0], failed(c.Now().Add(step)))
			c.Advance(step)
		}
	}
	state := func() *message.Endpoint {
		now, err := readEndpoint(c, storetest.SchoolA, e.ID)
		require.NoError(t, err)
		return now
	}
	begun := c.Now()
	fail(9, 8*time.Hour)
	require.Equal(t, []any{9, begun, (*time.Time)(nil)}, []any{state().Failures, *state().FailingSince, state().DisabledAt}, "three days, nine failures")
	sent(c, claim(c)[0], message.DeliveryOutcome{Delivered: true, Status: 200})
	require.Equal(t, []any{0, (*time.Time)(nil)}, []any{state().Failures, state().FailingSince})

	test(c, e)
	fail(12, time.Hour)
	require.Nil(t, state().DisabledAt, "twelve failures, half a day")
	fail(1, 60*time.Hour)
	require.Nil(t, state().DisabledAt)
	sent(c, claim(c)[0], failed(c.Now().Add(time.Hour)))
	require.Equal(t, message.DisabledFailing, state().DisabledReason)
	told := c.Who(storetest.SchoolA, org.SchoolSysadmin)
	require.Len(t, notices(c, told, inbox(told)), 1)
	require.Equal(t, 1, audited(c, "webhook.disable", e.ID))
	require.Nil(t, notices(c, told, inbox(told))[0].ChangeID)
	on, err := switched(c, storetest.SchoolA, e.ID, true)
	require.NoError(t, err)
	require.Zero(t, on.Failures, "who enables it gives it a new chance")
}

// A gateway that says that it is gone is disabled at once, and once.
func TestAGatewayThatIsGoneIsDisabledAtOnce(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.Bureau)
	supervised(c, storetest.SchoolA)
	supervised(c, storetest.SchoolA)
	list := claim(c)
	require.Len(t, list, 2)
	for _, d := range list {
		sent(c, d, message.DeliveryOutcome{Gone: true, Status: 410, Failure: "gone"})
	}
	now, err := readEndpoint(c, storetest.Bureau, e.ID)
	require.NoError(t, err)
	require.Equal(t, []any{message.DisabledGone, int64(2), int64(0)}, []any{now.DisabledReason, now.Dead, now.Waiting})
	told := c.Who(storetest.Bureau, org.BureauSysadmin)
	require.Len(t, notices(c, told, inbox(told)), 1)
	require.Equal(t, 1, audited(c, "webhook.disable", e.ID))
}

func TestMessagesThatEndedLongAgoAreDeleted(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	test(c, e)
	test(c, e)
	list := claim(c)
	sent(c, list[0], message.DeliveryOutcome{Delivered: true, Status: 200})
	c.Advance(90 * 24 * time.Hour)
	sweep(c)
	require.Len(t, deliveries(c, storetest.SchoolA, e.ID, ""), 2)
	c.Advance(time.Second)
	sweep(c)
	left := deliveries(c, storetest.SchoolA, e.ID, "")
	require.Len(t, left, 1)
	require.Equal(t, list[1].ID, left[0].ID, "what waits is kept")
}

func TestMessagesAreListedInPagesByTheirState(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	for range 3 {
		test(c, e)
		c.Advance(time.Second)
	}
	all := deliveries(c, storetest.SchoolA, e.ID, "")
	require.Len(t, all, 3)
	require.True(t, all[0].CreatedAt.After(all[2].CreatedAt))
	require.NoError(t, c.As(admin(c, storetest.SchoolA), func(tx *change.Tx) error {
		page, err := message.Deliveries(tx.Tx, e.ID, message.DeliveryWaiting, all[0].CreatedAt, all[0].ID, 1)
		require.Equal(t, all[1:2], page)
		return err
	}))
	require.Empty(t, deliveries(c, storetest.SchoolA, e.ID, message.DeliveryDead))
	require.Empty(t, deliveries(c, storetest.SchoolB, e.ID, ""))
}
