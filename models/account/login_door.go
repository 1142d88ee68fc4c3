package account

import (
	"context"
	"runtime"
	"strconv"
	"sync"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Bounds of waiting to log in: about three seconds of work for one account.
const (
	maxWaitingLogins = 64
	loginRetryAfter  = 3 // seconds
)

// loginDoor admits attempts to log in: one at a time for each login, and in total no more
// than there are processors, because a password costs 25 ms of a processor. It also takes
// no more than half the connections, because each attempt holds one. Other servers have
// doors of their own; the account's row decides between them.
type loginDoor struct {
	slots  chan struct{}
	mu     sync.Mutex
	queues map[string]*loginQueue // only of logins with a waiting attempt
}

// loginQueue is the queue of attempts for one login.
type loginQueue struct {
	turn  chan struct{}
	count int // waiting and admitted attempts; guarded by the door's mu
}

// doorKey is the key of the door beside a store.
type doorKey struct{}

// doorOf returns the one door of a store.
func doorOf(s *store.Store) *loginDoor {
	door, _ := s.Local(doorKey{}, func() any { return newLoginDoor(s.Connections()) }).(*loginDoor)
	return door
}

// newLoginDoor makes the door for a store with so many connections.
func newLoginDoor(connections int32) *loginDoor {
	size := max(1, min(runtime.GOMAXPROCS(0), int(connections)/2))
	return &loginDoor{slots: make(chan struct{}, size), queues: map[string]*loginQueue{}}
}

// enter waits for the turn of a login and returns the function that leaves the door
// again. An attempt that gives up waiting was not compared and may come again.
func (d *loginDoor) enter(ctx context.Context, login string) (leave func(), refused *refusal.Error) {
	q := d.joinQueue(login)
	if q == nil {
		return nil, tooManyLogins()
	}
	select {
	case q.turn <- struct{}{}:
	case <-ctx.Done():
		d.leaveQueue(login, q)
		return nil, tooManyLogins()
	}
	select {
	case d.slots <- struct{}{}:
	case <-ctx.Done():
		<-q.turn
		d.leaveQueue(login, q)
		return nil, tooManyLogins()
	}
	return func() {
		<-d.slots
		<-q.turn
		d.leaveQueue(login, q)
	}, nil
}

// joinQueue returns the queue of a login, nil when it is full.
func (d *loginDoor) joinQueue(login string) *loginQueue {
	d.mu.Lock()
	defer d.mu.Unlock()
	q, ok := d.queues[login]
	if !ok {
		q = &loginQueue{turn: make(chan struct{}, 1)}
		d.queues[login] = q
	}
	if q.count > maxWaitingLogins {
		return nil
	}
	q.count++
	return q
}

func (d *loginDoor) leaveQueue(login string, q *loginQueue) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if q.count--; q.count == 0 {
		delete(d.queues, login)
	}
}

func tooManyLogins() *refusal.Error {
	return refusal.New(refusal.TooManyRequests).With("seconds", strconv.Itoa(loginRetryAfter))
}
