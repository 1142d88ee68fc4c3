package store

import (
	"context"
	"runtime"
	"strconv"
	"sync"

	"github.com/xueji/xueji/models/refusal"
)

// Bounds of waiting to log in: about three seconds of work for one account.
const (
	loginsWaiting   = 64
	loginRetryAfter = 3 // seconds
)

// loginDoor lets attempts in: one at a time for one login, and for all together
// no more than there are processors, because a password costs 25 ms of one, and
// no more than half the connections, because each holds one meanwhile. Other
// servers have doors of their own; between them the account's row decides.
type loginDoor struct {
	slots  chan struct{}
	mu     sync.Mutex
	queues map[string]*loginQueue // only of logins with somebody at the door
}

// loginQueue is who wants to log in with one login.
type loginQueue struct {
	turn  chan struct{}
	count int // waiting and inside; guarded by the door's mu
}

// doorKey is the key of the door beside a store.
type doorKey struct{}

// doorOf gives the one door of a store.
func doorOf(s *Store) *loginDoor {
	door, _ := s.Local(doorKey{}, func() any { return newLoginDoor(s.Connections()) }).(*loginDoor)
	return door
}

func newLoginDoor(connections int32) *loginDoor {
	size := max(1, min(runtime.GOMAXPROCS(0), int(connections)/2))
	return &loginDoor{slots: make(chan struct{}, size), queues: map[string]*loginQueue{}}
}

// enter waits for the turn of a login and gives how to leave again. Whoever
// gives up waiting was not looked at, and may come again.
func (d *loginDoor) enter(ctx context.Context, login string) (leave func(), refused *refusal.Error) {
	q := d.join(login)
	if q == nil {
		return nil, comeAgain()
	}
	select {
	case q.turn <- struct{}{}:
	case <-ctx.Done():
		d.part(login, q)
		return nil, comeAgain()
	}
	select {
	case d.slots <- struct{}{}:
	case <-ctx.Done():
		<-q.turn
		d.part(login, q)
		return nil, comeAgain()
	}
	return func() {
		<-d.slots
		<-q.turn
		d.part(login, q)
	}, nil
}

// join gives the queue of a login, nil when it is full.
func (d *loginDoor) join(login string) *loginQueue {
	d.mu.Lock()
	defer d.mu.Unlock()
	q, ok := d.queues[login]
	if !ok {
		q = &loginQueue{turn: make(chan struct{}, 1)}
		d.queues[login] = q
	}
	if q.count > loginsWaiting {
		return nil
	}
	q.count++
	return q
}

func (d *loginDoor) part(login string, q *loginQueue) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if q.count--; q.count == 0 {
		delete(d.queues, login)
	}
}

func comeAgain() *refusal.Error {
	return refusal.New(refusal.TooManyRequests).With("seconds", strconv.Itoa(loginRetryAfter))
}
