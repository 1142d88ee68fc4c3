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

// addEndpoint adds an endpoint of an office in the name of its administrator.
func addEndpoint(c *storetest.County, path string, kinds ...string) (made *message.Endpoint, err error) {
	err = c.As(admin(c, path), func(tx *change.Tx) (err error) {
		made, err = message.AddEndpoint(tx.Tx, message.Endpoint{OrgID: c.ID(path), OrgPath: path, URL: "https://gateway.example/" + path, Kinds: kinds, OutsideHours: message.SendUrgent}, "first secret")
		return err
	})
	return made, err
}

// endpoint adds an endpoint for what "supervised" leaves.
func endpoint(c *storetest.County, path string) *message.Endpoint {
	c.T().Helper()
	e, err := addEndpoint(c, path, string(change.VerbSupervise))
	require.NoError(c.T(), err)
	return e
}

// admin is the administrator of an office.
func admin(c *storetest.County, path string) storetest.Person {
	c.T().Helper()
	if path == storetest.SchoolA || path == storetest.SchoolB {
		return c.Who(path, org.SchoolSysadmin)
	}
	return c.Who(path, org.BureauSysadmin)
}

// onEndpoint does something to an endpoint in the name of the administrator of an office.
func onEndpoint(c *storetest.County, path string, do func(*store.Tx) (*message.Endpoint, error)) (e *message.Endpoint, err error) {
	err = c.As(admin(c, path), func(tx *change.Tx) (err error) {
		e, err = do(tx.Tx)
		return err
	})
	return e, err
}

func rotate(c *storetest.County, path string, id uuid.UUID, version int64, secret string) (*message.Endpoint, error) {
	return onEndpoint(c, path, func(tx *store.Tx) (*message.Endpoint, error) { return message.RotateSecret(tx, id, version, secret) })
}

func switched(c *storetest.County, path string, id uuid.UUID, on bool) (*message.Endpoint, error) {
	return onEndpoint(c, path, func(tx *store.Tx) (*message.Endpoint, error) { return message.SwitchEndpoint(tx, id, on) })
}

func readEndpoint(c *storetest.County, path string, id uuid.UUID) (*message.Endpoint, error) {
	return onEndpoint(c, path, func(tx *store.Tx) (*message.Endpoint, error) { return message.ReadEndpoint(tx, id) })
}

// audited is how many entries of the trail say that this was done to an endpoint.
func audited(c *storetest.County, action string, id uuid.UUID) int {
	return c.Count(`SELECT count(*) FROM audit_entry WHERE action = $1 AND subject_kind = 'webhook' AND subject_id = $2`, action, id.String())
}

func TestAnEndpointIsAddedWithASecret(t *testing.T) {
	c := storetest.New(t)
	e, err := addEndpoint(c, storetest.Bureau, "SUPERVISE", "OVERDUE")
	require.NoError(t, err)
	require.Equal(t, message.Endpoint{ID: e.ID, OrgID: c.ID(storetest.Bureau), OrgPath: storetest.Bureau, OrgName: e.OrgName, URL: "https://gateway.example/" + storetest.Bureau,
		Kinds: store.Words[string]{"SUPERVISE", "OVERDUE"}, OutsideHours: message.SendUrgent, CreatedAt: c.Now(), Version: 1}, *e)
	require.Equal(t, 1, audited(c, "webhook.add", e.ID))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM webhook_secret WHERE endpoint_id = $1 AND until_at IS NULL AND position('first secret'::bytea IN cipher) = 0`, e.ID))
	all, err := addEndpoint(c, storetest.Bureau)
	require.NoError(t, err)
	require.Empty(t, all.Kinds, "every kind")
	_, err = readEndpoint(c, storetest.SchoolA, e.ID)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err), "the office below sees it not")

	err = c.As(admin(c, storetest.SchoolB), func(tx *change.Tx) error {
		_, err := message.AddEndpoint(tx.Tx, message.Endpoint{OrgID: c.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, URL: "https://gateway.example", OutsideHours: message.SendAlways}, "s")
		return err
	})
	require.Equal(t, "42501", storetest.SQLState(err), "another office's")
	err = c.In(c.Worker, storetest.SchoolA, func(tx *change.Tx) error {
		_, err := message.AddEndpoint(tx.Tx, message.Endpoint{OrgID: c.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, URL: "https://gateway.example", OutsideHours: message.SendAlways}, "s")
		return err
	})
	require.Equal(t, "42501", storetest.SQLState(err), "the worker adds none")
}

// An office has no more endpoints than the limit, not even when several are added at once.
func TestAnOfficeHasAFewEndpoints(t *testing.T) {
	c := storetest.New(t)
	for range message.MaxEndpoints - 1 {
		endpoint(c, storetest.SchoolA)
	}
	codes := make([]refusal.Code, 2)
	var both sync.WaitGroup
	for i := range codes {
		both.Go(func() {
			if _, err := addEndpoint(c, storetest.SchoolA); err != nil {
				codes[i] = refusal.CodeOf(err)
			}
		})
	}
	both.Wait()
	require.ElementsMatch(t, []refusal.Code{"", refusal.WebhookLimit}, codes)
	require.Equal(t, message.MaxEndpoints, c.Count(`SELECT count(*) FROM webhook_endpoint`))
	endpoint(c, storetest.SchoolB)
}

func TestEndpointsOfASubtreeAreListedInPages(t *testing.T) {
	c := storetest.New(t)
	want := []uuid.UUID{endpoint(c, storetest.Bureau).ID, endpoint(c, storetest.SchoolA).ID, endpoint(c, storetest.SchoolB).ID}
	page := func(path string, after uuid.UUID) (ids []uuid.UUID) {
		c.MustIn(c.App, path, func(tx *change.Tx) error {
			list, err := message.Endpoints(tx.Tx, path, after, 2)
			for _, e := range list {
				require.NotNil(t, e.Kinds)
				ids = append(ids, e.ID)
			}
			return err
		})
		return ids
	}
	require.Equal(t, want[:2], page(storetest.Bureau, uuid.Nil))
	require.Equal(t, want[2:], page(storetest.Bureau, want[1]))
	require.Equal(t, want[1:2], page(storetest.SchoolA, uuid.Nil))
	require.Empty(t, page(storetest.FarBureau, uuid.Nil))
}

// A rotation leaves the secret before valid for a day, and ends those before it. A second
// click rotates nothing.
func TestTheSecretBeforeIsValidForADay(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	secrets := func() []string {
		supervised(c, storetest.SchoolA)
		list := claim(c)
		require.NotEmpty(t, list)
		return list[0].Secrets
	}
	done, err := rotate(c, storetest.SchoolA, e.ID, 1, "second secret")
	require.NoError(t, err)
	require.EqualValues(t, 2, done.Version)
	_, err = rotate(c, storetest.SchoolA, e.ID, 1, "click")
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err))
	_, err = rotate(c, storetest.SchoolB, e.ID, 2, "theft")
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err))
	require.Equal(t, []string{"second secret", "first secret"}, secrets(), "the newest first")
	_, err = rotate(c, storetest.SchoolA, e.ID, 2, "third secret")
	require.NoError(t, err)
	require.Equal(t, []string{"third secret", "second secret"}, secrets())
	c.Advance(24 * time.Hour)
	require.Equal(t, []string{"third secret"}, secrets())
	require.Equal(t, 2, audited(c, "webhook.rotate", e.ID))

	require.Equal(t, 3, c.Count(`SELECT count(*) FROM webhook_secret`))
	c.Advance(24*time.Hour + time.Second)
	sweep(c)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM webhook_secret`), "old secrets are not kept")
}

// A disabled endpoint gets nothing until it is enabled. A second click changes nothing.
func TestAnEndpointIsSwitchedOffAndOn(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	supervised(c, storetest.SchoolA)
	off, err := switched(c, storetest.SchoolA, e.ID, false)
	require.NoError(t, err)
	require.Equal(t, []any{c.Now(), message.DisabledByHand, int64(2), int64(1)}, []any{*off.DisabledAt, off.DisabledReason, off.Version, off.Waiting})
	again, err := switched(c, storetest.SchoolA, e.ID, false)
	require.NoError(t, err)
	require.Equal(t, off, again)
	require.Empty(t, claim(c), "it waits")
	supervised(c, storetest.SchoolA)
	_, err = switched(c, storetest.SchoolB, e.ID, true)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	on, err := switched(c, storetest.SchoolA, e.ID, true)
	require.NoError(t, err)
	require.Nil(t, on.DisabledAt)
	require.Empty(t, on.DisabledReason)
	require.Len(t, claim(c), 1, "what came while it was off is not sent")
	_, err = switched(c, storetest.SchoolA, e.ID, true)
	require.NoError(t, err)
	require.Equal(t, []int{1, 1}, []int{audited(c, "webhook.disable", e.ID), audited(c, "webhook.enable", e.ID)})
}

func TestADeletedEndpointTakesItsMessagesAlong(t *testing.T) {
	c := storetest.New(t)
	e := endpoint(c, storetest.SchoolA)
	supervised(c, storetest.SchoolA)
	remove := func(path string) error {
		return c.As(admin(c, path), func(tx *change.Tx) error { return message.DeleteEndpoint(tx.Tx, e.ID) })
	}
	require.Equal(t, refusal.NotFound, refusal.CodeOf(remove(storetest.SchoolB)))
	require.NoError(t, remove(storetest.SchoolA))
	require.Equal(t, refusal.NotFound, refusal.CodeOf(remove(storetest.SchoolA)))
	require.Zero(t, c.Count(`SELECT (SELECT count(*) FROM webhook_endpoint) + (SELECT count(*) FROM webhook_secret) + (SELECT count(*) FROM webhook_delivery)`))
	require.Equal(t, 1, audited(c, "webhook.delete", e.ID))
}

// Only the kinds that an endpoint asks for are queued for it, and only from its subtree.
func TestAnEndpointGetsWhatItAskedFor(t *testing.T) {
	c := storetest.New(t)
	everything, err := addEndpoint(c, storetest.Bureau)
	require.NoError(t, err)
	orders := endpoint(c, storetest.SchoolA)
	endpoint(c, storetest.SchoolB)
	changeID := supervised(c, storetest.SchoolA)
	list := claim(c)
	got := map[uuid.UUID][]string{}
	for _, d := range list {
		got[d.EndpointID] = append(got[d.EndpointID], d.Notice.Kind)
		require.Equal(t, "https://gateway.example/"+map[bool]string{true: storetest.Bureau, false: storetest.SchoolA}[d.EndpointID == everything.ID], d.URL)
	}
	require.Equal(t, []string{string(change.VerbSupervise)}, got[orders.ID])
	require.Greater(t, len(got[everything.ID]), 1)
	require.Len(t, got, 2)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'SUPERVISE'`, changeID))
}
