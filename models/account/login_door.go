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
	MaxWaitingLogins = 64
	loginRetryAfter  = 3 // seconds
)

// LoginDoor admits attempts to log in: one at a time for each login, and in total no more
// than there are processors, because a password costs 25 ms of a processor. It also takes
// no more than half the connections, because each attempt holds one. Other servers have
// doors of their own; the account's row decides between them.
type LoginDoor struct {
	Slots  chan struct{}
	Mu     sync.Mutex
	Queues map[string]*loginQueue // only of logins with a waiting attempt
}

// loginQueue is the queue of attempts for one login.
type loginQueue struct {
	turn  chan struct{}
	Count int // waiting and admitted attempts; guarded by the door's mu
}

// doorKey is the key of the door beside a store.
type doorKey struct{}

// DoorOf returns the one door of a store.
func DoorOf(s *store.Store) *LoginDoor {
	door, _ := s.Local(doorKey{}, func() any { return NewLoginDoor(s.Connections()) }).(*LoginDoor)
	return door
}

// NewLoginDoor makes the door for a store with so many connections.
func NewLoginDoor(connections int32) *LoginDoor {
	size := max(1, min(runtime.GOMAXPROCS(0), int(connections)/2))
	return &LoginDoor{Slots: make(chan struct{}, size), Queues: map[string]*loginQueue{}}
}

// Enter waits for the turn of a login and returns the function that leaves the door
// again. An attempt that gives up waiting was not compared and may come again.
func (d *LoginDoor) Enter(ctx context.Context, login string) (leave func(), refused *refusal.Error) {
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
	case d.Slots <- struct{}{}:
	case <-ctx.Done():
		<-q.turn
		d.leaveQueue(login, q)
		return nil, tooManyLogins()
	}
	return func() {
		<-d.Slots
		<-q.turn
		d.leaveQueue(login, q)
	}, nil
}

// joinQueue returns the queue of a login, nil when it is full.
func (d *LoginDoor) joinQueue(login string) *loginQueue {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	q, ok := d.Queues[login]
	if !ok {
		q = &loginQueue{turn: make(chan struct{}, 1)}
		d.Queues[login] = q
	}
	if q.Count > MaxWaitingLogins {
		return nil
	}
	q.Count++
	return q
}

func (d *LoginDoor) leaveQueue(login string, q *loginQueue) {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	if q.Count--; q.Count == 0 {
		delete(d.Queues, login)
	}
}

func tooManyLogins() *refusal.Error {
	return refusal.New(refusal.TooManyRequests).With("seconds", strconv.Itoa(loginRetryAfter))
}
