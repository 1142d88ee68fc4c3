package worklist_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/worklist"
)

// wrongClock opens the register in a process whose clock is wrong by d.
func wrongClock(r *storetest.County, role string, d time.Duration) *store.Store {
	return r.Open(role, func(o *store.Options) { o.Clock = calendar.OffBy(r.App.Clock(), d) }).Store
}

// beatsOff writes a heartbeat of a worker whose clock is wrong by d.
func beatsOff(r *storetest.County, name string, d time.Duration) {
	r.T().Helper()
	wrong := wrongClock(r, migrations.WorkerRole, d)
	require.NoError(r.T(), wrong.InScope(r.T().Context(), store.Scope{}, func(tx *store.Tx) error {
		off, err := worklist.ReadClockOff(tx)
		require.NoError(r.T(), err)
		return worklist.Beat(tx, name, off)
	}))
}

// workers reads the heartbeats with a clock that is wrong by d.
func workers(r *storetest.County, d time.Duration) (w worklist.Workers) {
	r.T().Helper()
	wrong := wrongClock(r, migrations.AppRole, d)
	require.NoError(r.T(), wrong.InScope(r.T().Context(), store.Scope{}, func(tx *store.Tx) (err error) {
		w, err = worklist.ReadWorkers(tx)
		return err
	}))
	return w
}

// age makes the last heartbeats older by d. The database keeps its own time of them, and
// no test waits for it.
func age(r *storetest.County, d time.Duration) {
	r.T().Helper()
	r.Legacy(`ALTER TABLE worker_beat DISABLE TRIGGER worker_beat_seen`)
	r.Legacy(`UPDATE worker_beat SET seen_at = seen_at - make_interval(secs => $1)`, d.Seconds())
	r.Legacy(`ALTER TABLE worker_beat ENABLE TRIGGER worker_beat_seen`)
}

// The database's time decides which worker lives. A worker whose clock is ahead does not
// look alive after its death, and a reader with a wrong clock neither hides a dead worker
// nor misses a live one.
func TestDeadWorkerIsSeenWhateverTheClocks(t *testing.T) {
	r := storetest.New(t)
	require.Equal(t, worklist.Workers{}, workers(r, 0), "none has ever reported itself")
	for _, off := range []time.Duration{0, 140 * time.Second, -140 * time.Second, 24 * time.Hour, -24 * time.Hour} {
		beatsOff(r, "host/1", off)
		for _, reader := range []time.Duration{0, time.Hour, -time.Hour} {
			require.True(t, workers(r, reader).Live, "beat %s, reader %s", off, reader)
		}
		age(r, 2*worklist.BeatEvery)
		require.True(t, workers(r, 0).Live, "one beat may be late")
		age(r, 2*worklist.BeatEvery)
		for _, reader := range []time.Duration{0, time.Hour, -time.Hour} {
			require.False(t, workers(r, reader).Live, "dead: beat %s, reader %s", off, reader)
		}
		require.WithinDuration(t, r.Worker.Clock().Now(), workers(r, 0).Last, time.Minute, "it was seen a moment ago, whatever its clock says")
	}
}

func TestWorkerWithAWrongClockIsNamed(t *testing.T) {
	r := storetest.New(t)
	beatsOff(r, "right/1", 0)
	beatsOff(r, "ahead/1", 140*time.Second)
	beatsOff(r, "behind/1", -time.Minute)
	beatsOff(r, "gone/1", time.Hour)
	require.NoError(t, r.Worker.Store.InScope(t.Context(), store.Scope{}, func(tx *store.Tx) error { return worklist.EndBeat(tx, "gone/1") }))
	off := map[string]float64{}
	for _, c := range workers(r, 0).Off {
		off[c.Name] = c.By.Round(time.Second).Seconds()
	}
	require.Len(t, off, 2)
	require.InDelta(t, 140, off["ahead/1"], 2)
	require.InDelta(t, -60, off["behind/1"], 2)
}

func TestStoppedWorkerIsNotLive(t *testing.T) {
	r := storetest.New(t)
	beatsOff(r, "host/1", 0)
	beatsOff(r, "host/2", 0)
	leave := func(name string) {
		require.NoError(t, r.Worker.Store.InScope(t.Context(), store.Scope{}, func(tx *store.Tx) error { return worklist.EndBeat(tx, name) }))
	}
	leave("host/1")
	require.True(t, workers(r, 0).Live, "the other one lives")
	leave("host/2")
	require.False(t, workers(r, 0).Live)
	require.NotZero(t, workers(r, 0).Last)
	beatsOff(r, "host/1", 0)
	require.True(t, workers(r, 0).Live, "it came back")
}

// A worker of the version before beats every 30 seconds and does not say so. It counts as
// live while an upgrade replaces workers one by one.
func TestWorkerOfTheVersionBeforeIsLive(t *testing.T) {
	r := storetest.New(t)
	r.Legacy(`INSERT INTO worker_beat (name, beat_at) VALUES ('old/1', '2020-01-01')`)
	age(r, 70*time.Second)
	require.True(t, workers(r, 0).Live)
	age(r, 30*time.Second)
	require.False(t, workers(r, 0).Live)
	r.Legacy(`INSERT INTO worker_beat (name, beat_at) VALUES ('old/1', '2020-01-01') ON CONFLICT (name) DO UPDATE SET beat_at = EXCLUDED.beat_at`)
	require.True(t, workers(r, 0).Live)
}

func TestOldHeartbeatsAreDeletedExceptTheLast(t *testing.T) {
	r := storetest.New(t)
	beatsOff(r, "host/1", 0)
	age(r, time.Hour)
	beatsOff(r, "host/2", 0)
	age(r, 48*time.Hour)
	require.NoError(t, r.Worker.InScope(t.Context(), store.Scope{}, func(tx *change.Tx) error { return worklist.DeleteOldBeats(tx) }))
	require.Equal(t, "host/2", r.Text(`SELECT string_agg(name, ' ') FROM worker_beat`))
}
