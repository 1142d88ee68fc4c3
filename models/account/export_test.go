package account

import "github.com/xueji/xueji/models/store"

// The bounds that the tests of this package count up to.
const (
	NetworkMemory    = networkMemory
	NetworksPerLock  = networksPerLock
	MaxWaitingLogins = maxWaitingLogins
	SessionLife      = sessionLife
	SessionIdle      = sessionIdle
	PasswordsKept    = passwordsKept
	IdleMonths       = idleMonths
)

// LoginDoor is the door of a store.
type LoginDoor = loginDoor

// NewLoginDoor makes a door for a store with so many connections.
func NewLoginDoor(connections int32) *LoginDoor { return newLoginDoor(connections) }

// Enter waits at the door for the turn of a login.
var Enter = (*loginDoor).enter

// Admitted is the number of attempts that the door of a store has let in.
func Admitted(s *store.Store) int { return len(doorOf(s).slots) }

// Queued is the number of attempts that wait for a login or have their turn.
func (d *loginDoor) Queued(login string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if q := d.queues[login]; q != nil {
		return q.count
	}
	return 0
}

// Empty reports whether the door holds nobody.
func (d *loginDoor) Empty() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.queues) == 0 && len(d.slots) == 0
}
