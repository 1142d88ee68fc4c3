package registertest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
)

// wrongClock opens the register in a process whose clock is wrong by d.
func (r *recordsRig) wrongClock(role string, d time.Duration) *store.Store {
	r.t.Helper()
	o := r.options
	o.Clock = calendar.OffBy(r.app.Clock(), d)
	return r.open(role, o).Store
}

// beatsOff writes a heartbeat of a worker whose clock is wrong by d.
func (r *recordsRig) beatsOff(name string, d time.Duration) {
	r.t.Helper()
	wrong := r.wrongClock(migrations.WorkerRole, d)
	require.NoError(r.t, wrong.InScope(r.t.Context(), store.Scope{}, func(tx *store.Tx) error {
		off, err := worklist.ReadClockOff(tx)
		require.NoError(r.t, err)
		return worklist.Beat(tx, name, off)
	}))
}

// workers reads the heartbeats with a clock that is wrong by d.
func (r *recordsRig) workers(d time.Duration) (w worklist.Workers) {
	r.t.Helper()
	wrong := r.wrongClock(migrations.AppRole, d)
	require.NoError(r.t, wrong.InScope(r.t.Context(), store.Scope{}, func(tx *store.Tx) (err error) {
		w, err = worklist.ReadWorkers(tx)
		return err
	}))
	return w
}

// silent makes the last heartbeats so old.
func (r *recordsRig) silent(d time.Duration) {
	r.t.Helper()
	_, err := r.owner.Exec(r.t.Context(), `ALTER TABLE worker_beat DISABLE TRIGGER worker_beat_seen`)
	require.NoError(r.t, err)
	_, err = r.owner.Exec(r.t.Context(), `UPDATE worker_beat SET seen_at = seen_at - make_interval(secs => $1)`, d.Seconds())
	require.NoError(r.t, err)
	_, err = r.owner.Exec(r.t.Context(), `ALTER TABLE worker_beat ENABLE TRIGGER worker_beat_seen`)
	require.NoError(r.t, err)
}

// The database's time decides which worker lives. A worker whose clock is ahead does not
// look alive after its death, and a reader with a wrong clock neither hides a dead worker
// nor misses a live one.
func TestDeadWorkerIsSeenWhateverTheClocks(t *testing.T) {
	r := newRecordsRig(t)
	require.Equal(t, worklist.Workers{}, r.workers(0), "none has ever reported itself")
	for _, off := range []time.Duration{0, 140 * time.Second, -140 * time.Second, 24 * time.Hour, -24 * time.Hour} {
		r.beatsOff("host/1", off)
		for _, reader := range []time.Duration{0, time.Hour, -time.Hour} {
			require.True(t, r.workers(reader).Live, "beat %s, reader %s", off, reader)
		}
		r.silent(2 * worklist.BeatEvery)
		require.True(t, r.workers(0).Live, "one beat may be late")
		r.silent(2 * worklist.BeatEvery)
		for _, reader := range []time.Duration{0, time.Hour, -time.Hour} {
			require.False(t, r.workers(reader).Live, "dead: beat %s, reader %s", off, reader)
		}
		require.WithinDuration(t, r.worker.Clock().Now(), r.workers(0).Last, time.Minute, "it was seen a moment ago, whatever its clock says")
	}
}

func TestWorkerWithAWrongClockIsNamed(t *testing.T) {
	r := newRecordsRig(t)
	r.beatsOff("right/1", 0)
	r.beatsOff("ahead/1", 140*time.Second)
	r.beatsOff("behind/1", -time.Minute)
	r.beatsOff("gone/1", time.Hour)
	require.NoError(t, r.worker.Store.InScope(t.Context(), store.Scope{}, func(tx *store.Tx) error { return worklist.EndBeat(tx, "gone/1") }))
	off := map[string]float64{}
	for _, c := range r.workers(0).Off {
		off[c.Name] = c.By.Round(time.Second).Seconds()
	}
	require.Len(t, off, 2)
	require.InDelta(t, 140, off["ahead/1"], 2)
	require.InDelta(t, -60, off["behind/1"], 2)
}

func TestStoppedWorkerIsNotLive(t *testing.T) {
	r := newRecordsRig(t)
	r.beatsOff("host/1", 0)
	r.beatsOff("host/2", 0)
	leave := func(name string) {
		require.NoError(t, r.worker.Store.InScope(t.Context(), store.Scope{}, func(tx *store.Tx) error { return worklist.EndBeat(tx, name) }))
	}
	leave("host/1")
	require.True(t, r.workers(0).Live, "the other one lives")
	leave("host/2")
	require.False(t, r.workers(0).Live)
	require.NotZero(t, r.workers(0).Last)
	r.beatsOff("host/1", 0)
	require.True(t, r.workers(0).Live, "it came back")
}

// A worker of the version before beats every 30 seconds and does not say so. It counts as
// live while an upgrade replaces workers one by one.
func TestWorkerOfTheVersionBeforeIsLive(t *testing.T) {
	r := newRecordsRig(t)
	_, err := r.owner.Exec(t.Context(), `INSERT INTO worker_beat (name, beat_at) VALUES ('old/1', '2020-01-01')`)
	require.NoError(t, err)
	r.silent(70 * time.Second)
	require.True(t, r.workers(0).Live)
	r.silent(30 * time.Second)
	require.False(t, r.workers(0).Live)
	_, err = r.owner.Exec(t.Context(), `INSERT INTO worker_beat (name, beat_at) VALUES ('old/1', '2020-01-01') ON CONFLICT (name) DO UPDATE SET beat_at = EXCLUDED.beat_at`)
	require.NoError(t, err)
	require.True(t, r.workers(0).Live)
}

func TestOldHeartbeatsAreDeletedExceptTheLast(t *testing.T) {
	r := newRecordsRig(t)
	r.beatsOff("host/1", 0)
	r.silent(time.Hour)
	r.beatsOff("host/2", 0)
	r.silent(48 * time.Hour)
	require.NoError(t, r.worker.InScope(t.Context(), store.Scope{}, func(tx *change.Tx) error { return worklist.DeleteOldBeats(tx) }))
	var left string
	require.NoError(t, r.owner.QueryRow(t.Context(), `SELECT string_agg(name, ' ') FROM worker_beat`).Scan(&left))
	require.Equal(t, "host/2", left)
}
