package worklist

import (
	"fmt"
	"time"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/store"
)

const (
	// BeatEvery is the time between two heartbeats of a worker.
	BeatEvery = 5 * time.Second
	// beatsMissed is how many beats may be missing before a worker counts as dead.
	beatsMissed = 3
	// beatLifetime is how long the last heartbeat of a stopped process is kept.
	beatLifetime = 24 * time.Hour
	// ClockSlack is how far the clock of a process may differ from the database's.
	ClockSlack = 3 * time.Second
)

// Workers is the state of the workers by their heartbeats.
type Workers struct {
	// Live says that a worker has reported itself lately. Its age is counted only by
	// the database's time. Law 11, one clock, is about the times of the
	// register, which may run at an offset; an age between two computers is none of
	// them, and a wrong clock on either must not decide who is dead.
	Live bool
	// Last is the time of the last heartbeat of any worker, in the register's time, or zero.
	Last time.Time
	// Off are the live workers with a wrong clock.
	Off []ClockOff
}

// ClockOff is a process whose clock differs from the database's.
type ClockOff struct {
	Name string
	By   time.Duration // positive when it is ahead
}

// Beat writes a heartbeat of a worker, with the offset of its clock.
func Beat(t *store.Tx, name string, off time.Duration) error {
	_, err := t.Exec(`INSERT INTO worker_beat (name, beat_at, every, clock_off) VALUES (?, ?, make_interval(secs => ?), make_interval(secs => ?))
		ON CONFLICT (name) DO UPDATE SET beat_at = EXCLUDED.beat_at, every = EXCLUDED.every, clock_off = EXCLUDED.clock_off, left_at = NULL`,
		name, t.Now(), BeatEvery.Seconds(), off.Seconds())
	if err != nil {
		return fmt.Errorf("beat: %w", err)
	}
	return nil
}

// EndBeat notes that a worker stops in order. It counts as stopped at once.
func EndBeat(t *store.Tx, name string) error {
	if _, err := t.Exec(`UPDATE worker_beat SET left_at = clock_timestamp() WHERE name = ?`, name); err != nil {
		return fmt.Errorf("end a heartbeat: %w", err)
	}
	return nil
}

// DeleteOldBeats deletes the heartbeats of processes that stopped long ago. The last one is
// kept, because it says since when there is no worker.
func DeleteOldBeats(t *change.Tx) error {
	_, err := t.Exec(`DELETE FROM worker_beat WHERE clock_timestamp() - seen_at > make_interval(secs => ?)
		AND seen_at < (SELECT max(seen_at) FROM worker_beat)`, beatLifetime.Seconds())
	if err != nil {
		return fmt.Errorf("delete old heartbeats: %w", err)
	}
	return nil
}

// ReadWorkers reads the heartbeats.
func ReadWorkers(t *store.Tx) (Workers, error) {
	var rows []struct {
		Name string
		Age  float64
		Live bool
		Off  float64
	}
	err := t.DB().Raw(`SELECT name, extract(epoch FROM clock_timestamp() - seen_at) AS age, extract(epoch FROM clock_off) AS off,
		left_at IS NULL AND clock_timestamp() - seen_at <= ? * every AS live FROM worker_beat ORDER BY seen_at DESC, name`, beatsMissed).Scan(&rows).Error
	if err != nil {
		return Workers{}, fmt.Errorf("read the heartbeats: %w", err)
	}
	var w Workers
	for i, row := range rows {
		if i == 0 {
			w.Last = t.Now().Add(-store.Seconds(row.Age)).Truncate(time.Second)
		}
		if !row.Live {
			continue
		}
		w.Live = true
		if off := store.Seconds(row.Off); off.Abs() > ClockSlack {
			w.Off = append(w.Off, ClockOff{Name: row.Name, By: off})
		}
	}
	return w, nil
}

// ReadClockOff returns how far the clock of this process differs from the database's,
// positive when it is ahead. It returns only the certain part, whatever time the question
// took.
func ReadClockOff(t *store.Tx) (time.Duration, error) {
	var row struct{ At time.Time }
	clock := t.Store().Clock()
	before := clock.Machine()
	if err := t.DB().Raw(`SELECT clock_timestamp() AS at`).Take(&row).Error; err != nil {
		return 0, fmt.Errorf("ask the database for its time: %w", err)
	}
	half := clock.Machine().Sub(before) / 2
	off := before.Add(half).Sub(row.At)
	if off.Abs() <= half {
		return 0, nil
	}
	if off < 0 {
		return off + half, nil
	}
	return off - half, nil
}
