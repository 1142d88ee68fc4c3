package store

import (
	"fmt"
	"time"
)

const (
	// BeatEvery is how often a worker says that it lives.
	BeatEvery = 5 * time.Second
	// beatsMissed is how many beats may be missing before a worker counts as dead.
	beatsMissed = 3
	// beatKept is how long the last beat of a process that is gone is kept.
	beatKept = 24 * time.Hour
	// ClockSlack is how far the clock of a process may be off the database's.
	ClockSlack = 3 * time.Second
)

// Workers is what the heartbeats tell of the workers.
type Workers struct {
	// Live says that one has reported itself lately. What its age is counted by is
	// the database's time alone. Law 11, one clock, is about the times of the
	// register, which may run at an offset; an age between two computers is none of
	// them, and a wrong clock on either must not decide who is dead.
	Live bool
	// Last is when one last reported itself, in the register's time; zero when none ever did.
	Last time.Time
	// Off are the live workers whose clock is off.
	Off []ClockOff
}

// ClockOff is a process whose clock is not the database's.
type ClockOff struct {
	Name string
	By   time.Duration // positive when it is ahead
}

// Beat says that a worker is alive, and how far its clock is off.
func (t *Tx) Beat(name string, off time.Duration) error {
	_, err := t.exec(`INSERT INTO worker_beat (name, beat_at, every, clock_off) VALUES (?, ?, make_interval(secs => ?), make_interval(secs => ?))
		ON CONFLICT (name) DO UPDATE SET beat_at = EXCLUDED.beat_at, every = EXCLUDED.every, clock_off = EXCLUDED.clock_off, left_at = NULL`,
		name, t.now, BeatEvery.Seconds(), off.Seconds())
	if err != nil {
		return fmt.Errorf("beat: %w", err)
	}
	return nil
}

// LeaveBeat says that a worker is being stopped in order: nobody waits for it.
func (t *Tx) LeaveBeat(name string) error {
	if _, err := t.exec(`UPDATE worker_beat SET left_at = clock_timestamp() WHERE name = ?`, name); err != nil {
		return fmt.Errorf("end a heartbeat: %w", err)
	}
	return nil
}

// ForgetBeats deletes the beats of processes that are long gone; one beat is kept,
// which says since when there is no worker.
func (t *Tx) ForgetBeats() error {
	_, err := t.exec(`DELETE FROM worker_beat WHERE clock_timestamp() - seen_at > make_interval(secs => ?)
		AND seen_at < (SELECT max(seen_at) FROM worker_beat)`, beatKept.Seconds())
	if err != nil {
		return fmt.Errorf("delete old heartbeats: %w", err)
	}
	return nil
}

// Workers reads the heartbeats.
func (t *Tx) Workers() (Workers, error) {
	var rows []struct {
		Name string
		Age  float64
		Live bool
		Off  float64
	}
	err := t.db.Raw(`SELECT name, extract(epoch FROM clock_timestamp() - seen_at) AS age, extract(epoch FROM clock_off) AS off,
		left_at IS NULL AND clock_timestamp() - seen_at <= ? * every AS live FROM worker_beat ORDER BY seen_at DESC, name`, beatsMissed).Scan(&rows).Error
	if err != nil {
		return Workers{}, fmt.Errorf("read the heartbeats: %w", err)
	}
	var w Workers
	for i, row := range rows {
		if i == 0 {
			w.Last = t.now.Add(-seconds(row.Age)).Truncate(time.Second)
		}
		if !row.Live {
			continue
		}
		w.Live = true
		if off := seconds(row.Off); off.Abs() > ClockSlack {
			w.Off = append(w.Off, ClockOff{Name: row.Name, By: off})
		}
	}
	return w, nil
}

// ClockOff is how far the clock of this process is off the database's, positive
// when it is ahead: the part that is certain, whatever the question took on its way.
func (t *Tx) ClockOff() (time.Duration, error) {
	var row struct{ At time.Time }
	clock := t.store.clock
	before := clock.Machine()
	if err := t.db.Raw(`SELECT clock_timestamp() AS at`).Take(&row).Error; err != nil {
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

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
